//! The help: keys and signs.

use narrate::Mark;
use yew::prelude::*;

use super::sign;
use crate::keys;

/// The signs that are explained: one per shape.
const SIGNS: [(Mark, &str); 12] = [
    (Mark::Call, "a function of mm/pagewalk.c is called, or returns"),
    (Mark::AssertHolds, "an assertion or check holds"),
    (Mark::AssertFails, "an assertion or check fails"),
    (Mark::Delegate, "the debug walk hands init_mm over to the kernel walk"),
    (Mark::Descend, "down a level; an entry that points to a table"),
    (Mark::Ascend, "up a level"),
    (Mark::Leaf, "a leaf: an upper entry that maps memory itself"),
    (Mark::Hole, "a hole: an empty entry"),
    (Mark::Page, "a page"),
    (Mark::Map, "a pte table is mapped; an entry that is not present"),
    (Mark::Lock, "a lock is taken or released"),
    (Mark::Fault, "the kernel would crash here; a bad entry"),
];

/// The help.
pub fn help(on_close: Callback<()>) -> Html {
    html! {
        <div class="help" role="dialog" aria-label="Help">
            <div class="help-head"><h2>{ "Keys" }</h2>
                <button type="button" onclick={move |_: MouseEvent| on_close.emit(())}>{ "Close" }</button></div>
            <p>{ "Keys work while Pagewalk has the focus. The arrows belong to a list while it has it." }</p>
            <dl class="keys">
                { for keys::HELP.iter().map(|(key, what)| html! { <><dt><kbd>{ *key }</kbd></dt><dd>{ *what }</dd></> }) }
            </dl>
            <h2>{ "Signs" }</h2>
            <ul class="signs">
                { for SIGNS.iter().map(|(mark, what)| html! { <li>{ sign(*mark) }{ *what }</li> }) }
            </ul>
        </div>
    }
}

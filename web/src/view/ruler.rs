//! The address and its bit fields.

use narrate::ruler::Ruler;
use yew::prelude::*;

use super::Pointing;
use crate::app::Jump;

/// The address and its bit fields.
pub fn ruler(ruler: &Ruler, pointing: &Pointing) -> Html {
    let Ruler { addr, region, fields } = ruler;
    html! {
        <section class="ruler" aria-label="Address">
            <p class="address">
                <code>{ addr.to_string() }</code>
                if let Some(region) = region {
                    <span class="region">{ *region }</span>
                }
            </p>
            <div class="fields">
                { for fields.iter().map(|field| {
                    let bits = format!("{}…{}", field.high, field.low);
                    let width = u32::from(field.high - field.low + 1);
                    let style = format!("flex-grow: {width}");
                    let class = classes!(
                        "field",
                        field.lit.then_some("lit"),
                        (field.level.is_some() && field.level == pointing.hot).then_some("hot"),
                    );
                    match field.level {
                        Some(level) => {
                            let on_jump = pointing.on_jump.clone();
                            let onclick = move |_: MouseEvent| on_jump.emit(Jump::Level(level));
                            let hot = pointing.hot(Some(level));
                            let (enter, leave, focus, blur) = (hot.clone(), hot.clone(), hot.clone(), hot);
                            html! {
                                <button type="button" {class} {style} {onclick} title="to the next step there"
                                    aria-current={field.lit.then_some("true")}
                                    onmouseenter={move |_| enter(true)} onmouseleave={move |_| leave(false)}
                                    onfocus={move |_| focus(true)} onblur={move |_| blur(false)}>
                                    <span class="bits">{ bits }</span>{ " " }
                                    <span class="name">{ &field.name }</span>{ " " }
                                    <span class="value">{ field.value }</span>
                                </button>
                            }
                        }
                        None => html! {
                            <span {class} {style}>
                                <span class="bits">{ bits }</span>{ " " }
                                <span class="name">{ &field.name }</span>{ " " }
                                <span class="value">{ format!("{:#x}", field.value) }</span>
                            </span>
                        },
                    }
                }) }
            </div>
        </section>
    }
}

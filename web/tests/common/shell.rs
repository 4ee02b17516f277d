//! The whole page, all of whose parts are here already.

use pagewalk_web::later::Part;
use pagewalk_web::parts::{
    Arrived, Coming, call, compare, door, lab, learn, more, rare, switches, tables, take,
};
use web_sys::Element;

/// Everything is here already.
pub(crate) fn reach(part: Part) -> Coming {
    Box::pin(async move {
        Ok(match part {
            Part::Lab => Arrived::Lab(lab::lab()),
            Part::More => Arrived::More(more::more(take::here)),
            Part::Tables => Arrived::Tables(tables::tables()),
            Part::Compare => Arrived::Compare(compare::compare()),
            Part::Learn => Arrived::Learn(learn::learn(), pagewalk_web::words::WORDS),
            Part::Door => Arrived::Door(|change| door::door(&change)),
            Part::Call => Arrived::Call(call::call),
            Part::Switches => Arrived::Switches(switches::switches()),
            Part::Rare => rare::arrived()?,
        })
    })
}

/// Waits until a condition is true, as the browser does its other tasks.
pub(crate) async fn until(what: &str, condition: impl Fn() -> bool) {
    let window = gloo_utils::window();
    for _ in 0..4000 {
        if condition() {
            return;
        }
        let task = js_sys::Promise::new(&mut |done, _| {
            window.set_timeout_with_callback(&done).expect("a timer");
        });
        wasm_bindgen_futures::JsFuture::from(task).await.expect("a timer ends");
    }
    panic!("never came true: {what}");
}

pub(crate) fn text(root: &Element, selector: &str) -> String {
    let found = root.query_selector(selector).expect("a selector");
    found.and_then(|element| element.text_content()).unwrap_or_default().replace('\u{a0}', " ")
}

pub(crate) fn count(root: &Element, selector: &str) -> u32 {
    root.query_selector_all(selector).expect("a selector").length()
}

//! The call sites of the patch, side by side.

use super::Page;
use crate::el::{El, el};
use crate::marks::Deed;
use crate::place::{Place, unknown};
use crate::shared::Shared;
use crate::view::callers::callers;
use crate::view::header::{header, messages};

/// The call sites of the patch, side by side.
#[derive(Debug)]
pub struct Callers;

impl Page for Callers {
    fn open(&mut self, hash: &str, shared: &mut Shared) {
        let (name, rest) = Place::Callers.rest(hash);
        shared.notice = Some(name).filter(|name| !name.is_empty()).or(rest).map(unknown);
    }

    fn did(&mut self, _: &Deed, _: &mut Shared) -> bool {
        false
    }

    fn view(&self, shared: &Shared) -> El {
        el("main.pagewalk[aria-label=Callers]")
            .child(header(&shared.top, None, None))
            .child(messages(shared, None, None, None))
            .child(callers(&shared.library))
    }

    fn link(&self) -> String {
        Place::Callers.link().to_owned()
    }

    fn title(&self) -> String {
        Place::Callers.title().to_owned()
    }
}

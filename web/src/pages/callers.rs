//! The call sites of the patch, side by side.

use super::Page;
use crate::el::{El, el};
use crate::marks::Deed;
use crate::place::{Place, unknown};
use crate::shared::Shared;
use crate::view;
use crate::view::callers::callers;
use crate::view::header::{actions, header, messages};

/// The call sites of the patch, side by side.
#[derive(Debug)]
pub struct Callers;

impl Page for Callers {
    fn open(&mut self, hash: &str, shared: &mut Shared) {
        shared.notice = Place::Callers.rest(hash).1.map(unknown);
    }

    fn did(&mut self, _: &Deed, _: &mut Shared) -> bool {
        false
    }

    fn view(&self, shared: &Shared) -> El {
        el("main.pagewalk[tabindex=-1][aria-label=Callers][data-keys=text]")
            .child(header(&shared.top, None, Some(actions(&shared.top, None))))
            .child(messages(shared, None, None, None))
            .children([callers(&shared.library)])
    }

    fn takes_focus(&self) -> bool {
        true
    }

    fn help(&self, _: &Shared) -> Option<El> {
        Some(view::help::text())
    }

    fn link(&self) -> String {
        Place::Callers.link().to_owned()
    }

    fn title(&self) -> String {
        Place::Callers.title().to_owned()
    }
}

//! What lies beside every page: what can be taken away of what it shows, and where else that can be shown.
//!
//! It arrives with the part [`more`](crate::parts::more), as soon as somebody wants something of it; here is what the
//! [`Shell`](crate::Shell) has of it until then.

use web_sys::Element;
use yew::Callback;

use crate::el::El;
use crate::later::Taking;
use crate::marks::{Deed, Mark};
use crate::pages::Page;
use crate::shared::Shared;

/// The desk, told whom to tell what happens by itself, and how what writes files is reached.
pub type Lay = fn(Callback<Deed>, Taking) -> Box<dyn Desk>;

/// What lies beside the page.
pub trait Desk {
    /// Does what a person wants, if it is for the desk. Returns what gets the focus then, by a selector; empty if it stays.
    fn did(&mut self, mark: Mark, page: &dyn Page, shared: &mut Shared) -> Option<&'static str>;

    /// Another step, or another page, is shown: the link to it, without its form.
    fn moved(&mut self, link: &str);

    /// What it shows, behind the page; `link` is the one to what is shown.
    fn view(&self, page: &dyn Page, shared: &Shared, link: &str) -> Option<El>;

    /// It has been drawn into this element.
    fn drawn(&mut self, root: &Element);
}

impl std::fmt::Debug for dyn Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Desk")
    }
}

/// Whether a mark is for the desk, whether it is here or not.
pub const fn is_for_desk(mark: Mark) -> bool {
    use crate::marks::Command::{CopyLink, Present, Share};
    matches!(mark, Mark::Desk(_) | Mark::Command(CopyLink | Share | Present))
}

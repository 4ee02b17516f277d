//! The page tables of a setup: those of a capture of this repository, or made for it.

use std::cell::RefCell;
use std::collections::HashMap;

use capture::Capture;
use scenario::Setup;

use crate::{default_dir, load_image};

/// The page tables that a setup runs on. Each capture is read once per thread.
///
/// # Panics
/// If a capture of this repository cannot be read: nothing can be tested then.
pub fn tables_of(setup: &Setup) -> Capture {
    thread_local! {
        static READ: RefCell<HashMap<&'static str, Capture>> = RefCell::default();
    }
    setup.made().unwrap_or_else(|| {
        let folder = setup.tables.folder().expect("a captured machine");
        READ.with_borrow_mut(|read| {
            let load = || load_image(&default_dir().join(folder)).expect("a capture of this repository");
            read.entry(folder).or_insert_with(load).clone()
        })
    })
}

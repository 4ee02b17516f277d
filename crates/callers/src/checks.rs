//! Checks that several callers make.

use trace::CheckDef;

/// `numpages` is not 0; otherwise there is nothing to do, and 0 is returned.
pub(crate) static PAGES: CheckDef = CheckDef {
    name: "Pages",
    passed: "There are pages to change.",
    failed: "There are no pages to change: 0 is returned, and no lock was taken.",
};

/// What is said when a range begins and ends at a page.
pub(crate) const AT_PAGES: &str = "The range begins and ends at a page.";

//! Checks that several callers make.

use trace::CheckDef;

/// `numpages` is not 0; otherwise there is nothing to do, and 0 is returned.
pub(crate) static PAGES: CheckDef = CheckDef {
    name: "Pages",
    passed: "There are pages to change.",
    failed: "There are no pages to change, so the function returns 0 before it takes a lock.",
};

/// What is said when a range begins and ends at a page.
pub(crate) const AT_PAGES: &str = "The range begins and ends at page boundaries.";

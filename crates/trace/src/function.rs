//! Kernel functions around the walker, as data: whoever acts defines its own beside its machine.

use core::fmt;
use core::hash::{Hash, Hasher};

use crate::Revision;

/// A kernel function that is none of mm/pagewalk.c's, with everything that is said of it.
///
/// Two are the same if their names and files are: a kernel has several static functions of one name.
#[derive(Clone, Copy)]
pub struct Function {
    /// The C identifier.
    pub name: &'static str,
    /// The file that defines it, from the top of the kernel's tree; of a function that several architectures have, all of them.
    pub file: &'static str,
    /// What it does in a kernel, line by line, in our own words and in the function's order. Its first line is the name and its
    /// last one "return" where the listing does not begin with a line [`On::Enter`].
    pub lines: fn(Revision) -> &'static [Line],
    /// What it returns.
    pub returns: Returns,
}

impl Function {
    const fn identity(&self) -> (&'static str, &'static str) {
        (self.name, self.file)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Function {}

impl PartialOrd for Function {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Function {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.identity().cmp(&other.identity())
    }
}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

/// What the value is that a function returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    /// 0, or a negative error.
    Int,
    /// Nothing: a failure is lost. When it did not fail the words come before "returns": " has released its locks and".
    Nothing(&'static str),
    /// Whether it succeeded.
    Bool,
    /// A pointer, or an error as `ERR_PTR()`. The words say what the pointer is.
    Pointer(&'static str),
}

/// One line of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The events that it stands for.
    pub on: On,
    /// What it says; indented as the function is, may have line breaks.
    pub text: &'static str,
}

impl Line {
    /// A line.
    pub const fn new(on: On, text: &'static str) -> Self {
        Self { on, text }
    }
}

/// Which events a line of a listing stands for. Within a function there is one line for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum On {
    /// The function is entered, or stops at a fault.
    Enter,
    /// It looks again whether an entry still points to a table.
    Recheck,
    /// It finds the next table.
    Offset,
    /// `p?d_none()`
    None,
    /// `p?d_bad()`
    Bad,
    /// A hole, or a table for it.
    Hole,
    /// An entry callback, or a write of an entry.
    Entry,
    /// Once more.
    Again,
    /// Is it a leaf, and what becomes of one.
    Leaf,
    /// What is done below, and other acts.
    Descend,
    /// The next entry.
    Next,
    /// It returns.
    Return,
    /// A table is mapped, a page-table lock taken.
    Map,
    /// The same, undone.
    Unmap,
    /// `walk_page_range_debug()` hands over.
    Delegate,
    /// The lock of the walked mm is asserted.
    Assert,
    /// Arguments are checked.
    Check,
    /// The lock of `init_mm` is asserted.
    AssertInitMm,
    /// A lock is taken.
    Lock,
    /// A lock is released.
    Unlock,
    /// Something is flushed.
    Flush,
    /// A VMA, or an area, is looked for.
    Find,
    /// A range without a VMA.
    Gap,
    /// A VMA's lock.
    VmaLock,
    /// `test_walk`
    Test,
    /// `pre_vma`
    Pre,
    /// `post_vma`
    Post,
    /// An entry is installed.
    Install,
    /// Memory is allocated.
    Alloc,
    /// A table is freed.
    Free,
    /// `p?d_present()`. Where a function has no line for this or one of the following, it has one that means it as well.
    Present,
    /// `pud_none()` once more.
    NoneAgain,
    /// A leaf is split.
    Split,
    /// A kernel's pte table is found.
    MapKernel,
    /// A user's pte table is mapped.
    MapUser,
    /// A user's pte table is mapped and locked.
    MapLock,
    /// Is there an mm?
    CheckMm,
    /// What is in the ops table?
    CheckOps,
    /// Is the range in the VMA?
    CheckBounds,
    /// The write lock of the walked mm is asserted, where another line asserts any lock.
    AssertWrite,
}

impl On {
    /// The line that stands for these events as well, where they have none of their own.
    #[must_use]
    pub const fn wider(self) -> Self {
        match self {
            Self::Present | Self::NoneAgain | Self::Split => Self::Leaf,
            Self::MapKernel | Self::MapUser | Self::MapLock => Self::Map,
            Self::CheckMm | Self::CheckOps | Self::CheckBounds => Self::Check,
            Self::AssertWrite => Self::Assert,
            other => other,
        }
    }
}

/// A check that somebody around the walker makes, with what is said of it.
///
/// Two are the same if their names are.
#[derive(Clone, Copy)]
pub struct CheckDef {
    /// Its name, among those of one caller.
    pub name: &'static str,
    /// A sentence for when it passes.
    pub passed: &'static str,
    /// A sentence for when it fails, and what happens then.
    pub failed: &'static str,
}

impl fmt::Debug for CheckDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for CheckDef {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for CheckDef {}

impl Hash for CheckDef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    const fn function(name: &'static str, file: &'static str) -> Function {
        Function { name, file, lines: |_| &[], returns: Returns::Int }
    }

    #[test]
    fn functions_are_told_apart_by_name_and_file() {
        let riscv = function("__set_memory", "arch/riscv/mm/pageattr.c");
        let loongarch = function("__set_memory", "arch/loongarch/mm/pageattr.c");
        assert_eq!(riscv, function("__set_memory", "arch/riscv/mm/pageattr.c"));
        assert!(loongarch < riscv && riscv != loongarch);
        assert_eq!(format!("{riscv:?}"), "__set_memory");
    }

    #[test]
    fn checks_are_told_apart_by_name() {
        let check = |name, passed| CheckDef { name, passed, failed: "" };
        assert_eq!(check("Pages", "one"), check("Pages", "other"));
        assert_ne!(check("Pages", ""), check("Area", ""));
        assert_eq!(format!("{:?}", check("Pages", "")), "Pages");
    }
}

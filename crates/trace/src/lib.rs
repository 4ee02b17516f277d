//! What can be said of a run, and in which kernel it would be said.
//!
//! The walker, its callers and other CPUs are machines that report each atomic action as one [`Event`]. This room holds that
//! vocabulary: the events, the functions, locks and checks that they name, the places where a kernel would not go on
//! ([`Fault`]), and the kernel versions as a table of differences ([`Revision`], [`Rules`]). It depends on what exists
//! (`mm`, `pgtable`) and on nobody who acts.
//!
//! ```
//! use trace::{AssertOrder, Revision};
//!
//! // In v6.17 a wrong range is refused before any lock is looked at; from v6.18 on the assertion comes first.
//! assert_eq!(Revision::V6_17.rules().kernel_order, AssertOrder::ChecksFirst);
//! let today = Revision::from_id("v7.3").expect("a revision of this crate");
//! assert_eq!(today.rules().kernel_order, AssertOrder::AssertFirst);
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`mod@event`] | what one action did, and where that is reported |
//! | `func` | functions of the kernel, their checks and assertions |
//! | `callback` | the callbacks of `struct mm_walk_ops`, their calls and replies |
//! | `read` | why an entry is read, how a pte table is mapped |
//! | `lock_name` | the locks |
//! | `fault` | crashes, hangs and wild reads |
//! | `status` | how far a machine is, its call stack, what it found |
//! | [`mod@release`] | which kernel a machine says that it runs |
//! | [`revision`] | the kernel versions |
//! | `function` | functions and checks of whoever acts around the walker, as data |

#![no_std]

extern crate alloc;

pub mod event;
pub mod names;
pub mod release;
pub mod revision;

mod callback;
mod fault;
mod func;
mod function;
mod lock_name;
mod read;
mod status;

pub use callback::{Action, Call, Callback, Callbacks, Reply};
pub use event::{Event, Flush, Free, Sink};
pub use fault::Fault;
pub use func::{By, Check, Func, Subject};
pub use function::{CheckDef, Function, Line, On, Returns};
pub use lock_name::LockName;
pub use mm::Slot;
pub use read::{MapKind, Test};
pub use release::Release;
pub use revision::{Around, AssertOrder, MmapAssert, Revision, Row, Rules};
pub use status::{FolioPage, StackFrame, Status};

/// `-EINVAL` (include/uapi/asm-generic/errno-base.h).
pub const EINVAL: i32 = -22;

/// `-ENOMEM`: there is no memory for a page table (include/uapi/asm-generic/errno-base.h).
pub const ENOMEM: i32 = -12;

/// `-ENOTSUPP`: not the kernel's own `-EOPNOTSUPP`, but what it uses inside itself (include/linux/errno.h).
pub const ENOTSUPP: i32 = -524;

#[cfg(test)]
mod tests {
    #[test]
    fn errors_are_negative_as_the_kernel_returns_them() {
        assert_eq!([super::EINVAL, super::ENOMEM, super::ENOTSUPP], [-22, -12, -524]);
    }
}

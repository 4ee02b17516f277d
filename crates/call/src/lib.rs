//! A call of the walker that a person puts together: which function of which kernel walks what, with which locks, VMAs and entries, and
//! what its callbacks do.
//!
//! A [`Call`] is a value. Its text is an address (`v1/call/…`) or, where that gets too long, a file with a line for each part; both are read
//! by [`Call::parse`], which never fails and says all that is wrong. [`Call::start`] makes a world ready and hands back the one walker
//! with [`Composed`] callbacks: there is no second one.
//!
//! ```
//! use call::{Call, tally};
//! use scenario::places::Places;
//!
//! let text = "v1/call/x86_64-4level/v7.3?fn=walk_page_range&range=800000-806000&ops=pmd_entry,pte_entry\
//!             &do=pmd_entry@leaf:continue&do=pte_entry@leaf:clear=2";
//! let (call, problems) = Call::parse(text);
//! assert_eq!((call.to_string().as_str(), problems.len()), (text, 0));
//! let capture = call.tables.made().expect("tables that are made for a model");
//! let (mut world, actor) = call.start(&capture.world, &Places::of(capture.model())).expect("it starts");
//! let tally = tally::run(&mut world, actor, 10_000);
//! assert_eq!((tally.ended().as_str(), tally.writes), ("returned 0", 3));
//! // What is not understood is said, with what was probably meant, and the rest is kept.
//! let (call, problems) = Call::parse("v1/call/x86_64-4level/v7.3?fn=walk_page_rang&lock=write");
//! assert_eq!(call.lock, scenario::Held::Write);
//! assert!(problems[0].to_string().contains("did you mean \u{201c}walk_page_range\u{201d}?"), "{}", problems[0]);
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`field`] | the parts of a call, what each accepts, and each as text |
//! | [`read`] | names, numbers and addresses as a person writes them |
//! | [`rule`] | what a callback does, as text |
//! | [`area`] | a VMA, as text |
//! | [`edit`] | an entry that is written before the walk, as text |
//! | [`text`] | a whole call as an address or a file |
//! | [`ops`] | the callbacks |
//! | [`start`] | the world of a call, made ready |
//! | [`mod@tally`] | what a call comes to, counted |

pub mod area;
pub mod edit;
pub mod field;
pub mod ops;
pub mod read;
pub mod rule;
pub mod start;
pub mod tables;
pub mod tally;
pub mod text;

use mm::MmId;
use pagewalk::{Callbacks, EntryPoint, Revision, WalkLock};
use pgtable::VirtAddr;
use scenario::Held;

pub use area::Area;
pub use edit::Edit;
pub use field::Field;
pub use ops::Composed;
pub use read::Wrong;
pub use rule::{Deed, Rule, When};
pub use start::StartError;
pub use tables::Base;
pub use tally::Tally;
pub use text::{MAX_ADDRESS, Problem};

/// A call of the walker.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// On which tables.
    pub tables: Base,
    /// Whose walker.
    pub kernel: Revision,
    /// Which function; on kernels without it the one that does its work there.
    pub function: EntryPoint,
    /// The mm that is walked. The kernel walks always walk `init_mm`.
    pub mm: MmId,
    /// First address, and the one behind the last; where there is most to see, if it is left out.
    pub range: Option<(VirtAddr, VirtAddr)>,
    /// The lock of the mm that is walked.
    pub lock: Held,
    /// The lock of `init_mm`, where another mm is walked.
    pub init_lock: Held,
    /// `walk_lock` of the ops table.
    pub walk_lock: WalkLock,
    /// Which callbacks are set.
    pub callbacks: Callbacks,
    /// What they do; one without a rule returns 0.
    pub rules: Vec<Rule>,
    /// The VMAs of the process, if not those of the tables.
    pub areas: Option<Vec<Area>>,
    /// Entries that are written before the walk.
    pub edits: Vec<Edit>,
}

impl Default for Call {
    /// `walk_page_range()` of a process, with callbacks that look: what most patches call.
    fn default() -> Self {
        Self {
            tables: Base::default(),
            kernel: Revision::V7_3,
            function: EntryPoint::Range,
            mm: MmId::USER,
            range: None,
            lock: Held::Read,
            init_lock: Held::None,
            walk_lock: WalkLock::Rdlock,
            callbacks: Callbacks::PMD_ENTRY.union(Callbacks::PTE_ENTRY).union(Callbacks::PTE_HOLE),
            rules: Vec::new(),
            areas: None,
            edits: Vec::new(),
        }
    }
}

impl Call {
    /// The mm that is walked: the kernel walks take none.
    pub const fn walked(&self) -> MmId {
        match self.function {
            EntryPoint::Kernel | EntryPoint::KernelLockless => MmId::INIT_MM,
            _ => self.mm,
        }
    }
}

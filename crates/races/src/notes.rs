//! What a race notes of the memory at stake: what is neither an entry nor a lock, and decides what goes wrong.

use mm::World;

bitflags::bitflags! {
    /// What is so.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Notes: u8 {
        /// The caller of the walk has given up the memory that it owned.
        const GIVEN_UP = 1 << 0;
        /// The area has its new policy: `vma->vm_policy`.
        const NEW_POLICY = 1 << 1;
        /// A page was allocated as the old policy says.
        const OLD_PAGE = 1 << 2;
        /// Somebody holds a reference to the page at stake: its contents have to stay where they are.
        const PINNED = 1 << 3;
        /// The contents of the page at stake were copied to another one.
        const MOVED = 1 << 4;
        /// The CPU beside the walker has come to its end.
        const SETTLED = 1 << 5;
    }
}

impl Notes {
    /// Those of a world.
    pub const fn of(world: &World) -> Self {
        Self::from_bits_retain(world.frames.notes)
    }

    /// Whether all of these are so in a world.
    pub const fn are_in(self, world: &World) -> bool {
        Self::of(world).contains(self)
    }
}

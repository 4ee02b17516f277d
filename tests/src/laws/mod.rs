//! What holds for every walk, over any world.
//!
//! A law is a function that panics when a program breaks it. The property tests try each with random programs, the fuzzer
//! all of them with bred ones; findings of either are kept as programs that are tried again.
//!
//! | module | what its laws are about |
//! |---|---|
//! | [`steps`] | a step says one thing; stopping, cloning and cutting change nothing |
//! | [`callbacks`] | who is called, with which range, depth and value |
//! | [`actions`] | `walk->action`: honoured where the kernel looks at it, and nowhere else |
//! | [`locks`] | locks and RCU sections |
//! | [`vmas`] | VMAs, gaps, `post_vma()`, splitting, installing |
//! | [`frozen`] | tables that nobody changes look the same to every kernel |

pub mod actions;
pub mod callbacks;
pub mod frozen;
pub mod locks;
pub mod steps;
pub mod vmas;

use pagewalk::{Call, Callback, Event};

use crate::program::Program;

/// A law, under its name.
pub type Law = (&'static str, fn(&Program));

/// Calls `$with` with the path of every law. So a list of tests and [`ALL`] cannot differ.
#[macro_export]
macro_rules! for_each_law {
    ($with:ident) => {
        $with! {
            steps::a_step_says_one_thing_and_the_end_nothing,
            steps::it_does_not_matter_how_a_walk_is_cut_into_runs,
            steps::a_clone_goes_on_as_the_original_did,
            steps::functions_are_left_in_the_order_in_which_they_were_entered,
            steps::nothing_changes_but_by_what_is_said,
            callbacks::only_callbacks_that_are_set_are_called,
            callbacks::callbacks_stay_inside_the_range,
            callbacks::holes_have_the_depth_of_their_level,
            callbacks::entries_are_called_with_what_they_hold,
            callbacks::a_callbacks_value_ends_the_walk,
            actions::again_and_continue_are_honoured_by_the_pud_and_pmd_loops,
            actions::again_from_below_is_honoured_where_the_kernel_looks,
            actions::no_other_callbacks_action_matters,
            locks::every_lock_and_rcu_section_is_left_as_it_was_found,
            locks::ptes_of_areas_are_called_under_the_lock_of_their_table,
            locks::walk_lock_says_what_is_asserted_and_locked,
            vmas::tables_are_read_inside_areas_only,
            vmas::areas_and_gaps_are_a_partition_of_the_range,
            vmas::post_vma_follows_every_area_that_pre_vma_let_in,
            vmas::only_areas_are_split_and_only_installers_allocate,
            vmas::what_is_installed_is_what_was_handed_out,
            vmas::a_mapping_is_walked_once_and_in_order,
            frozen::kernel_walks_are_the_same_in_every_revision,
            frozen::user_walks_are_the_same_in_every_revision,
            frozen::walks_of_areas_are_the_same_in_every_revision,
            frozen::a_walk_covers_its_range_without_gap_or_overlap,
        }
    };
}

macro_rules! list {
    ($($module:ident::$law:ident,)*) => {
        /// Every law.
        pub const ALL: &[Law] = &[$((stringify!($law), $module::$law)),*];
    };
}
for_each_law!(list);

fn calls(events: &[Event]) -> impl Iterator<Item = &Call> {
    events.iter().filter_map(|event| match event {
        Event::Callback { call, .. } => Some(call),
        _ => None,
    })
}

/// Whether a callback is about an entry, or about the lack of one.
const fn is_about_entry(callback: Callback) -> bool {
    matches!(callback, Callback::Entry(_) | Callback::Hole | Callback::Hugetlb | Callback::InstallPte)
}

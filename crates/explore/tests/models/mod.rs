//! Small models that are known from textbooks, right and broken.

mod bits;
mod buffer;
mod counter;
mod peterson;
mod philosophers;

pub(crate) use bits::Bits;
pub(crate) use buffer::Buffer;
pub(crate) use counter::Counter;
pub(crate) use peterson::{Exclusion, Protocol};
pub(crate) use philosophers::Philosophers;

use explore::{Lane, Model, Turn};

/// Whether no lane has anything left to do.
pub(crate) fn all_done<M: Model>(model: &M, state: &M::State) -> bool {
    Lane::ALL[..M::LANES].iter().all(|&lane| model.turn(state, lane) == Turn::Done)
}

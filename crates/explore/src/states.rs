//! The states that were seen: each once, a few bytes each.
//!
//! A state is known by its index, in the order in which it was met. Kept for each are where it came from
//! ([`Link`], 4 bytes) and its place in a hash table (8 bytes, and the table's spare room). The states
//! themselves are kept until their layer has been expanded, and in every [`STRIDE`]th layer for good; any other is made
//! again, from the last kept state before it, when a new state has its fingerprint and must be compared with
//! it. Where a state tells how many steps each lane has taken (none goes in circles) hardly any ever is:
//! equal states lie in the same layer, which waits.

use alloc::vec::Vec;

use crate::chunks::Chunks;
use crate::lane::{Lane, MAX_LANES};
use crate::model::Model;
use crate::numbers::{Numbers, fingerprint};
use crate::schedule::Schedule;

/// Most states of a search: what fits a [`Link`].
pub(crate) const MAX: u32 = 1 << 29;

/// Every how many layers one is kept in full: makes 1 of 16 states kept, and at most 15 steps to make one
/// again.
const STRIDE: usize = 16;

/// The step by which a state was first reached: index of the state before << 3 | lane.
#[derive(Clone, Copy)]
struct Link(u32);

const _: () = assert!(MAX_LANES == 8, "a link has three bits for the lane");

impl Link {
    const fn new(from: u32, lane: Lane) -> Self {
        Self(from << 3 | lane.index() as u32)
    }

    const fn from(self) -> u32 {
        self.0 >> 3
    }

    const fn lane(self) -> Lane {
        Lane::ALL[(self.0 & 7) as usize]
    }
}

/// How many hash tables share the states. Each grows by itself, at its own time: one that holds them all
/// would copy a million slots in one go, and no slice could be shorter than that.
const SHARDS: usize = 16;

/// Which table holds it: bits that the table itself does not look at, unless it is very large.
const fn shard(fingerprint: u32) -> usize {
    (fingerprint >> 26) as usize % SHARDS
}

/// States at the same distance from the initial one, of consecutive indices.
struct Layer<S> {
    /// Index of the first.
    first: u32,
    /// All of them, as long as they are kept.
    states: Vec<S>,
}

/// What became of a state.
pub(crate) enum Added<'a, S> {
    /// It is new: its index, and where it is kept.
    New(u32, &'a S),
    /// It was seen before.
    Known,
    /// It is new, and there is no room.
    Full,
}

pub(crate) struct States<M: Model> {
    links: Chunks<Link>,
    /// The index of each.
    visited: [Numbers; SHARDS],
    /// By distance. The last is being filled, from the last but one.
    layers: Vec<Layer<M::State>>,
    /// How many states of the last layer but one have been expanded.
    expanded: usize,
}

impl<M: Model> States<M> {
    /// The initial state has index 0.
    pub(crate) fn new(initial: M::State) -> Self {
        let fingerprint = fingerprint(&initial);
        let mut visited = [const { Numbers::new() }; SHARDS];
        visited[shard(fingerprint)].put(fingerprint, 0);
        let mut links = Chunks::new();
        // It is never followed.
        links.push(Link(0));
        let layers = [(0, Vec::from([initial])), (1, Vec::new())];
        Self {
            links,
            visited,
            layers: layers.map(|(first, states)| Layer { first, states }).into(),
            expanded: 0,
        }
    }

    /// How many were seen.
    pub(crate) fn len(&self) -> u32 {
        self.links.len() as u32
    }

    /// How many of them have been expanded. This is the index of the next one.
    pub(crate) fn expanded(&self) -> u32 {
        self.layers[self.depth()].first + self.expanded as u32
    }

    /// How far the next one is from the initial state.
    pub(crate) fn depth(&self) -> usize {
        self.layers.len() - 2
    }

    /// The next state to go on from, if there is one.
    pub(crate) fn next(&self) -> Option<&M::State> {
        kept(&self.layers[self.depth()], self.expanded())
    }

    /// Marks the next state as expanded. False if it was the last.
    pub(crate) fn advance(&mut self) -> bool {
        let depth = self.depth();
        self.expanded += 1;
        if self.expanded < self.layers[depth].states.len() {
            return true;
        }
        if self.layers[depth + 1].states.is_empty() {
            return false;
        }
        let mut room = Vec::new();
        if !depth.is_multiple_of(STRIDE) {
            core::mem::swap(&mut room, &mut self.layers[depth].states);
            room.clear();
        }
        self.layers.push(Layer { first: self.len(), states: room });
        self.expanded = 0;
        true
    }

    /// Adds a state that `lane` reached from the next one, unless `limit` states are there.
    pub(crate) fn add(&mut self, model: &M, lane: Lane, state: M::State, limit: u32) -> Added<'_, M::State> {
        let fingerprint = fingerprint(&state);
        let from = self.expanded();
        let Self { links, visited, layers, .. } = self;
        let visited = &mut visited[shard(fingerprint)];
        match visited.find(fingerprint, |index| equals(model, links, layers, index, &state)) {
            Some(_) => Added::Known,
            None if links.len() as u32 >= limit => Added::Full,
            None => {
                let index = links.len() as u32;
                visited.put(fingerprint, index);
                links.push(Link::new(from, lane));
                let last = layers.len() - 1;
                Added::New(index, layers[last].states.push_mut(state))
            }
        }
    }

    /// How a state was first reached.
    pub(crate) fn schedule(&self, index: u32) -> Schedule {
        let mut steps = Vec::new();
        let mut at = index;
        while at != 0 {
            let link = *self.links.at(at);
            steps.push(link.lane());
            at = link.from();
        }
        steps.into_iter().rev().collect()
    }
}

fn equals<M: Model>(
    model: &M,
    links: &Chunks<Link>,
    layers: &[Layer<M::State>],
    index: u32,
    state: &M::State,
) -> bool {
    // Where none goes in circles it is in the last layer.
    let depth = layers.iter().rposition(|layer| layer.first <= index).unwrap_or(0);
    match kept(&layers[depth], index) {
        Some(kept) => kept == state,
        None => remake(model, links, layers, depth, index) == *state,
    }
}

fn kept<S>(layer: &Layer<S>, index: u32) -> Option<&S> {
    layer.states.get((index - layer.first) as usize)
}

/// Makes a state again. Recurses less than [`STRIDE`] deep: the state before lies one layer up, and the first
/// layer is kept.
fn remake<M: Model>(
    model: &M,
    links: &Chunks<Link>,
    layers: &[Layer<M::State>],
    depth: usize,
    index: u32,
) -> M::State {
    if let Some(state) = kept(&layers[depth], index) {
        return state.clone();
    }
    let link = *links.at(index);
    let mut state = remake(model, links, layers, depth - 1, link.from());
    model.step(&mut state, link.lane());
    state
}

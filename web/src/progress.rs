//! How much of a file has arrived.

/// How much of a file has arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes so far.
    pub received: usize,
    /// Bytes in all, if the server said so.
    pub total: Option<usize>,
}

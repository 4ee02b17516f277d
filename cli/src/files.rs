//! What a command reads and writes.

use std::io::{self, BufWriter, StdoutLock};

/// Standard output. A failure to write is an error, not a panic: the reader of a pipe may go away.
pub(crate) fn output() -> BufWriter<StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

//! What keeps the examples from being built.

use super::Error;

#[derive(Debug, thiserror::Error)]
pub(crate) enum HostError {
    #[error(
        "{name} is not on PATH; the examples for other programs need Node.js, which has node and npm, and Python 3"
    )]
    Missing { name: &'static str },

    #[error(
        "no Python of the examples' own could be made: {0}. Install Python 3 with venv (Debian: python3-venv)"
    )]
    NoPython(Box<Error>),
}

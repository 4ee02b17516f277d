//! A port that cannot be listened on.

use std::io::{self, ErrorKind};

/// What is wrong with it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    #[error("port {0} on 127.0.0.1 is in use; choose another with --port")]
    PortInUse(u16),

    #[error("cannot listen on port {port} of 127.0.0.1: {source}; choose another with --port")]
    Port { port: u16, source: io::Error },
}

impl ServeError {
    /// Says which port we wanted to listen on.
    pub(crate) fn on(port: u16) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            ErrorKind::AddrInUse => Self::PortInUse(port),
            _ => Self::Port { port, source },
        }
    }
}

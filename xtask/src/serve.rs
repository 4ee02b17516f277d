//! Serving the built site on loopback.

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use pagewalk_server::Site;

use crate::error::{Error, ServeError};
use crate::page;
use crate::workspace::Workspace;

/// Builds the page and serves it until the process is ended.
pub(crate) fn run(workspace: &Workspace, port: u16) -> Result<(), Error> {
    // A busy port is said before the long build. The port is freed again meanwhile, so that nobody connects to a
    // page that is not there yet.
    drop(listen(port)?);
    let dist = page::build(workspace)?;
    // As it is served elsewhere: who measures how fast the page is there measures that.
    let site = Site::open(&dist).map_err(Error::io("open", &dist))?.compressed();
    let listener = listen(port)?;
    let address = listener.local_addr().map_err(ServeError::on(port))?;
    println!("http://{address}/");
    // Whoever waits for the line through a pipe gets it now; if nobody reads it, serving still makes sense.
    let _ = io::stdout().flush();
    pagewalk_server::serve(&listener, &Arc::new(site))
}

fn listen(port: u16) -> Result<TcpListener, ServeError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(ServeError::on(port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_port_is_named_with_the_way_out() -> io::Result<()> {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = taken.local_addr()?.port();
        let text = listen(port).map_err(|error| error.to_string());
        let expected = format!("port {port} on 127.0.0.1 is in use; choose another with --port");
        assert_eq!(text.map(drop), Err(expected));
        Ok(())
    }
}

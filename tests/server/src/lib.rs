//! A server for the built site, for a person and for the browser tests.
//!
//! Written on the standard library alone. A static site on one's own machine needs GET and HEAD;
//! `tiny_http` 0.12, the small library for this, was tried twice. It lets a request wait behind idle connections when a
//! browser opens several at once (`idle_connections_do_not_hold_up_others` below failed in two of five runs), and in the
//! browser tests it left Chromium waiting for the end of the wasm file every second time.

mod files;
mod gate;
mod http;
mod mime;
mod site;

use std::io::{self, BufReader, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use http::{Method, Next, Status};

pub use gate::Gate;
pub use site::{Answer, Site};

/// How long a connection may do nothing before it is closed.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait before the next connection where none can be taken: most likely there are too many open files, and
/// they become fewer.
const RECOVERY: Duration = Duration::from_millis(100);

/// Answers every connection in a thread of its own, until the process ends.
pub fn serve(listener: &TcpListener, site: &Arc<Site>) -> ! {
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                let site = Arc::clone(site);
                // A failure means that the reader went away before the answer was complete.
                thread::spawn(move || drop(answer(&stream, &site)));
            }
            Err(_) => thread::sleep(RECOVERY),
        }
    }
}

/// Answers what comes on a connection, one request after the other.
fn answer(stream: &TcpStream, site: &Site) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // An answer goes out in two pieces; the second must not wait until the first is acknowledged.
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while answer_one(stream, http::request(&mut reader)?, site)? {}
    http::close(stream)
}

/// Answers one request. Returns whether the connection goes on.
fn answer_one(stream: &TcpStream, next: Next, site: &Site) -> io::Result<bool> {
    let request = match next {
        Next::Request(request) => request,
        Next::Other => {
            http::refuse(stream, Status::BadRequest, true)?;
            return Ok(false);
        }
        Next::End => return Ok(false),
    };
    if request.method == Method::Other {
        http::refuse(stream, Status::MethodNotAllowed, true)?;
        return Ok(false);
    }
    let with_body = request.method == Method::Get;
    match site.content(&request) {
        Ok(content) => {
            http::send(stream, &content, with_body, request.is_last)?;
            return Ok(!request.is_last);
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            http::refuse(stream, Status::NotFound, with_body)?;
        }
        Err(_) => http::refuse(stream, Status::Unreadable, with_body)?,
    }
    Ok(false)
}

#[cfg(test)]
mod tests;

//! Serving the built site on loopback.
//!
//! Written on the standard library alone. A static site on one's own machine needs GET, HEAD and a `Connection: close`;
//! `tiny_http`, the small library for this, was tried first and lets a request wait behind idle connections when a
//! browser opens several at once (`idle_connections_do_not_hold_up_others` below failed in two of five runs).

mod http;
mod mime;
mod site;

use std::fs::File;
use std::io::{self, ErrorKind, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::error::Error;
use crate::page;
use crate::workspace::Workspace;
use http::{Method, Status};
use site::Site;

/// Connections served at the same time; a browser opens six for a page, and some of them only to have them ready.
const THREADS: usize = 32;

/// How long a connection may do nothing before it is closed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Builds the page and serves it until the process is ended.
pub(crate) fn run(workspace: &Workspace, port: u16) -> Result<(), Error> {
    // A busy port is said before the long build. The port is freed again meanwhile, so that nobody connects to a
    // page that is not there yet.
    drop(listen(port)?);
    let dist = page::build(workspace)?;
    let site = Site::open(&dist).map_err(Error::io("open", &dist))?;
    let listener = listen(port)?;
    let address = listener.local_addr().map_err(|source| Error::Port { port, source })?;
    println!("http://{address}/");
    // Whoever waits for the line through a pipe gets it now; if nobody reads it, serving still makes sense.
    let _ = io::stdout().flush();
    serve(&listener, &site);
    Ok(())
}

fn listen(port: u16) -> Result<TcpListener, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|source| match source.kind() {
        ErrorKind::AddrInUse => Error::PortInUse(port),
        _ => Error::Port { port, source },
    })
}

/// Answers from several threads, each of which takes the next connection when it is done with one.
fn serve(listener: &TcpListener, site: &Site) {
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    match listener.accept() {
                        // A failure means that the reader went away before the answer was complete.
                        Ok((stream, _)) => drop(answer(&stream, site)),
                        // Most likely there are too many open files: they become fewer.
                        Err(_) => thread::sleep(Duration::from_millis(100)),
                    }
                }
            });
        }
    });
}

fn answer(stream: &TcpStream, site: &Site) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    match http::request(stream)? {
        None => http::refuse(stream, Status::BadRequest, true)?,
        Some((Method::Other, _)) => http::refuse(stream, Status::MethodNotAllowed, true)?,
        Some((method, target)) => {
            let wants_body = method == Method::Get;
            match site.file(&target).and_then(|path| Some((File::open(&path).ok()?, path))) {
                Some((file, path)) => http::send(stream, file, mime::of(&path), wants_body)?,
                None => http::refuse(stream, Status::NotFound, wants_body)?,
            }
        }
    }
    http::close(stream)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;
    use std::net::{SocketAddr, TcpStream};

    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    /// Serves a small site while `visit` runs.
    fn serving(visit: impl FnOnce(SocketAddr) -> Outcome) -> Outcome {
        let parent = tempfile::tempdir()?;
        let dist = parent.path().join("dist");
        fs::create_dir(&dist)?;
        fs::write(parent.path().join("Cargo.toml"), "secret")?;
        fs::write(dist.join("index.html"), "<!doctype html>")?;
        fs::write(dist.join("page_bg.wasm"), vec![7; 100_000])?;
        fs::write(dist.join("tables.json.gz"), [0x1f, 0x8b])?;

        let site = Site::open(&dist)?;
        let listener = listen(0)?;
        let address = listener.local_addr()?;
        // It serves for as long as the tests run.
        thread::spawn(move || serve(&listener, &site));
        visit(address)
    }

    /// The head, in lower case, and the body of the answer to a request that is sent as it is.
    fn ask(address: SocketAddr, request: &str) -> io::Result<(String, Vec<u8>)> {
        let mut stream = TcpStream::connect(address)?;
        write!(stream, "{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(answer.len());
        let body = answer.get(end + 4..).unwrap_or_default().to_vec();
        Ok((String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase(), body))
    }

    #[test]
    fn a_file_comes_whole_with_its_type_and_length() -> Outcome {
        serving(|address| {
            let (head, body) = ask(address, "GET /page_bg.wasm?v=1")?;
            assert!(head.starts_with("http/1.1 200"), "{head}");
            assert!(head.contains("content-type: application/wasm"), "{head}");
            assert!(head.contains("content-length: 100000"), "{head}");
            assert!(head.contains("cache-control: no-cache"), "{head}");
            assert_eq!(body.len(), 100_000);
            Ok(())
        })
    }

    #[test]
    fn a_compressed_file_stays_compressed() -> Outcome {
        serving(|address| {
            let (head, body) = ask(address, "GET /tables.json.gz")?;
            assert!(head.contains("content-type: application/gzip"), "{head}");
            assert!(!head.contains("content-encoding"), "{head}");
            assert_eq!(body, [0x1f, 0x8b]);
            Ok(())
        })
    }

    #[test]
    fn the_root_is_the_page_and_head_has_no_body() -> Outcome {
        serving(|address| {
            assert_eq!(ask(address, "GET /")?.1, b"<!doctype html>");
            let (head, body) = ask(address, "HEAD /")?;
            assert!(head.starts_with("http/1.1 200") && head.contains("text/html"), "{head}");
            assert!(body.is_empty());
            Ok(())
        })
    }

    #[test]
    fn what_is_not_there_or_not_allowed_is_refused() -> Outcome {
        serving(|address| {
            assert!(ask(address, "GET /missing.js")?.0.starts_with("http/1.1 404"));
            assert!(ask(address, "GET /../Cargo.toml")?.0.starts_with("http/1.1 404"));
            assert!(ask(address, "GET /%2e%2e/Cargo.toml")?.0.starts_with("http/1.1 404"));
            let (head, _) = ask(address, "POST /")?;
            assert!(head.starts_with("http/1.1 405") && head.contains("allow: get, head"), "{head}");
            assert!(ask(address, "nonsense")?.0.starts_with("http/1.1 400"));
            Ok(())
        })
    }

    #[test]
    fn idle_connections_do_not_hold_up_others() -> Outcome {
        serving(|address| {
            let idle: Vec<_> = (0..THREADS - 1).map(|_| TcpStream::connect(address)).collect();
            assert!(ask(address, "GET /")?.0.starts_with("http/1.1 200"));
            drop(idle);
            Ok(())
        })
    }

    #[test]
    fn a_busy_port_is_named_with_the_way_out() -> Outcome {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = taken.local_addr()?.port();
        let text = listen(port).map_err(|error| error.to_string());
        let expected = format!("port {port} on 127.0.0.1 is in use; choose another with --port");
        assert_eq!(text.map(drop), Err(expected));
        Ok(())
    }
}

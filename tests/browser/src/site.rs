//! A server for the site, on a free port of this machine, that can be told to answer something else.
//!
//! One request per connection over the standard library: tiny_http 0.12 was tried first and left Chromium waiting for
//! the end of the wasm file in every second test.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;

use crate::driver::PLAIN_HOST;

/// What to answer instead of a file.
#[derive(Clone, Debug)]
pub enum Answer {
    /// This content.
    Bytes(Vec<u8>),
    /// 404.
    Missing,
}

/// The built site on a server. It is served until the test's process ends.
#[derive(Debug)]
pub struct Site {
    address: SocketAddr,
    prefix: &'static str,
}

/// What a server answers.
struct Content {
    dist: PathBuf,
    prefix: &'static str,
    instead: Vec<(&'static str, Answer)>,
}

impl Site {
    /// The built site, at the root of a server.
    pub fn serve() -> Self {
        Self::serve_with("/", Vec::new())
    }

    /// The built site below `prefix` (`/` first and last), with some paths answered differently.
    pub fn serve_with(prefix: &'static str, instead: Vec<(&'static str, Answer)>) -> Self {
        let dist = PathBuf::from(crate::driver::from_environment("PAGEWALK_DIST"));
        let content = Arc::new(Content { dist, prefix, instead });
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on this machine");
        let address = listener.local_addr().expect("a bound socket has an address");
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let content = Arc::clone(&content);
                // A browser that has gone away meanwhile is no failure of the test.
                thread::spawn(move || drop(content.respond(&stream)));
            }
        });
        Self { address, prefix }
    }

    /// The address of a path, or of a hash, below the prefix.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{}{path}", self.address, self.prefix)
    }

    /// The same by a host name that is not this machine's own: the browser then counts the page as insecure, and keeps from
    /// it what needs a secure context, such as the clipboard.
    pub fn plain_url(&self, path: &str) -> String {
        format!("http://{PLAIN_HOST}:{}{}{path}", self.address.port(), self.prefix)
    }
}

impl Content {
    fn respond(&self, mut stream: &TcpStream) -> io::Result<()> {
        let mut lines = BufReader::new(stream).lines();
        let request = lines.next().transpose()?.unwrap_or_default();
        // The head ends with an empty line; it must be read before the answer is written.
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        let target = request.split(' ').nth(1).unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default().strip_prefix(self.prefix);
        let (status, body) = match path.map_or(Answer::Missing, |path| self.answer(path)) {
            Answer::Bytes(body) => ("200 OK", body),
            Answer::Missing => ("404 Not Found", b"not here".to_vec()),
        };
        let (kind, length) = (content_type(path.unwrap_or_default()), body.len());
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        )?;
        stream.write_all(&body)
    }

    fn answer(&self, path: &str) -> Answer {
        match self.instead.iter().find(|(of, _)| *of == path) {
            Some((_, answer)) => answer.clone(),
            None => file(&self.dist, if path.is_empty() { "index.html" } else { path }),
        }
    }
}

fn file(dist: &Path, path: &str) -> Answer {
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    match std::fs::read(dist.join(path)) {
        Ok(bytes) if plain => Answer::Bytes(bytes),
        _ => Answer::Missing,
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" => "text/javascript",
        "wasm" => "application/wasm",
        "css" => "text/css",
        "svg" => "image/svg+xml",
        "gz" => "application/gzip",
        _ => "text/html; charset=utf-8",
    }
}

//! As much of HTTP/1.1 as reading a static site takes: a request has no body, a connection has one after the other.

use std::borrow::Cow;
use std::io::{self, BufRead, Read, Write};
use std::net::{Shutdown, TcpStream};

/// Says that the connection ends with this answer.
const LAST: &str = "Connection: close\r\n";

/// Longer request heads are refused.
const HEAD_LIMIT: u64 = 16 * 1024;

/// What a reader wants to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Head,
    Other,
}

/// What a reader asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// The path, with what follows it.
    pub(crate) target: String,
    /// Whether the answer may be compressed.
    pub(crate) takes_gzip: bool,
    /// Whether the reader has no further request on this connection.
    pub(crate) is_last: bool,
}

/// A file as it is sent.
#[derive(Debug)]
pub(crate) struct Content<'s> {
    pub(crate) body: Cow<'s, [u8]>,
    pub(crate) kind: &'static str,
    pub(crate) is_gzip: bool,
    /// Further headers, by name and value.
    pub(crate) headers: &'s [(String, String)],
}

/// Why there is no file in the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Status {
    BadRequest,
    NotFound,
    MethodNotAllowed,
    Unreadable,
}

impl Status {
    fn line(self) -> &'static str {
        match self {
            Self::BadRequest => "400 Bad Request",
            Self::NotFound => "404 Not Found",
            Self::MethodNotAllowed => "405 Method Not Allowed",
            Self::Unreadable => "500 The file cannot be read",
        }
    }
}

/// What comes next on a connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Request(Request),
    /// Something that is no request.
    Other,
    /// Nothing more.
    End,
}

/// Reads the head of a request.
pub(crate) fn request(stream: impl BufRead) -> io::Result<Next> {
    let mut head = stream.take(HEAD_LIMIT);
    let mut first = Vec::new();
    if head.read_until(b'\n', &mut first)? == 0 {
        return Ok(Next::End);
    }
    let (mut takes_gzip, mut closes) = (false, false);
    loop {
        let mut line = Vec::new();
        head.read_until(b'\n', &mut line)?;
        match line.as_slice() {
            b"\r\n" | b"\n" => break,
            // The end came before the empty line.
            line if !line.ends_with(b"\n") => return Ok(Next::Other),
            line => {
                takes_gzip |= says(line, "accept-encoding:", "gzip");
                closes |= says(line, "connection:", "close");
            }
        }
    }
    let Ok(first) = String::from_utf8(first) else { return Ok(Next::Other) };
    let words: Vec<_> = first.split_ascii_whitespace().collect();
    let [method, target, version] = words[..] else { return Ok(Next::Other) };
    if !version.starts_with("HTTP/1.") {
        return Ok(Next::Other);
    }
    let method = match method {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        _ => Method::Other,
    };
    // What may have a body is refused, and the body with it.
    let is_last = closes || version == "HTTP/1.0" || method == Method::Other;
    Ok(Next::Request(Request { method, target: target.to_owned(), takes_gzip, is_last }))
}

/// Whether a line of the head is the header of this name and has that word in it. A weight of 0 (`gzip;q=0`), which no browser
/// sends, counts as well.
fn says(line: &[u8], name: &str, word: &str) -> bool {
    let line = String::from_utf8_lossy(line).to_ascii_lowercase();
    line.strip_prefix(name).is_some_and(|list| list.contains(word))
}

/// Answers with a file.
pub(crate) fn send(
    mut stream: impl Write,
    content: &Content<'_>,
    with_body: bool,
    is_last: bool,
) -> io::Result<()> {
    let mut more = String::from(if is_last { LAST } else { "" });
    if content.is_gzip {
        more.push_str("Content-Encoding: gzip\r\n");
    }
    for (name, value) in content.headers {
        more.extend([name, ": ", value, "\r\n"]);
    }
    stream.write_all(head("200 OK", content.kind, content.body.len(), &more).as_bytes())?;
    if with_body {
        stream.write_all(&content.body)?;
    }
    Ok(())
}

/// Answers with a reason instead of a file.
pub(crate) fn refuse(mut stream: impl Write, status: Status, with_body: bool) -> io::Result<()> {
    let text = format!("{}\n", status.line());
    let more = match status {
        Status::MethodNotAllowed => "Allow: GET, HEAD\r\n",
        Status::BadRequest | Status::NotFound | Status::Unreadable => "",
    };
    let more = format!("{LAST}{more}");
    let mut answer = head(status.line(), "text/plain; charset=utf-8", text.len(), &more);
    if with_body {
        answer.push_str(&text);
    }
    stream.write_all(answer.as_bytes())
}

/// Ends a connection so that the reader gets all of the answer: what it may still be sending is read first, for
/// closing over unread bytes would cut the answer short.
pub(crate) fn close(stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream.take(HEAD_LIMIT), &mut io::sink()).map(drop)
}

/// The head of an answer. A browser asks again each time: the next build may be different.
fn head(status: &str, kind: &str, length: usize, more: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
         Cache-Control: no-cache\r\n{more}\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> io::Result<Next> {
        request(text.as_bytes())
    }

    #[test]
    fn a_request_is_its_method_and_target() -> io::Result<()> {
        let expected = |method, target: &str, takes_gzip, is_last| {
            Next::Request(Request { method, target: target.to_owned(), takes_gzip, is_last })
        };
        let read_on = read("GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n")?;
        assert_eq!(read_on, expected(Method::Get, "/a?b", false, false));
        assert_eq!(read("HEAD / HTTP/1.0\n\n")?, expected(Method::Head, "/", false, true));
        assert_eq!(read("PUT / HTTP/1.1\r\n\r\nbody")?, expected(Method::Other, "/", false, true));
        let packed = read("GET / HTTP/1.1\r\nACCEPT-encoding: br, gzip\r\nConnection: close\r\n\r\n")?;
        assert_eq!(packed, expected(Method::Get, "/", true, true));
        assert_eq!(read("")?, Next::End);
        Ok(())
    }

    #[test]
    fn what_is_not_a_request_is_refused() -> io::Result<()> {
        let endless = format!("GET / HTTP/1.1\r\nCookie: {}\r\n\r\n", "x".repeat(20_000));
        for text in ["GET /", "GET / HTTP/1.1\r\n", "GET / /b HTTP/1.1\r\n\r\n", "GET /\r\n\r\n", &endless] {
            assert_eq!(read(text)?, Next::Other, "{text}");
        }
        assert_eq!(request(&b"GET /\xff HTTP/1.1\r\n\r\n"[..])?, Next::Other);
        Ok(())
    }
}

//! As much of HTTP/1.1 as reading a static site takes: a request has no body, a connection has one request.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};

/// Longer request heads are refused.
const HEAD_LIMIT: u64 = 16 * 1024;

/// What a reader wants to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Head,
    Other,
}

/// Why there is no file in the answer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Status {
    BadRequest,
    NotFound,
    MethodNotAllowed,
}

impl Status {
    fn line(self) -> &'static str {
        match self {
            Self::BadRequest => "400 Bad Request",
            Self::NotFound => "404 Not Found",
            Self::MethodNotAllowed => "405 Method Not Allowed",
        }
    }
}

/// Reads the head of a request: what is to be done, and with which target. None if it is not one.
pub(super) fn request(stream: impl Read) -> io::Result<Option<(Method, String)>> {
    let mut head = BufReader::new(stream.take(HEAD_LIMIT));
    let mut first = Vec::new();
    head.read_until(b'\n', &mut first)?;
    loop {
        let mut line = Vec::new();
        head.read_until(b'\n', &mut line)?;
        match line.as_slice() {
            b"\r\n" | b"\n" => break,
            // The end came before the empty line.
            line if !line.ends_with(b"\n") => return Ok(None),
            _ => {}
        }
    }
    Ok(String::from_utf8(first).ok().as_deref().and_then(request_line))
}

fn request_line(line: &str) -> Option<(Method, String)> {
    let mut words = line.trim_end().split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    if !version.starts_with("HTTP/1.") || words.next().is_some() {
        return None;
    }
    let method = match method {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        _ => Method::Other,
    };
    Some((method, target.to_owned()))
}

/// Answers with a file of that media type.
pub(super) fn send(mut stream: impl Write, mut file: File, kind: &str, with_body: bool) -> io::Result<()> {
    let length = file.metadata()?.len();
    stream.write_all(head("200 OK", kind, length, "").as_bytes())?;
    if with_body {
        io::copy(&mut file, &mut stream)?;
    }
    Ok(())
}

/// Answers with a reason instead of a file.
pub(super) fn refuse(mut stream: impl Write, status: Status, with_body: bool) -> io::Result<()> {
    let text = format!("{}\n", status.line());
    let more = match status {
        Status::MethodNotAllowed => "Allow: GET, HEAD\r\n",
        Status::BadRequest | Status::NotFound => "",
    };
    let mut answer = head(status.line(), "text/plain; charset=utf-8", text.len() as u64, more);
    if with_body {
        answer.push_str(&text);
    }
    stream.write_all(answer.as_bytes())
}

/// Ends a connection so that the reader gets all of the answer: what it may still be sending is read first, for
/// closing over unread bytes would cut the answer short.
pub(super) fn close(stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream.take(HEAD_LIMIT), &mut io::sink()).map(drop)
}

/// The head of an answer. A browser asks again each time: the next build may be different.
fn head(status: &str, kind: &str, length: u64, more: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
         Cache-Control: no-cache\r\nConnection: close\r\n{more}\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> io::Result<Option<(Method, String)>> {
        request(text.as_bytes())
    }

    #[test]
    fn a_request_is_its_method_and_target() -> io::Result<()> {
        let expected = |method, target: &str| Some((method, target.to_owned()));
        assert_eq!(read("GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n")?, expected(Method::Get, "/a?b"));
        assert_eq!(read("HEAD / HTTP/1.0\n\n")?, expected(Method::Head, "/"));
        assert_eq!(read("PUT / HTTP/1.1\r\n\r\nbody")?, expected(Method::Other, "/"));
        Ok(())
    }

    #[test]
    fn what_is_not_a_request_is_refused() -> io::Result<()> {
        let endless = format!("GET / HTTP/1.1\r\nCookie: {}\r\n\r\n", "x".repeat(20_000));
        for text in
            ["", "GET /", "GET / HTTP/1.1\r\n", "GET / /b HTTP/1.1\r\n\r\n", "GET /\r\n\r\n", &endless]
        {
            assert_eq!(read(text)?, None, "{text}");
        }
        assert_eq!(request(&b"GET /\xff HTTP/1.1\r\n\r\n"[..])?, None);
        Ok(())
    }
}

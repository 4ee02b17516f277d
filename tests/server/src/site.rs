//! What a server answers: the files of a directory, and what a test wants to be answered instead.

use std::borrow::Cow;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::files::{self, Files};
use crate::gate::Gate;
use crate::http::{Content, Request};
use crate::mime;

/// What to answer instead of a file.
#[derive(Clone, Debug)]
pub enum Answer {
    /// This content.
    Bytes(Vec<u8>),
    /// 404.
    Missing,
    /// The file, once the gate is open.
    After(Gate),
}

/// The built site, and how it is served.
#[derive(Debug)]
pub struct Site {
    files: Files,
    prefix: String,
    instead: Vec<(String, Answer)>,
    headers: Vec<(String, String)>,
    compresses: bool,
}

impl Site {
    /// The site in `directory`, at the root of the server.
    ///
    /// # Errors
    /// If the directory is not there or cannot be read.
    pub fn open(directory: &Path) -> io::Result<Self> {
        Ok(Self {
            files: Files::open(directory)?,
            prefix: String::from("/"),
            instead: Vec::new(),
            headers: Vec::new(),
            compresses: false,
        })
    }

    /// Serves it below this path, which begins and ends with a slash, and nothing elsewhere.
    #[must_use]
    pub fn below(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.prefix);
        self
    }

    /// Answers a path of the site differently, also one that it does not have. The last answer for a path counts.
    #[must_use]
    pub fn instead(mut self, path: &str, answer: Answer) -> Self {
        self.instead.insert(0, (path.to_owned(), answer));
        self
    }

    /// Sends this header with every file, for example a `Content-Security-Policy`.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Compresses what compresses well, for those who take it: the length in the head is then not that of the file.
    #[must_use]
    pub fn compressed(mut self) -> Self {
        self.compresses = true;
        self
    }

    /// The path that it is served below.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What to send for a request.
    pub(crate) fn content(&self, request: &Request) -> io::Result<Content<'_>> {
        let path = files::path(&request.target).ok_or(ErrorKind::NotFound)?;
        let path = path.strip_prefix(&self.prefix).ok_or(ErrorKind::NotFound)?;
        let instead = self.instead.iter().find(|(other, _)| other == path).map(|(_, answer)| answer);
        let (body, kind) = match instead {
            Some(Answer::Missing) => return Err(ErrorKind::NotFound.into()),
            Some(Answer::Bytes(bytes)) => (Cow::from(bytes), mime::of(files::name(path).as_ref())),
            Some(Answer::After(gate)) => {
                gate.wait();
                self.read(path)?
            }
            None => self.read(path)?,
        };
        let is_gzip = self.compresses && request.takes_gzip && mime::compresses(kind);
        let body = if is_gzip { gzip(&body)?.into() } else { body };
        Ok(Content { body, kind, is_gzip, headers: &self.headers })
    }

    fn read(&self, path: &str) -> io::Result<(Cow<'static, [u8]>, &'static str)> {
        let file = self.files.find(path).ok_or(ErrorKind::NotFound)?;
        Ok((fs::read(&file)?.into(), mime::of(&file)))
    }
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

//! From the path of a URL to a file of the site, and to no other file.

use std::io;
use std::path::{Path, PathBuf};

/// The files of a directory.
#[derive(Debug)]
pub(crate) struct Files {
    /// Without symbolic links, to compare with.
    root: PathBuf,
}

impl Files {
    /// The files in `directory`.
    pub(crate) fn open(directory: &Path) -> io::Result<Self> {
        Ok(Self { root: directory.canonicalize()? })
    }

    /// The file at a path without its first slash. A path that ends in a slash means the `index.html` there.
    pub(crate) fn find(&self, path: &str) -> Option<PathBuf> {
        let mut file = self.root.clone();
        for segment in name(path).split('/').filter(|segment| !segment.is_empty()) {
            if is_unsafe(segment) {
                return None;
            }
            file.push(segment);
        }
        // A symbolic link may still lead outside.
        let file = file.canonicalize().ok()?;
        (file.starts_with(&self.root) && file.is_file()).then_some(file)
    }
}

/// The path of a request's target, decoded; none if there is none.
pub(crate) fn path(target: &str) -> Option<String> {
    let path = target.split(['?', '#']).next().unwrap_or(target);
    percent_decoded(path).filter(|path| path.starts_with('/'))
}

/// The name of the file at a path.
pub(crate) fn name(path: &str) -> String {
    let index = if path.is_empty() || path.ends_with('/') { "index.html" } else { "" };
    format!("{path}{index}")
}

/// Whether a segment is more than the name of a file or directory on some platform.
fn is_unsafe(segment: &str) -> bool {
    segment == "." || segment == ".." || segment.contains(['\\', ':', '\0'])
}

/// The text behind `%XX`; none if that is malformed or not UTF-8.
fn percent_decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first == b'%' {
            let (&[high, low], tail) = rest.split_first_chunk()?;
            bytes.push(hex_digit(high)? << 4 | hex_digit(low)?);
            rest = tail;
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).ok()
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A site, and beside it what must not be reached.
    fn site() -> io::Result<(tempfile::TempDir, Files)> {
        let parent = tempfile::tempdir()?;
        let dist = parent.path().join("dist");
        fs::create_dir_all(dist.join("captures"))?;
        fs::create_dir(parent.path().join("dist-old"))?;
        fs::write(parent.path().join("Cargo.toml"), "secret")?;
        fs::write(parent.path().join("dist-old/index.html"), "secret")?;
        fs::write(dist.join("index.html"), "page")?;
        fs::write(dist.join("a b.js"), "script")?;
        fs::write(dist.join("captures/index.html"), "list")?;
        let files = Files::open(&dist)?;
        Ok((parent, files))
    }

    /// The file that a target means.
    fn file(files: &Files, target: &str) -> Option<PathBuf> {
        files.find(path(target)?.strip_prefix('/')?)
    }

    #[test]
    fn files_of_the_site_are_found() -> io::Result<()> {
        let (_parent, files) = site()?;
        for (target, name) in [
            ("/", "index.html"),
            ("/?x=/../Cargo.toml", "index.html"),
            ("/index.html#part", "index.html"),
            ("//index.html", "index.html"),
            ("/a%20b.js", "a b.js"),
            ("/captures/", "captures/index.html"),
        ] {
            assert_eq!(file(&files, target), Some(files.root.join(name)), "{target}");
        }
        Ok(())
    }

    #[test]
    fn nothing_outside_the_site_is_reached() -> io::Result<()> {
        let (parent, files) = site()?;
        let absolute = format!("/{}", parent.path().join("Cargo.toml").display());
        for target in [
            "/../Cargo.toml",
            "/./../Cargo.toml",
            "/captures/../../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/%2E%2e%2fCargo.toml",
            "/..%2fCargo.toml",
            "/..%5cCargo.toml",
            "/..\\Cargo.toml",
            "/../dist-old/index.html",
            "/c:/Cargo.toml",
            "/%00",
            "/%2",
            "/%zz",
            "/%ff",
            "/captures",
            "/missing",
            "index.html",
            "http://elsewhere/index.html",
            "",
            absolute.as_str(),
        ] {
            assert_eq!(file(&files, target), None, "{target}");
        }
        Ok(())
    }

    #[test]
    #[cfg(unix)]
    fn a_link_out_of_the_site_is_not_followed() -> io::Result<()> {
        let (parent, files) = site()?;
        std::os::unix::fs::symlink(parent.path().join("Cargo.toml"), files.root.join("link.toml"))?;
        assert_eq!(file(&files, "/link.toml"), None);
        Ok(())
    }
}

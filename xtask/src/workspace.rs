//! Where things are, and the versions the repository pins.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;

/// The repository this xtask was compiled from.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace that holds this package.
    pub(crate) fn here() -> Self {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self { root: package.parent().unwrap_or(package).to_owned() }
    }

    /// The repository's directory.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where the built site goes, as Trunk's would; the repository ignores it.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The cargo that runs us, started in the repository's directory.
    pub(crate) fn cargo(&self) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = Command::new(cargo);
        command.current_dir(&self.root);
        command
    }

    /// The version of `package` in `Cargo.lock`.
    pub(crate) fn locked_version(&self, package: &str) -> Result<String, Error> {
        let file = self.root.join("Cargo.lock");
        let lock = fs::read_to_string(&file).map_err(Error::io("read", &file))?;
        let version = locked_version(&lock, package).map(str::to_owned);
        version.ok_or_else(|| Error::NotPinned { of: package.to_owned(), file })
    }
}

/// The version of `package` in the text of a `Cargo.lock`. The file is machine-written, one `key = "value"` a line,
/// `name` before `version`, so it is read by line.
fn locked_version<'t>(lock: &'t str, package: &str) -> Option<&'t str> {
    lock.split("[[package]]")
        .find(|entry| string_value(entry, "name") == Some(package))
        .and_then(|entry| string_value(entry, "version"))
}

/// The value of the first line `key = "value"`.
fn string_value<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        let value = value.trim().strip_prefix('"')?.split_once('"')?.0;
        (name.trim() == key).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"version = 4

[[package]]
name = "wasm-bindgen"
version = "0.2.126"
dependencies = [
 "wasm-bindgen-macro",
]

[[package]]
name = "wasm-bindgen-macro"
version = "0.2.127"
"#;

    #[test]
    fn a_locked_version_is_that_of_the_whole_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.126"));
        assert_eq!(locked_version(LOCK, "wasm-bindgen-macro"), Some("0.2.127"));
    }

    #[test]
    fn a_package_that_is_not_locked_has_no_version() {
        assert_eq!(locked_version(LOCK, "wasm"), None);
        assert_eq!(locked_version("", "wasm-bindgen"), None);
    }

    #[test]
    fn this_repository_pins_what_the_page_needs() -> Result<(), Error> {
        let workspace = Workspace::here();
        assert!(workspace.locked_version("wasm-bindgen")?.starts_with("0.2."));
        Ok(())
    }
}

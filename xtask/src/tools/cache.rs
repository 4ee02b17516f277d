//! Our own directory of installed tools: `pagewalk/tools/NAME-VERSION/bin` in the person's cache directory.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::Tool;
use crate::error::{Error, ToolError};
use crate::lock::{self, Lock};

/// The directory of all tools.
#[derive(Debug)]
pub(super) struct Cache {
    tools: PathBuf,
}

impl Cache {
    /// The cache of the person who runs us.
    pub(super) fn find() -> Result<Self, Error> {
        let caches = cache_directory(|variable| env::var_os(variable)).ok_or(ToolError::NoCacheDirectory)?;
        Ok(Self { tools: caches.join("pagewalk").join("tools") })
    }

    /// Where an installed tool has its programs.
    pub(super) fn programs_of(&self, tool: &Tool) -> PathBuf {
        self.directory_of(tool).join("bin")
    }

    /// Waits until no other process installs into this cache.
    pub(super) fn lock(&self) -> Result<Lock, Error> {
        lock::lock(&self.tools.join("lock"), "installing tools")
    }

    /// An empty directory to install into, out of which [`Cache::publish`] makes the tool's own.
    pub(super) fn stage(&self, _: &Lock) -> Result<PathBuf, Error> {
        let stage = self.tools.join("incomplete");
        remove(&stage)?;
        fs::create_dir_all(&stage).map_err(Error::io("create", &stage))?;
        Ok(stage)
    }

    /// Moves a finished tool to its place in one step, so that an interrupted installation is never taken for one.
    pub(super) fn publish(&self, _: &Lock, stage: &Path, tool: &Tool) -> Result<(), Error> {
        let place = self.directory_of(tool);
        remove(&place)?;
        fs::rename(stage, &place).map_err(Error::io("move an installed tool to", &place))
    }

    /// Where crates are compiled during an installation: shared by the tools, and kept when interrupted.
    pub(super) fn build_directory(&self) -> PathBuf {
        self.tools.join("build")
    }

    /// Frees what was only needed while installing.
    pub(super) fn tidy(&self, _: &Lock) -> Result<(), Error> {
        remove(&self.build_directory())
    }

    fn directory_of(&self, tool: &Tool) -> PathBuf {
        self.tools.join(format!("{}-{}", tool.name, tool.version))
    }
}

fn remove(directory: &Path) -> Result<(), Error> {
    if directory.exists() {
        fs::remove_dir_all(directory).map_err(Error::io("remove", directory))?;
    }
    Ok(())
}

/// The directory for caches by the platform's rules. `XDG_CACHE_HOME` counts everywhere, and like all of them only
/// when it is absolute.
fn cache_directory(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let directory = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    directory("XDG_CACHE_HOME").or_else(|| {
        if cfg!(windows) {
            directory("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            Some(directory("HOME")?.join("Library").join("Caches"))
        } else {
            Some(directory("HOME")?.join(".cache"))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::install::Source;
    use super::*;

    const TOOL: Tool = Tool {
        name: "tool",
        version: String::new(),
        programs: &["tool"],
        script: None,
        source: Source::Crate { minutes: 1 },
    };

    #[test]
    #[cfg(unix)]
    fn the_cache_is_where_the_environment_says() {
        let only = |known: &'static str, value: &'static str| {
            cache_directory(move |name| (name == known).then(|| OsString::from(value)))
        };
        assert_eq!(only("XDG_CACHE_HOME", "/caches"), Some(PathBuf::from("/caches")));
        assert_eq!(only("XDG_CACHE_HOME", "relative"), None);
        assert_eq!(only("UNRELATED", "/caches"), None);
        assert!(only("HOME", "/home/someone").is_some_and(|path| path.starts_with("/home/someone")));
    }

    #[test]
    fn a_tool_appears_only_when_published() -> Result<(), Box<dyn std::error::Error>> {
        let directory = tempfile::tempdir()?;
        let cache = Cache { tools: directory.path().join("tools") };
        let installing = cache.lock()?;
        let stage = cache.stage(&installing)?;
        fs::write(stage.join("half"), "")?;
        assert!(!cache.directory_of(&TOOL).exists());

        let stage = cache.stage(&installing)?;
        assert!(!stage.join("half").exists(), "what an interrupted installation left is gone");
        fs::create_dir(stage.join("bin"))?;
        cache.publish(&installing, &stage, &TOOL)?;
        assert!(cache.programs_of(&TOOL).is_dir() && !stage.exists());
        Ok(())
    }
}

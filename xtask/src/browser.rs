//! The browsers the tests drive, and their drivers.

use std::env;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::error::{BrowserError, Error};
use crate::{apt, process};

/// Chromium's switches for tests: no window, no writes to shared memory, no traffic of its own. It may run as root
/// in a container, where its sandbox does not work; it only ever opens our own pages.
const SWITCHES: [&str; 8] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A browser and the driver that can drive it.
#[derive(Debug)]
pub(crate) struct Browser {
    /// Chromium or Chrome.
    pub(crate) chrome: PathBuf,
    /// Its `ChromeDriver`.
    pub(crate) driver: PathBuf,
}

/// Firefox, whose driver is one of [`tools`](crate::tools).
#[derive(Debug)]
pub(crate) struct Firefox(PathBuf);

/// A program of the two, and how a person can choose another.
struct Part {
    variable: &'static str,
    names: &'static [&'static str],
}

const CHROME: Part = Part {
    variable: "CHROME",
    names: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
};
const FIREFOX: Part = Part { variable: "FIREFOX", names: &["firefox-esr", "firefox"] };
const DRIVER: Part = Part { variable: "CHROMEDRIVER", names: &["chromedriver"] };

impl Browser {
    /// What our tests and wasm-bindgen's test runner ask the driver for, as JSON.
    pub(crate) fn capabilities(&self) -> String {
        json!({ "goog:chromeOptions": { "binary": self.chrome.to_string_lossy(), "args": SWITCHES } })
            .to_string()
    }
}

impl Firefox {
    /// What our tests ask its driver for, as JSON.
    pub(crate) fn capabilities(&self) -> String {
        json!({ "moz:firefoxOptions": { "binary": self.0.to_string_lossy(), "args": ["-headless"] } })
            .to_string()
    }
}

/// Finds Firefox, or installs it where that can be done.
pub(crate) fn ensure_firefox() -> Result<Firefox, Error> {
    if let Some(found) = FIREFOX.find()? {
        return Ok(Firefox(found));
    }
    apt::install_if_debian(&["firefox-esr"])
        .map_err(|reason| BrowserError::NoFirefox(Some(Box::new(reason))))?;
    Ok(Firefox(FIREFOX.find()?.ok_or(BrowserError::NoFirefox(None))?))
}

/// Finds a browser and its driver, installs them where that can be done, and checks that they fit.
pub(crate) fn ensure() -> Result<Browser, Error> {
    if CHROME.find()?.is_none() || DRIVER.find()?.is_none() {
        apt::install_if_debian(&["chromium", "chromium-driver"])
            .map_err(|reason| BrowserError::NotInstalled(Box::new(reason)))?;
    }
    fitting(CHROME.find()?, DRIVER.find()?)
}

fn fitting(chrome: Option<PathBuf>, driver: Option<PathBuf>) -> Result<Browser, Error> {
    let missing = |what| BrowserError::Missing { what }.into();
    let (chrome, driver) = match (chrome, driver) {
        (Some(chrome), Some(driver)) => (chrome, driver),
        (None, Some(_)) => return Err(missing("Chromium")),
        (Some(_), None) => return Err(missing("ChromeDriver")),
        (None, None) => return Err(missing("Chromium and ChromeDriver")),
    };
    let browser_version = CHROME.version(&chrome)?;
    let driver_version = DRIVER.version(&driver)?;
    if major(&browser_version) == major(&driver_version) {
        Ok(Browser { chrome, driver })
    } else {
        Err(BrowserError::Versions { browser: chrome, browser_version, driver, driver_version }.into())
    }
}

impl Part {
    fn find(&self) -> Result<Option<PathBuf>, Error> {
        match env::var_os(self.variable).filter(|value| !value.is_empty()).map(PathBuf::from) {
            Some(path) if path.is_file() => Ok(Some(path)),
            Some(path) => Err(BrowserError::NotAProgram { variable: self.variable, path }.into()),
            None => Ok(self.names.iter().find_map(|name| process::on_path(name))),
        }
    }

    fn version(&self, program: &Path) -> Result<String, Error> {
        let version = process::version(program);
        let none = || BrowserError::NoVersion { program: program.to_owned(), variable: self.variable };
        Ok(version.ok_or_else(none)?)
    }
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_major_version_must_agree() {
        assert_eq!(major("156.0.8078.79"), major("156.0.1.2"));
        assert_ne!(major("156.0.8078.79"), major("15.6"));
    }

    #[test]
    fn a_missing_part_is_named() {
        let text = fitting(Some(PathBuf::from("chromium")), None).map_err(|error| error.to_string());
        assert!(matches!(text, Err(text) if text.starts_with("no ChromeDriver on this machine")));
    }

    #[test]
    fn capabilities_are_json_whatever_the_path() -> Result<(), serde_json::Error> {
        let browser = Browser { chrome: PathBuf::from(r#"C:\a "b"\chrome"#), driver: PathBuf::new() };
        let value: serde_json::Value = serde_json::from_str(&browser.capabilities())?;
        assert_eq!(value["goog:chromeOptions"]["binary"], r#"C:\a "b"\chrome"#);
        assert_eq!(value["goog:chromeOptions"]["args"][0], "--headless=new");
        Ok(())
    }
}

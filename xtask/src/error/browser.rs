//! A browser or its driver that cannot be used.

use std::path::PathBuf;

use super::Error;

/// What is wrong with them.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrowserError {
    #[error(
        "no {what} on this machine; install the Debian packages `chromium` and `chromium-driver` \
         (or Chrome and the ChromeDriver of the same major version), or set CHROME and CHROMEDRIVER to their paths"
    )]
    Missing { what: &'static str },

    #[error(
        "chromium and chromium-driver could not be installed ({0}); check the network connection, \
         or set CHROME and CHROMEDRIVER to the paths of a browser and its driver"
    )]
    NotInstalled(Box<Error>),

    #[error("{variable} is set to {}, which is not a file; correct or unset it", path.display())]
    NotAProgram { variable: &'static str, path: PathBuf },

    #[error("`{} --version` does not print a version; reinstall it, or set {variable} to a working one", program.display())]
    NoVersion { program: PathBuf, variable: &'static str },

    #[error(
        "the browser ({}, version {browser_version}) and its driver ({}, version {driver_version}) are of different \
         major versions; install matching ones, or set CHROME and CHROMEDRIVER to matching ones",
        browser.display(), driver.display()
    )]
    Versions { browser: PathBuf, browser_version: String, driver: PathBuf, driver_version: String },

    #[error(
        "no Firefox on this machine{}; install the Debian package `firefox-esr` (or Firefox), or set FIREFOX to its path",
        .0.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default()
    )]
    NoFirefox(Option<Box<Error>>),
}

//! Debian's packages, where they can be installed without asking anyone.

use std::path::Path;
use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::progress::say;

/// Whether they can.
fn is_debian_root() -> bool {
    Path::new("/etc/debian_version").exists()
        && process::on_path("apt-get").is_some()
        && process::output(Command::new("id").arg("-u")).is_some_and(|user| user.trim() == "0")
}

/// Installs them, if they can be.
pub(crate) fn install_if_debian(packages: &[&str]) -> Result<(), Error> {
    if !is_debian_root() {
        return Ok(());
    }
    say(format_args!("installing {} with apt-get: 1 to 2 minutes", packages.join(" and ")));
    // When some source of packages is out of reach, what is needed may still be in another.
    if let Err(reason) = apt_get(&["update"]) {
        say(reason);
    }
    apt_get(&[&["install", "--yes", "--no-install-recommends"], packages].concat())
}

fn apt_get(arguments: &[&str]) -> Result<(), Error> {
    process::run(
        Command::new("apt-get")
            .args(["--quiet=2", "-o", "DPkg::Lock::Timeout=120"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

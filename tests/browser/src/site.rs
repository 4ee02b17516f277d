//! The built site on a server of its own, on a free port of this machine.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use crate::driver::{PLAIN_HOST, from_environment};

/// The directory of the built site.
pub fn dist() -> PathBuf {
    PathBuf::from(from_environment("PAGEWALK_DIST"))
}

/// The path of a file of the built site, in the directory that is named after its content.
///
/// # Panics
/// If the site has not been built.
pub fn in_app(name: &str) -> String {
    let entries = fs::read_dir(dist()).expect("the built site");
    let mut names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    format!("{}/{name}", names.find(|name| name.starts_with("app-")).expect("one directory"))
}

/// The built site on a server. It is served until the test's process ends.
#[derive(Debug)]
pub struct Site {
    address: SocketAddr,
    prefix: String,
}

impl Site {
    /// The built site, at the root of a server.
    pub fn serve() -> Self {
        Self::serve_with(|site| site)
    }

    /// The built site as `set` wants it to be served.
    pub fn serve_with(set: impl FnOnce(pagewalk_server::Site) -> pagewalk_server::Site) -> Self {
        Self::serve_at(&dist(), set)
    }

    /// Another site than the built one.
    pub fn serve_from(directory: &Path) -> Self {
        Self::serve_at(directory, |site| site)
    }

    /// Another site than the built one, as `set` wants it to be served.
    pub fn serve_from_with(
        directory: &Path,
        set: impl FnOnce(pagewalk_server::Site) -> pagewalk_server::Site,
    ) -> Self {
        Self::serve_at(directory, set)
    }

    fn serve_at(directory: &Path, set: impl FnOnce(pagewalk_server::Site) -> pagewalk_server::Site) -> Self {
        let site = pagewalk_server::Site::open(directory).expect("the directory of a site");
        let site = Arc::new(set(site));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on this machine");
        let address = listener.local_addr().expect("a bound socket has an address");
        let prefix = site.prefix().to_owned();
        thread::spawn(move || pagewalk_server::serve(&listener, &site));
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

//! The browser's driver: a process of its own for each test, and the browser that it starts.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How long a condition may take to come true before the test has failed.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// How often it is looked at.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(15);

/// How long the driver may take to end its browser.
const TIME_TO_END: Duration = Duration::from_secs(10);

/// A host name by which the browser finds this machine. To a browser, `127.0.0.1` and `localhost` are as good as HTTPS; a
/// page of this host over plain HTTP is what readers have of a server in their network.
pub(crate) const PLAIN_HOST: &str = "pagewalk.test";

/// What the driver of Firefox has its options under.
const FIREFOX: &str = "moz:firefoxOptions";

/// Whether the tests run in Firefox, which has no protocol of Chromium's.
pub(crate) fn is_firefox() -> bool {
    from_environment("PAGEWALK_CAPABILITIES").contains(FIREFOX)
}

/// The value of a variable that `cargo xtask test` sets.
pub fn from_environment(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: run `cargo xtask test --only browser`, which builds the page first")
    })
}

/// Size and theme of a screen.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
    /// Whether the person prefers dark colours.
    pub dark: bool,
}

impl Screen {
    /// A laptop.
    pub const WIDE: Self = Self { width: 1280, height: 800, dark: false };
    /// A phone.
    pub const NARROW: Self = Self { width: 390, height: 844, dark: false };

    /// What the driver is asked for: the browser that xtask found, with this screen.
    fn capabilities(self) -> Value {
        let text = from_environment("PAGEWALK_CAPABILITIES");
        let mut capabilities: Value = serde_json::from_str(&text).expect("what xtask writes is JSON");
        if let Some(options) = capabilities.get_mut(FIREFOX) {
            if let Value::Array(switches) = &mut options["args"] {
                switches.extend([
                    format!("--width={}", self.width).into(),
                    format!("--height={}", self.height).into(),
                ]);
            }
            options["prefs"] = json!({ "ui.systemUsesDarkTheme": u8::from(self.dark) });
            return capabilities;
        }
        let options = &mut capabilities["goog:chromeOptions"];
        options["mobileEmulation"] = json!({ "deviceMetrics": {
            "width": self.width, "height": self.height, "pixelRatio": 1.0, "touch": false, "mobile": false,
        } });
        if let Value::Array(switches) = &mut options["args"] {
            switches.push(format!("--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1").into());
            if self.dark {
                switches.push("--blink-settings=preferredColorScheme=0".into());
            }
        }
        capabilities
    }

    /// Makes Firefox's window as much larger as its own bars are: a screen is what the page has.
    async fn without_frame(self, client: &Client) {
        let inner = "return [innerWidth, innerHeight]";
        let has = client.execute(inner, Vec::new()).await.expect("the window has a size");
        let bars =
            |at: usize, whole: u32| whole - has[at].as_u64().map_or(whole, |inside| whole.min(inside as u32));
        let (wide, high) = (bars(0, self.width), bars(1, self.height));
        client.set_window_size(self.width + wide, self.height + high).await.expect("the window is resized");
    }
}

/// A driver, ended with its browser when it is dropped.
#[derive(Debug)]
pub(crate) struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    pub(crate) fn start() -> Self {
        // The driver cannot be asked for a free port, so one is found and released first.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| listener.local_addr())
            .expect("a free port on this machine")
            .port();
        let process = Command::new(from_environment("PAGEWALK_DRIVER"))
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the driver that PAGEWALK_DRIVER names starts");
        Self { process, port }
    }

    /// Starts a browser with this screen.
    pub(crate) async fn connect(&self, screen: Screen) -> Client {
        let Value::Object(capabilities) = screen.capabilities() else {
            unreachable!("an object is written above")
        };
        let url = format!("http://127.0.0.1:{}", self.port);
        let started = Instant::now();
        loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder.capabilities(capabilities.clone()).connect(&url).await {
                Ok(client) => {
                    if is_firefox() {
                        screen.without_frame(&client).await;
                    }
                    return client;
                }
                Err(error) if started.elapsed() > DEADLINE => panic!("no browser: {error}"),
                // The driver does not listen yet.
                Err(_) => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }

    /// Asks the driver to end its browsers and itself.
    fn shut_down(&self) -> io::Result<()> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(TIME_TO_END))?;
        write!(stream, "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        // It answers once the browsers are gone.
        stream.read_to_end(&mut Vec::new())?;
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A driver that is killed leaves its browser behind, so it is asked first: a failed test comes here as well.
        // One that does not listen has no browser.
        let _ = self.shut_down();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

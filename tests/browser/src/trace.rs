//! A trace of what the browser's main thread does, by the browser's own protocol.
//!
//! `WebDriver` has no command for it, and the driver hands on no events, so this speaks to the browser itself, at the address that
//! the driver tells.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

use crate::driver::DEADLINE;

/// What is recorded: each task of a thread, and `performance.mark()`.
const CATEGORIES: &str =
    "disabled-by-default-devtools.timeline,devtools.timeline,blink.user_timing,toplevel,__metadata";

/// A trace that is being recorded.
#[derive(Debug)]
pub struct Tracing {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
}

/// A trace.
#[derive(Debug)]
pub struct Trace {
    events: Vec<Value>,
}

/// A task of the page's main thread, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Task {
    /// When it started, by the trace's clock.
    start: u64,
    /// How long the thread ran for it: where others want the processor too, it takes longer.
    busy: u64,
}

impl Tracing {
    /// Starts to record the browser whose protocol is at this address, `host:port`.
    ///
    /// # Panics
    /// If it cannot be reached.
    pub fn start(address: &str) -> Self {
        let version = version(address).expect("the browser's protocol answers");
        let url = version["webSocketDebuggerUrl"].as_str().expect("an address");
        let (mut socket, _) = tungstenite::connect(url).expect("the browser's protocol");
        if let MaybeTlsStream::Plain(stream) = socket.get_mut() {
            stream.set_read_timeout(Some(DEADLINE)).expect("a connection");
        }
        let mut tracing = Self { socket };
        tracing.send(
            1,
            "Tracing.start",
            &json!({
                "transferMode": "ReportEvents",
                "traceConfig": { "includedCategories": CATEGORIES.split(',').collect::<Vec<_>>() },
            }),
        );
        tracing.until(|message| (message["id"] == 1).then_some(()));
        tracing
    }

    /// What was recorded.
    pub fn end(mut self) -> Trace {
        self.send(2, "Tracing.end", &json!({}));
        let mut events = Vec::new();
        self.until(|mut message| match message["method"].as_str() {
            Some("Tracing.dataCollected") => {
                if let Value::Array(more) = message["params"]["value"].take() {
                    events.extend(more);
                }
                None
            }
            Some("Tracing.tracingComplete") => Some(()),
            _ => None,
        });
        Trace { events }
    }

    fn send(&mut self, id: u32, method: &str, parameters: &Value) {
        let text = json!({ "id": id, "method": method, "params": parameters }).to_string();
        self.socket.send(Message::text(text)).expect("the browser listens");
    }

    /// What comes, until `wanted` finds in it what it wants.
    fn until<T>(&mut self, mut wanted: impl FnMut(Value) -> Option<T>) -> T {
        loop {
            let message = self.socket.read().expect("the browser answers");
            let Ok(text) = message.to_text() else { continue };
            if let Some(found) = serde_json::from_str(text).ok().and_then(&mut wanted) {
                return found;
            }
        }
    }
}

impl Trace {
    /// How long the main thread ran for the tasks that began between each `performance.mark(name)` and the next one, in
    /// milliseconds, and for its longest task after the first one.
    ///
    /// # Panics
    /// If there are no such marks.
    pub fn busy_between(&self, name: &str) -> (Vec<f64>, f64) {
        let is_mark = |event: &&Value| event["name"] == name && event["cat"] == "blink.user_timing";
        let marks: Vec<&Value> = self.events.iter().filter(is_mark).collect();
        let thread = marks.first().map(|mark| (&mark["pid"], &mark["tid"])).expect("marks");
        let mut at: Vec<u64> = marks.iter().filter_map(|mark| mark["ts"].as_u64()).collect();
        at.sort_unstable();
        let tasks: Vec<Task> =
            self.events.iter().filter(|of| (&of["pid"], &of["tid"]) == thread).filter_map(task).collect();
        let in_time = |from, to| {
            tasks.iter().filter(move |task| (from..to).contains(&task.start)).map(|task| task.busy)
        };
        let busy = at.windows(2).map(|of| milliseconds(in_time(of[0], of[1]).sum())).collect();
        let first = at.first().copied().unwrap_or(u64::MAX);
        (busy, in_time(first, u64::MAX).max().map(milliseconds).unwrap_or_default())
    }
}

/// What the browser says of its protocol.
fn version(address: &str) -> io::Result<Value> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    write!(stream, "GET /json/version HTTP/1.1\r\nHost: {address}\r\n\r\n")?;
    let (mut answer, mut piece) = (Vec::new(), [0; 1024]);
    // It leaves the connection open.
    loop {
        let length = stream.read(&mut piece)?;
        answer.extend_from_slice(&piece[..length]);
        let text = String::from_utf8_lossy(&answer);
        let body = text.split_once("\r\n\r\n").map(|(_, body)| serde_json::from_str(body));
        match body {
            Some(Ok(version)) => return Ok(version),
            _ if length == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            _ => {}
        }
    }
}

/// The task that an event of the trace is, if it is one.
fn task(event: &Value) -> Option<Task> {
    let is_task = event["name"] == "RunTask" && event["ph"] == "X";
    is_task.then(|| Some(Task { start: event["ts"].as_u64()?, busy: event["tdur"].as_u64()? }))?
}

fn milliseconds(microseconds: u64) -> f64 {
    Duration::from_micros(microseconds).as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_between_marks_is_that_of_the_tasks_of_their_thread() {
        let mark = |ts: u64| json!({ "name": "step", "cat": "blink.user_timing", "ph": "I", "pid": 1, "tid": 1, "ts": ts });
        let task = |tid: u64, ts: u64, dur: u64| json!({ "name": "RunTask", "ph": "X", "pid": 1, "tid": tid, "ts": ts, "dur": 2 * dur, "tdur": dur });
        let events = vec![
            mark(1000),
            mark(21_000),
            task(1, 500, 1500),
            task(1, 3000, 2000),
            task(2, 3000, 90_000),
            mark(31_000),
        ];
        let (busy, longest) = Trace { events }.busy_between("step");
        assert_eq!(format!("{busy:?} {longest}"), "[2.0, 0.0] 2");
    }
}

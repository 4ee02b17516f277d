use std::error::Error;
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::mpsc;

use super::*;

type Outcome = Result<(), Box<dyn Error>>;

/// Serves a small site, changed by `set`, while `visit` runs.
fn serving_with(set: impl FnOnce(Site) -> Site, visit: impl FnOnce(SocketAddr) -> Outcome) -> Outcome {
    let parent = tempfile::tempdir()?;
    let dist = parent.path().join("dist");
    write_site(parent.path(), &dist)?;
    let site = Arc::new(set(Site::open(&dist)?));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    // It serves for as long as the tests run.
    thread::spawn(move || serve(&listener, &site));
    visit(address)
}

fn write_site(parent: &Path, dist: &Path) -> io::Result<()> {
    fs::create_dir(dist)?;
    fs::write(parent.join("Cargo.toml"), "secret")?;
    fs::write(dist.join("index.html"), "<!doctype html>")?;
    fs::write(dist.join("page_bg.wasm"), vec![7; 100_000])?;
    fs::write(dist.join("tables.json.gz"), [0x1f, 0x8b])
}

fn serving(visit: impl FnOnce(SocketAddr) -> Outcome) -> Outcome {
    serving_with(|site| site, visit)
}

/// The head, in lower case, and the body of the answer to a request that is sent as it is.
fn ask(address: SocketAddr, request: &str) -> io::Result<(String, Vec<u8>)> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(answer.len());
    let body = answer.get(end + 4..).unwrap_or_default().to_vec();
    Ok((String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase(), body))
}

#[test]
fn a_file_comes_whole_with_its_type_and_length() -> Outcome {
    serving(|address| {
        let (head, body) = ask(address, "GET /page_bg.wasm?v=1")?;
        assert!(head.starts_with("http/1.1 200"), "{head}");
        assert!(head.contains("content-type: application/wasm"), "{head}");
        assert!(head.contains("content-length: 100000"), "{head}");
        assert!(head.contains("cache-control: no-cache"), "{head}");
        assert_eq!(body.len(), 100_000);
        Ok(())
    })
}

#[test]
fn a_compressed_file_stays_compressed() -> Outcome {
    serving_with(Site::compressed, |address| {
        let (head, body) = ask(address, "GET /tables.json.gz")?;
        assert!(head.contains("content-type: application/gzip"), "{head}");
        assert!(!head.contains("content-encoding"), "{head}");
        assert_eq!(body, [0x1f, 0x8b]);
        Ok(())
    })
}

#[test]
fn a_compressed_site_sends_less() -> Outcome {
    serving_with(Site::compressed, |address| {
        let (head, body) = ask(address, "GET /page_bg.wasm")?;
        assert!(head.contains("content-type: application/wasm"), "{head}");
        assert!(head.contains("content-encoding: gzip"), "{head}");
        assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(body.as_slice()).read_to_end(&mut unpacked)?;
        assert_eq!(unpacked.len(), 100_000);
        Ok(())
    })
}

#[test]
fn the_root_is_the_page_and_head_has_no_body() -> Outcome {
    serving(|address| {
        assert_eq!(ask(address, "GET /")?.1, b"<!doctype html>");
        let (head, body) = ask(address, "HEAD /")?;
        assert!(head.starts_with("http/1.1 200") && head.contains("text/html"), "{head}");
        assert!(body.is_empty());
        Ok(())
    })
}

#[test]
fn a_connection_serves_one_request_after_the_other() -> Outcome {
    serving(|address| {
        let mut stream = TcpStream::connect(address)?;
        let mut answer = [0; 512];
        for _ in 0..3 {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
            let mut read = Vec::new();
            while !read.ends_with(b"<!doctype html>") {
                let length = stream.read(&mut answer)?;
                assert!(length > 0, "closed after {:?}", String::from_utf8_lossy(&read));
                read.extend_from_slice(&answer[..length]);
            }
        }
        stream.write_all(b"GET /missing HTTP/1.1\r\n\r\n")?;
        let mut last = String::new();
        stream.read_to_string(&mut last)?;
        assert!(last.starts_with("HTTP/1.1 404") && last.contains("Connection: close"), "{last}");
        Ok(())
    })
}

#[test]
fn what_is_not_there_or_not_allowed_is_refused() -> Outcome {
    serving(|address| {
        assert!(ask(address, "GET /missing.js")?.0.starts_with("http/1.1 404"));
        assert!(ask(address, "GET /../Cargo.toml")?.0.starts_with("http/1.1 404"));
        assert!(ask(address, "GET /%2e%2e/Cargo.toml")?.0.starts_with("http/1.1 404"));
        let (head, _) = ask(address, "POST /")?;
        assert!(head.starts_with("http/1.1 405") && head.contains("allow: get, head"), "{head}");
        assert!(ask(address, "nonsense")?.0.starts_with("http/1.1 400"));
        Ok(())
    })
}

#[test]
fn a_site_below_a_path_is_only_there() -> Outcome {
    serving_with(
        |site| site.below("/some/dir/"),
        |address| {
            assert_eq!(ask(address, "GET /some/dir/")?.1, b"<!doctype html>");
            for elsewhere in ["GET /", "GET /index.html", "GET /some/dir", "GET /some/dirindex.html"] {
                assert!(ask(address, elsewhere)?.0.starts_with("http/1.1 404"), "{elsewhere}");
            }
            assert!(ask(address, "GET /some/dir/../../Cargo.toml")?.0.starts_with("http/1.1 404"));
            Ok(())
        },
    )
}

#[test]
fn answers_can_be_replaced_and_headers_added() -> Outcome {
    let set = |site: Site| {
        site.instead("host.html", Answer::Bytes(b"host".to_vec()))
            .instead("page_bg.wasm", Answer::Missing)
            .header("Content-Security-Policy", "default-src 'self'")
    };
    serving_with(set, |address| {
        let (head, body) = ask(address, "GET /host.html")?;
        assert!(head.contains("content-type: text/html"), "{head}");
        assert!(head.contains("content-security-policy: default-src 'self'"), "{head}");
        assert_eq!(body, b"host");
        assert!(ask(address, "GET /page_bg.wasm")?.0.starts_with("http/1.1 404"));
        assert!(ask(address, "GET /")?.0.contains("content-security-policy"));
        Ok(())
    })
}

#[test]
fn an_answer_can_wait() -> Outcome {
    let gate = Gate::default();
    let answer = Answer::After(gate.clone());
    serving_with(
        |site| site.instead("page_bg.wasm", answer),
        |address| {
            let (sender, answered) = mpsc::channel();
            thread::spawn(move || sender.send(ask(address, "GET /page_bg.wasm")));
            // Others do not wait for it.
            assert!(ask(address, "GET /")?.0.starts_with("http/1.1 200"));
            assert!(matches!(answered.try_recv(), Err(mpsc::TryRecvError::Empty)));
            gate.open();
            assert_eq!(answered.recv()??.1.len(), 100_000);
            assert_eq!(ask(address, "GET /page_bg.wasm")?.1.len(), 100_000);
            Ok(())
        },
    )
}

#[test]
fn idle_connections_do_not_hold_up_others() -> Outcome {
    serving(|address| {
        let idle: Vec<_> = (0..40).map(|_| TcpStream::connect(address)).collect();
        assert!(ask(address, "GET /")?.0.starts_with("http/1.1 200"));
        drop(idle);
        Ok(())
    })
}

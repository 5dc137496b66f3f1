//! The program as a process: its log, its exit, and a drain that loses no request.
mod required;

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use required::REQUIRED;
use serde_json::Value;
use service::defaults;

const PATIENCE: Duration = Duration::from_secs(10);

struct Service {
    process: Option<Child>,
    port: u16,
    admin: u16,
}

impl Service {
    fn start(variables: &[(&str, &str)]) -> Service {
        let admin = free_port();
        let mut command = program("serve");
        command.env("ADMIN_PORT", admin.to_string());
        let mut ports = Vec::new();
        for port in defaults::PORTS {
            ports.push(free_port());
            command.env(port.variable, ports[ports.len() - 1].to_string());
        }
        command.envs(variables.iter().copied());
        Service {
            process: Some(command.spawn().expect("a process")),
            port: ports[0],
            admin,
        }
    }

    fn ready(variables: &[(&str, &str)]) -> Service {
        let service = Service::start(variables);
        service.wait_for("/readyz", 200);
        service
    }

    fn admin(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.admin)).ok()?;
        send(
            &mut stream,
            &format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"),
        );
        let mut response = String::new();
        stream.read_to_string(&mut response).ok()?;
        Some(response)
    }

    fn probe(&self, path: &str) -> Option<u16> {
        self.admin(path)?.split(' ').nth(1)?.parse().ok()
    }

    fn wait_for(&self, path: &str, status: u16) {
        let began = Instant::now();
        while self.probe(path) != Some(status) {
            assert!(began.elapsed() < PATIENCE, "{path} never was {status}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    fn signal(&self) {
        let id = self.process.as_ref().expect("a process").id().to_string();
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -TERM {id}")])
            .status();
        assert!(sent.expect("kill").success());
    }

    fn end(mut self) -> Output {
        let process = self.process.take().expect("a process");
        process.wait_with_output().expect("an output")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn program(command: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_service"));
    program.arg(command).env_clear();
    program.envs(REQUIRED.iter().copied());
    program.stdout(Stdio::piped()).stderr(Stdio::piped());
    program
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn send(stream: &mut TcpStream, request: &str) {
    stream.write_all(request.as_bytes()).expect("sent");
}

/// One response on a connection that can be kept alive.
fn receive(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut bytes = [0; 4096];
    loop {
        let read = stream.read(&mut bytes).expect("a response");
        assert!(read > 0, "the connection ended after {text:?}");
        text.push_str(&String::from_utf8_lossy(&bytes[..read]));
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().expect("a length"));
            if body.len() >= length {
                return text;
            }
        }
    }
}

/// Every line of the output as JSON, after a check of the common fields.
fn lines(output: &Output) -> Vec<Value> {
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    for line in &lines {
        for field in ["timestamp", "level", "message", "service", "version"] {
            assert!(line[field].is_string(), "{field} of {line}");
        }
    }
    lines
}

fn messages(output: &Output) -> Vec<String> {
    let lines = lines(output);
    let message = |line: &Value| line["message"].as_str().map(str::to_owned);
    lines.iter().filter_map(message).collect()
}

const UNKNOWN: &str = "GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n";

#[test]
fn a_wrong_configuration_is_refused() {
    let wrong = program("serve")
        .env("LOG_LEVEL", "loud")
        .env("DRAIN_SECONDS", "99")
        .output();
    let output = wrong.expect("an output");
    assert_eq!(output.status.code(), Some(78));
    let lines = lines(&output);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["message"], "configuration refused");
    assert_eq!(lines[0]["errors"].as_array().map(Vec::len), Some(2));
}

#[test]
fn an_unknown_command_names_the_known_ones() {
    let output = program("dance").output().expect("an output");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(lines(&output)[0]["known"][0], "serve");
}

#[test]
fn a_taken_port_ends_it() {
    let taken = TcpListener::bind("0.0.0.0:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let service = Service::start(&[(defaults::PORTS[0].variable, &port)]);
    let output = service.end();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output).len(), 1);
}

#[test]
fn probes_follow_its_life() {
    let service = Service::start(&[("STARTUP_DELAY_SECONDS", "1")]);
    service.wait_for("/livez", 200);
    assert_eq!(service.probe("/startupz"), Some(503));
    assert_eq!(service.probe("/readyz"), Some(503));
    let refused = TcpStream::connect(("127.0.0.1", service.port));
    assert_eq!(
        refused.expect_err("closed").kind(),
        ErrorKind::ConnectionRefused
    );

    service.wait_for("/startupz", 200);
    assert_eq!(service.probe("/readyz"), Some(200));

    service.signal();
    service.wait_for("/readyz", 503);
    assert_eq!(service.probe("/livez"), Some(200));
    assert_eq!(service.probe("/startupz"), Some(200));
    assert_eq!(service.end().status.code(), Some(0));
}

#[test]
fn a_drain_loses_no_request() {
    let variables = [("DRAIN_SECONDS", "1"), ("REQUEST_SECONDS", "30")];
    let service = Service::ready(&variables);
    let mut kept_alive = service.connect();
    send(&mut kept_alive, UNKNOWN);
    assert!(!receive(&mut kept_alive).contains("connection: close"));
    let mut in_flight = service.connect();
    send(
        &mut in_flight,
        "POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nha",
    );

    service.signal();
    service.wait_for("/readyz", 503);

    send(&mut kept_alive, UNKNOWN);
    assert!(receive(&mut kept_alive).contains("connection: close"));
    let mut new = service.connect();
    send(&mut new, UNKNOWN);
    assert!(receive(&mut new).contains("connection: close"));
    // After the drain the port is closed, but a request in flight still gets its response.
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", service.port)).is_ok() {
        assert!(began.elapsed() < PATIENCE, "it never stopped listening");
        std::thread::sleep(Duration::from_millis(20));
    }
    send(&mut in_flight, "lf");
    assert!(receive(&mut in_flight).starts_with("HTTP/1.1 404"));
    let output = service.end();
    assert_eq!(output.status.code(), Some(0));
    let ends = ["started", "draining", "stopped"];
    let mut logged = messages(&output);
    logged.retain(|message| message != "request");
    assert_eq!(logged, ends);
}

#[test]
fn a_drain_ends_early_without_connections() {
    let service = Service::ready(&[("DRAIN_SECONDS", "15"), ("SHUTDOWN_SECONDS", "20")]);
    let began = Instant::now();
    service.signal();
    assert_eq!(service.end().status.code(), Some(0));
    assert!(began.elapsed() >= Duration::from_millis(500));
    assert!(began.elapsed() < PATIENCE);
}

#[test]
fn clients_that_reconnect_count_as_connected() {
    let service = Service::ready(&[("DRAIN_SECONDS", "15"), ("SHUTDOWN_SECONDS", "20")]);
    service.signal();
    service.wait_for("/readyz", 503);
    for _ in 0..8 {
        let mut new = service.connect();
        send(&mut new, UNKNOWN);
        assert!(receive(&mut new).contains("connection: close"));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(service.end().status.code(), Some(0));
}

#[test]
fn a_shutdown_that_takes_too_long_fails() {
    let variables = [
        ("DRAIN_SECONDS", "0"),
        ("SHUTDOWN_SECONDS", "1"),
        ("REQUEST_SECONDS", "30"),
    ];
    let service = Service::ready(&variables);
    let mut in_flight = service.connect();
    send(
        &mut in_flight,
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nha",
    );
    let begun = |metrics: String| metrics.contains("\nhttp_requests_in_flight 1\n");
    while !service.admin("/metrics").is_some_and(begun) {
        std::thread::sleep(Duration::from_millis(10));
    }
    service.signal();
    let output = service.end();
    assert_eq!(output.status.code(), Some(1));
    // The request that was cut off is logged, and the reason is the last line.
    let logged = messages(&output);
    assert_eq!(logged[logged.len() - 2..], ["request", "failed"]);
}

#[test]
fn half_a_request_head_does_not_keep_it() {
    let service = Service::ready(&[("DRAIN_SECONDS", "0")]);
    let mut slow = service.connect();
    send(&mut slow, "GET / HTTP/1.1\r\nhos");
    let mut other = service.connect();
    send(&mut other, UNKNOWN);
    assert!(receive(&mut other).starts_with("HTTP/1.1 404"));
    let began = Instant::now();
    service.signal();
    assert_eq!(service.end().status.code(), Some(0));
    assert!(began.elapsed() < PATIENCE);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let service = Service::ready(&[("DRAIN_SECONDS", "15"), ("SHUTDOWN_SECONDS", "20")]);
    let mut kept_alive = service.connect();
    send(&mut kept_alive, UNKNOWN);
    receive(&mut kept_alive);
    service.signal();
    service.wait_for("/readyz", 503);
    let began = Instant::now();
    service.signal();
    assert_eq!(service.end().status.code(), Some(143));
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn an_early_response_reaches_a_client_that_is_still_sending() {
    let service = Service::ready(&[("MAX_BODY_BYTES", "1000")]);
    let mut stream = service.connect();
    send(
        &mut stream,
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3000000\r\n\r\n",
    );
    let body = vec![b'x'; 3_000_000];
    stream.write_all(&body).expect("all of it sent");
    assert!(receive(&mut stream).starts_with("HTTP/1.1 413"));
}

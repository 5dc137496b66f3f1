//! Shared by the tests: an app with chosen dependencies, and real servers for them on loopback.
#![allow(dead_code, reason = "each test file uses its part")]
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::HOST;
use axum::http::request::Builder;
use axum::http::{Method, Request, Response};
use http_body_util::BodyExt;
use serde_json::Value;
use service::app::App;
use service::config::{Config, Dependency, Kind, Target};
use service::routes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower::ServiceExt;

use crate::required::REQUIRED;

pub const AUXILIARY: Kind = Kind::Auxiliary(|| Value::Null);

pub fn config() -> Config {
    let required: HashMap<_, _> = REQUIRED.iter().copied().collect();
    let mut config = Config::read(|name| required.get(name).map(ToString::to_string))
        .expect("the defaults are right");
    config.dependencies.clear();
    config
}

pub fn app(dependencies: Vec<Dependency>) -> Arc<App> {
    let mut config = config();
    config.dependencies = dependencies;
    App::new(config).expect("an app")
}

pub fn dependency(name: &'static str, address: &str, kind: Kind) -> Dependency {
    Dependency {
        name,
        target: Target::Http(format!("http://{address}").parse().expect("a URL")),
        timeout: Duration::from_millis(300),
        kind,
    }
}

/// Sends `reply` on every connection after `delay`, and returns the request id in a header.
pub async fn server(delay: Duration, reply: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let reply = reply.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let read = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                tokio::time::sleep(delay).await;
                let reply = reply.replace("{request}", &request.escape_debug().to_string());
                let _ = stream.write_all(reply.as_bytes()).await;
            });
        }
    });
    address
}

pub async fn fast(reply: String) -> String {
    server(Duration::ZERO, reply).await
}

/// A server for one request, and what it was sent.
pub async fn recorder(reply: String) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let received = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut request = [0; 4096];
        let read = stream.read(&mut request).await.expect("a request");
        stream.write_all(reply.as_bytes()).await.expect("sent");
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    (address, received)
}

pub fn reply(status: &str, kind: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n{body}")
}

/// An address where nothing listens.
pub async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("an address").to_string()
}

pub async fn send(app: &Arc<App>, request: Request<Body>) -> (Response<()>, Value) {
    let response = routes::router(app.clone()).oneshot(request).await;
    let (head, body) = response.expect("a response").into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let body = serde_json::from_slice(&body).expect("JSON");
    (Response::from_parts(head, ()), body)
}

pub fn get(path: &str) -> Request<Body> {
    let request = request(Method::GET, path).body(Body::empty());
    request.expect("a request")
}

/// With the Host header that each request must have.
pub fn request(method: Method, path: &str) -> Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, "test")
}

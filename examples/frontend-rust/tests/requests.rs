//! The response of a request in every case.
mod required;
mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::{get as on_get, post as on_post};
use axum::{Json, Router};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde::Deserialize;
use serde_json::{Value, json};
use service::app::App;
use service::config::{Dependency, Kind, Target};
use service::dependencies::{Failed, Failure};
use service::jobs::{self, Job};
use service::problem::Problem;
use service::request_id::NewId;
use service::routes;
use support::{
    AUXILIARY, app, config, dependency, fast, get, nobody, recorder, reply, request, send, server,
};
use tower::ServiceExt;

const FOREVER: Duration = Duration::from_secs(60);

#[tokio::test]
async fn responses_of_dependencies_are_by_name() {
    let json = fast(reply("200 OK", "application/json", r#"{"mails":3}"#)).await;
    let text = fast(reply("200 OK", "text/plain", "sunny")).await;
    let app = app(vec![
        dependency("mail", &json, Kind::Critical),
        dependency("weather", &text, AUXILIARY),
        Dependency {
            target: Target::Tcp(nobody_but_a_listener(&json)),
            ..dependency("store", &json, Kind::Critical)
        },
    ]);

    let (head, body) = send(&app, get("/")).await;

    assert_eq!(head.status(), StatusCode::OK);
    let store = json!({"reachable": true});
    let expected = json!({"mail": {"mails": 3}, "weather": "sunny", "store": store});
    assert_eq!(body["dependencies"], expected);
    assert_eq!(body["degraded"], json!([]));
}

/// Plain TCP only needs an open port.
fn nobody_but_a_listener(address: &str) -> String {
    address.to_owned()
}

#[tokio::test]
async fn the_request_id_goes_through() {
    let echo = fast(reply("200 OK", "text/plain", "{request}")).await;
    let app = app(vec![dependency("mail", &echo, Kind::Critical)]);
    let request = request(Method::GET, "/").header("X-Request-Id", "from.outside-1_A");

    let (head, body) = send(&app, request.body(Body::empty()).expect("a request")).await;

    assert_eq!(head.headers()["x-request-id"], "from.outside-1_A");
    let sent = body["dependencies"]["mail"].as_str().expect("a text");
    assert!(sent.contains("x-request-id: from.outside-1_A"), "{sent}");
}

#[tokio::test]
async fn an_unfit_request_id_is_replaced() {
    for unfit in ["", "two words", "a/b", &"x".repeat(65)] {
        let request = request(Method::GET, "/nowhere").header("X-Request-Id", unfit);
        let request = request.body(Body::empty()).expect("a request");

        let (head, body) = send(&app(vec![]), request).await;

        let id = head.headers()["x-request-id"].to_str().expect("a text");
        assert_eq!(id.len(), 32, "{id}");
        assert!(id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        assert_eq!(body["request_id"], id);
    }
}

#[tokio::test]
async fn a_slow_critical_dependency_fails_the_request_in_time() {
    let slow = server(FOREVER, String::new()).await;
    let app = app(vec![dependency("mail", &slow, Kind::Critical)]);
    let began = Instant::now();

    let (head, body) = send(&app, get("/")).await;

    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(head.status(), StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(head.headers()["content-type"], "application/problem+json");
    assert_eq!(body["status"], 504);
}

#[tokio::test]
async fn a_broken_critical_dependency_fails_the_request() {
    let failing = fast(reply("500 Internal Server Error", "text/plain", "secret")).await;
    for address in [failing, nobody().await] {
        let app = app(vec![dependency("mail", &address, Kind::Critical)]);

        let (head, body) = send(&app, get("/")).await;

        assert_eq!(head.status(), StatusCode::BAD_GATEWAY);
        assert_eq!(body["detail"], "The dependency mail failed.");
    }
}

#[tokio::test]
async fn a_fallback_replaces_an_auxiliary_dependency() {
    let large = "x".repeat(1024 * 1024 + 1);
    let mail = fast(reply("200 OK", "text/plain", "no mail")).await;
    let failures = [
        nobody().await,
        server(FOREVER, String::new()).await,
        fast(reply("500 Internal Server Error", "text/plain", "")).await,
        fast(reply("404 Not Found", "text/plain", "")).await,
        fast(reply("302 Found\r\nlocation: /", "text/plain", "")).await,
        fast(reply("200 OK", "application/json", "{half")).await,
        fast(reply("200 OK", "text/plain", &large)).await,
        fast("nonsense".to_owned()).await,
    ];
    for address in failures {
        let app = app(vec![
            dependency("mail", &mail, Kind::Critical),
            dependency("weather", &address, AUXILIARY),
        ]);

        let (head, body) = send(&app, get("/")).await;

        assert_eq!(head.status(), StatusCode::OK);
        let expected = json!({"mail": "no mail", "weather": null});
        assert_eq!(body["dependencies"], expected);
        assert_eq!(body["degraded"], json!(["weather"]));
        let metrics = app.metrics.text().expect("metrics");
        let fallbacks = r#"dependency_fallbacks_total{dependency="weather"} 1"#;
        assert!(metrics.contains(fallbacks), "{metrics}");
    }
}

#[tokio::test]
async fn unknown_routes_and_methods_are_problems() {
    let post = request(Method::POST, "/")
        .body(Body::empty())
        .expect("a request");
    let app = app(vec![]);
    for (request, status) in [(get("/secret/7"), 404), (post, 405)] {
        let (head, body) = send(&app, request).await;
        assert_eq!(head.status(), status);
        assert_eq!(head.headers()["content-type"], "application/problem+json");
        assert_eq!(body["type"], "about:blank");
    }
    let metrics = app.metrics.text().expect("metrics");
    assert!(metrics.contains(r#"route="unmatched""#), "{metrics}");
    assert!(!metrics.contains("secret"), "{metrics}");
}

#[tokio::test]
async fn a_large_body_is_refused_with_and_without_its_length() {
    let most = config().max_body;
    let chunks =
        (0..=most / 1024).map(|_| Ok::<_, String>(Frame::data(Bytes::from(vec![0; 1024]))));
    let chunked = StreamBody::new(futures_util::stream::iter(chunks));
    for body in [Body::from(vec![0; most + 1]), Body::new(chunked)] {
        let request = request(Method::POST, "/").body(body).expect("a request");

        let (head, body) = send(&app(vec![]), request).await;

        assert_eq!(head.status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(head.headers()["connection"], "close");
        assert_eq!(body["status"], 413);
    }
}

#[tokio::test]
async fn a_body_of_the_limit_is_taken() {
    let body = Body::from(vec![0; config().max_body]);
    let request = request(Method::POST, "/nowhere")
        .body(body)
        .expect("a request");
    let (head, _) = send(&app(vec![]), request).await;
    assert_eq!(head.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_response_does_not_show_a_panic() {
    let app = app(vec![]);
    let broken = on_get(async || -> &'static str { panic!("the password is 12345") });
    let router = routes::guard(Router::new().route("/broken", broken), app.clone());

    let response = router.oneshot(get("/broken")).await.expect("a response");

    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = response.into_body().collect().await.expect("a body");
    let body: Value = serde_json::from_slice(&body.to_bytes()).expect("JSON");
    assert_eq!(body["detail"], "An unexpected error occurred.");
    let metrics = app.metrics.text().expect("metrics");
    assert!(metrics.contains("http_requests_in_flight 0"), "{metrics}");
}

#[tokio::test]
async fn a_request_has_its_budget_of_time() {
    let mut config = config();
    config.request = Duration::from_millis(100);
    let app = App::new(config).expect("an app");
    let hang = on_get(async || tokio::time::sleep(FOREVER).await);
    let router = routes::guard(Router::new().route("/", hang), app.clone());

    let response = router.oneshot(get("/")).await.expect("a response");

    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
}

#[tokio::test]
async fn a_body_that_never_ends_is_refused() {
    let mut config = config();
    config.request = Duration::from_millis(100);
    let app = App::new(config).expect("an app");
    let pending = futures_util::stream::pending::<Result<Frame<Bytes>, String>>();
    let request = request(Method::POST, "/").body(Body::new(StreamBody::new(pending)));

    let (head, _) = send(&app, request.expect("a request")).await;

    assert_eq!(head.status(), StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn a_job_fails_with_its_critical_dependency() {
    let job = Job {
        name: "test",
        run: |context| Box::pin(async move { Ok(context.ask_dependencies().await?) }),
    };
    let works = fast(reply("200 OK", "text/plain", "")).await;
    for (address, works) in [(works, true), (nobody().await, false)] {
        let app = app(vec![
            dependency("mail", &address, Kind::Critical),
            dependency("weather", &nobody().await, AUXILIARY),
        ]);
        assert_eq!(jobs::run(&job, app, vec![]).await.is_ok(), works);
    }
}

#[test]
fn a_failure_says_why() {
    let timeout = Failure::Timeout(Duration::from_millis(300));
    assert_eq!(timeout.to_string(), "no response within 300ms");
    let cause = anyhow::anyhow!("refused").context("no connection");
    assert_eq!(Failure::Error(cause).to_string(), "no connection: refused");
}

#[derive(Deserialize)]
struct Receipt {
    number: u32,
}

#[tokio::test]
async fn a_document_is_posted() {
    let json = reply("200 OK", "application/json", r#"{"number": 7}"#);
    let (address, sent) = recorder(json).await;
    let app = app(vec![dependency("ledger", &address, Kind::Critical)]);
    let ledger = app.dependencies.get("ledger").expect("a client");
    let order = json!({"item": "tea"});

    let receipt: Receipt = ledger
        .post("orders", &order, &NewId.make())
        .await
        .expect("a receipt");

    assert_eq!(receipt.number, 7);
    let sent = sent.await.expect("a request");
    assert!(sent.starts_with("POST /orders HTTP/1.1"), "{sent}");
    assert!(sent.contains("x-request-id: "), "{sent}");
    assert!(sent.ends_with(&order.to_string()), "{sent}");
    let metrics = app.metrics.text().expect("metrics");
    let ok = r#"dependency_requests_total{dependency="ledger",outcome="ok"} 1"#;
    assert!(metrics.contains(ok), "{metrics}");
}

#[tokio::test]
async fn any_call_has_the_time_limit_and_the_right_error() {
    let app = app(vec![dependency("store", &nobody().await, Kind::Critical)]);
    let query = async |State(app): State<Arc<App>>| -> Result<(), Problem> {
        let store = app.dependencies.get("store").expect("a client");
        let hangs = async {
            tokio::time::sleep(FOREVER).await;
            anyhow::Ok(())
        };
        Ok(store.call(hangs).await?)
    };
    let router = routes::guard(Router::new().route("/", on_get(query)), app.clone());

    let response = router.oneshot(get("/")).await.expect("a response");

    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
    let metrics = app.metrics.text().expect("metrics");
    let timeout = r#"dependency_requests_total{dependency="store",outcome="timeout"} 1"#;
    assert!(metrics.contains(timeout), "{metrics}");
}

#[tokio::test]
async fn a_failed_call_does_not_show_the_url() {
    let address = nobody().await;
    let app = app(vec![dependency("mail", &address, Kind::Critical)]);
    let mail = app.dependencies.get("mail").expect("a client");
    let id = NewId.make();

    let failed: Failed = mail
        .post::<Value>("?key=secret", &Value::Null, &id)
        .await
        .expect_err("a failure");

    assert!(!failed.to_string().contains("secret"), "{failed}");
}

#[tokio::test]
async fn a_rejection_of_an_extractor_is_a_problem() {
    let app = app(vec![]);
    let taken = on_post(async |Json(_): Json<Vec<u32>>| "taken");
    let router = routes::guard(Router::new().route("/", taken), app);
    let request = request(Method::POST, "/").header("content-type", "application/json");
    let request = request.body(Body::from("[half")).expect("a request");

    let response = router.oneshot(request).await.expect("a response");

    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    let id = response.headers()["x-request-id"].clone();
    let body = response.into_body().collect().await.expect("a body");
    let body: Value = serde_json::from_slice(&body.to_bytes()).expect("JSON");
    assert!(
        body["detail"].as_str().expect("a text").contains("JSON"),
        "{body}"
    );
    assert_eq!(body["request_id"], id.to_str().expect("a text"));
}

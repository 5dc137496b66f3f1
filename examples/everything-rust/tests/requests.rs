//! The response of a request in every case.
mod support;

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use axum::routing::get as on_get;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde_json::{Value, json};
use service::app::App;
use service::config::{Dependency, Kind, Target};
use service::dependencies::Failure;
use service::jobs::{self, Job};
use service::routes;
use support::{AUXILIARY, answer, app, config, dependency, fast, get, nobody, send, server};
use tower::ServiceExt;

const FOREVER: Duration = Duration::from_secs(60);

#[tokio::test]
async fn dependencies_answer_by_name() {
    let json = fast(answer("200 OK", "application/json", r#"{"mails":3}"#)).await;
    let text = fast(answer("200 OK", "text/plain", "sunny")).await;
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
    let echo = fast(answer("200 OK", "text/plain", "{request}")).await;
    let app = app(vec![dependency("mail", &echo, Kind::Critical)]);
    let request = Request::get("/").header("X-Request-Id", "from.outside-1_A");

    let (head, body) = send(&app, request.body(Body::empty()).expect("a request")).await;

    assert_eq!(head.headers()["x-request-id"], "from.outside-1_A");
    let asked = body["dependencies"]["mail"].as_str().expect("a text");
    assert!(asked.contains("x-request-id: from.outside-1_A"), "{asked}");
}

#[tokio::test]
async fn an_unfit_request_id_is_replaced() {
    for unfit in ["", "two words", "a/b", &"x".repeat(65)] {
        let request = Request::get("/nowhere").header("X-Request-Id", unfit);
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
    let failing = fast(answer("500 Internal Server Error", "text/plain", "secret")).await;
    for address in [failing, nobody().await] {
        let app = app(vec![dependency("mail", &address, Kind::Critical)]);

        let (head, body) = send(&app, get("/")).await;

        assert_eq!(head.status(), StatusCode::BAD_GATEWAY);
        assert_eq!(body["detail"], "The dependency mail failed.");
    }
}

#[tokio::test]
async fn a_fallback_answers_for_an_auxiliary_dependency() {
    let large = "x".repeat(1024 * 1024 + 1);
    let mail = fast(answer("200 OK", "text/plain", "no mail")).await;
    let failures = [
        nobody().await,
        server(FOREVER, String::new()).await,
        fast(answer("500 Internal Server Error", "text/plain", "")).await,
        fast(answer("404 Not Found", "text/plain", "")).await,
        fast(answer("302 Found\r\nlocation: /", "text/plain", "")).await,
        fast(answer("200 OK", "application/json", "{half")).await,
        fast(answer("200 OK", "text/plain", &large)).await,
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
    let post = Request::post("/").body(Body::empty()).expect("a request");
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
        let request = Request::post("/").body(body).expect("a request");

        let (head, body) = send(&app(vec![]), request).await;

        assert_eq!(head.status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(head.headers()["connection"], "close");
        assert_eq!(body["status"], 413);
    }
}

#[tokio::test]
async fn a_body_of_the_limit_is_taken() {
    let body = Body::from(vec![0; config().max_body]);
    let request = Request::post("/nowhere").body(body).expect("a request");
    let (head, _) = send(&app(vec![]), request).await;
    assert_eq!(head.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_panic_is_answered_without_its_text() {
    let app = app(vec![]);
    let broken = on_get(async || -> &'static str { panic!("the password is 12345") });
    let router = routes::guard(Router::new().route("/broken", broken), app.clone());

    let response = router.oneshot(get("/broken")).await.expect("an answer");

    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = response.into_body().collect().await.expect("a body");
    let body: Value = serde_json::from_slice(&body.to_bytes()).expect("JSON");
    assert_eq!(body["detail"], "An unexpected error.");
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

    let response = router.oneshot(get("/")).await.expect("an answer");

    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
}

#[tokio::test]
async fn a_body_that_never_ends_is_refused() {
    let mut config = config();
    config.request = Duration::from_millis(100);
    let app = App::new(config).expect("an app");
    let pending = futures_util::stream::pending::<Result<Frame<Bytes>, String>>();
    let request = Request::post("/").body(Body::new(StreamBody::new(pending)));

    let (head, _) = send(&app, request.expect("a request")).await;

    assert_eq!(head.status(), StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn a_job_fails_with_its_critical_dependency() {
    let job = Job {
        name: "test",
        run: |context| Box::pin(async move { context.ask_dependencies().await }),
    };
    let works = fast(answer("200 OK", "text/plain", "")).await;
    for (address, result) in [(works, Ok(())), (nobody().await, Err(()))] {
        let app = app(vec![
            dependency("mail", &address, Kind::Critical),
            dependency("weather", &nobody().await, AUXILIARY),
        ]);
        assert_eq!(jobs::run(&job, app, vec![]).await, result);
    }
}

#[test]
fn a_failure_says_why() {
    let timeout = Failure::Timeout(Duration::from_millis(300));
    assert_eq!(timeout.to_string(), "no answer within 300ms");
}

//! The example route: what it returns, and the rules of its body.
mod required;
mod support;

use axum::body::Body;
use axum::http::{Method, Response, StatusCode};
use serde_json::{Value, json};
use support::{app, request, send};

async fn post(kind: &str, body: String) -> (Response<()>, Value) {
    let request = request(Method::POST, "/greetings").header("content-type", kind);
    let request = request.body(Body::from(body)).expect("a request");
    send(&app(vec![]), request).await
}

#[tokio::test]
async fn a_greeting_is_in_the_language() {
    let long = "ü".repeat(100);
    for (body, greeting) in [
        (json!({"name": "Ann"}), "Hello, Ann!"),
        (json!({"name": "Ann", "language": "fr"}), "Bonjour, Ann !"),
        (json!({"name": "Ann", "language": "es"}), "¡Hola, Ann!"),
        (json!({"name": long}), &format!("Hello, {long}!")),
    ] {
        let (head, body) = post("application/json", body.to_string()).await;
        assert_eq!(head.status(), StatusCode::OK);
        assert_eq!(body, json!({"greeting": greeting}));
    }
}

#[tokio::test]
async fn an_unknown_language_is_an_error_of_the_route() {
    let body = json!({"name": "Ann", "language": "tlh"}).to_string();
    let (head, body) = post("application/json", body).await;
    assert_eq!(head.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(body["detail"], "no greeting in this language");
    assert_eq!(body.get("errors"), None);
}

#[tokio::test]
async fn a_broken_rule_is_named_without_the_value() {
    let long = json!({"name": "7331".repeat(26)});
    for (body, field, rule) in [
        (json!({"name": ""}), "name", "length is lower than 1"),
        (long, "name", "length is greater than 100"),
        (json!({"name": 7331}), "name", "expected a string"),
        (json!({"name": ["7331"]}), "name", "expected a string"),
        (json!({"language": "7331"}), "name", "required"),
        (json!("7331"), "", "expected struct GreetingRequest"),
    ] {
        let (head, body) = post("application/json", body.to_string()).await;
        assert_eq!(head.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(head.headers()["content-type"], "application/problem+json");
        assert_eq!(body["errors"], json!([{"field": field, "rule": rule}]));
        assert!(!body.to_string().contains("7331"), "{body}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    for (kind, body, status) in [
        ("application/json", r#"{"name": "7331"#, 400),
        ("text/plain", r#"{"name": "7331"}"#, 415),
        ("application/json", "", 400),
    ] {
        let (head, body) = post(kind, body.to_owned()).await;
        assert_eq!(head.status(), status);
        assert_eq!(body["status"], status);
        assert_eq!(head.headers()["content-type"], "application/problem+json");
        assert!(!body.to_string().contains("7331"), "{body}");
    }
}

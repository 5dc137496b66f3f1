//! The file openapi.json, which the admin port serves, is the document of the routes.
mod required;
mod support;

use axum::http::StatusCode;
use http_body_util::BodyExt;
use service::{admin, routes};
use support::{app, get};
use tower::ServiceExt;

const FILE: &str = "openapi.json";

#[test]
fn the_file_is_the_document_of_the_routes() {
    let document = routes::openapi().to_pretty_json().expect("JSON") + "\n";
    if std::env::var_os("WRITE_OPENAPI").is_some() {
        std::fs::write(FILE, &document).expect("a file");
    }
    let file = std::fs::read_to_string(FILE).expect("a file");
    assert!(file == document, "{FILE} differs; run: make openapi");
}

#[tokio::test]
async fn the_admin_port_serves_the_file() {
    let request = get("/openapi.json");

    let response = admin::router(app(vec![])).oneshot(request).await;

    let response = response.expect("a response");
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/json");
    let body = response.into_body().collect().await.expect("a body");
    assert_eq!(body.to_bytes(), include_str!("../openapi.json"));
}

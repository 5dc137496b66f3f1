//! Probes, metrics and the OpenAPI document, on the admin port. No probe calls a dependency (P04,
//! P08).
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::app::App;
use crate::phase::Phase;

pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/livez", get(async || Json(json!({"status": "ok"}))))
        .route("/startupz", get(startup))
        .route("/readyz", get(readiness))
        .route("/metrics", get(metrics))
        .route("/openapi.json", get(openapi))
        .with_state(app)
}

async fn openapi() -> impl IntoResponse {
    let document = include_str!("../openapi.json");
    ([(CONTENT_TYPE, "application/json")], document)
}

/// A service that drains has also started.
async fn startup(State(app): State<Arc<App>>) -> (StatusCode, Json<Value>) {
    let phase = app.life.phase();
    probe(phase != Phase::Starting, phase)
}

async fn readiness(State(app): State<Arc<App>>) -> (StatusCode, Json<Value>) {
    let phase = app.life.phase();
    probe(phase == Phase::Ready, phase)
}

fn probe(good: bool, phase: Phase) -> (StatusCode, Json<Value>) {
    let status = if good {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(json!({"status": phase.name()})))
}

async fn metrics(State(app): State<Arc<App>>) -> Response {
    match app.metrics.text() {
        Ok(text) => ([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

//! The business routes, the same on every port.
use std::sync::Arc;

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde_json::{Value, json};

use crate::app::App;
use crate::defaults::SERVICE;
use crate::dependencies::{Failed, Failure};
use crate::limits::limit;
use crate::observe::{RequestId, observe};
use crate::problem::Problem;

/// The methods of HTTP itself (RFC 9110) and PATCH.
const KNOWN: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
    Method::CONNECT,
];

pub fn router(app: Arc<App>) -> Router {
    guard(routes(), app)
}

fn routes() -> Router<Arc<App>> {
    Router::new().route("/", get(index))
}

/// Adds limits, 404 and 405, request id, logs and metrics to every route.
pub fn guard(routes: Router<Arc<App>>, app: Arc<App>) -> Router {
    routes
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "There is no such resource."))
        .method_not_allowed_fallback(refuse_method)
        .layer(from_fn_with_state(app.clone(), limit))
        .layer(from_fn_with_state(app.clone(), observe))
        .with_state(app)
}

async fn refuse_method(method: Method) -> Problem {
    if KNOWN.contains(&method) {
        Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "The resource has no such method.",
        )
    } else {
        Problem::new(StatusCode::NOT_IMPLEMENTED, "The method is not known.")
    }
}

async fn index(
    State(app): State<Arc<App>>,
    Extension(RequestId(id)): Extension<RequestId>,
) -> Result<Json<Value>, Problem> {
    let answers = app.dependencies.ask_all(&id).await?;
    Ok(Json(json!({
        "service": SERVICE,
        "version": app.config.version,
        "dependencies": answers.values,
        "degraded": answers.degraded,
    })))
}

impl From<Failed> for Problem {
    fn from(failed: Failed) -> Problem {
        let name = failed.dependency;
        match failed.failure {
            Failure::Timeout(_) => Problem::new(
                StatusCode::GATEWAY_TIMEOUT,
                format!("The dependency {name} did not answer in time."),
            ),
            Failure::Error(_) => Problem::new(
                StatusCode::BAD_GATEWAY,
                format!("The dependency {name} failed."),
            ),
        }
    }
}

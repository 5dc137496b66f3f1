//! The business routes, the same on every port.
use std::any::Any;
use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::header::{CONNECTION, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::{
    from_fn, from_fn_with_state, map_request, map_response, map_response_with_state,
};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::Serialize;
use serde_json::{Map, Value};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;
use utoipa::ToSchema;
use utoipa::openapi::{Info, OpenApi, Paths};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::defaults::SERVICE;
use crate::dependencies::{Failed, Failure};
use crate::greetings;
use crate::limits::{limit_time, one_host};
use crate::observe::{observe, span};
use crate::phase::Phase;
use crate::problem::{self, Body, MEDIA_TYPE, Problem};
use crate::request_id::{NewId, REQUEST_ID, RequestId, remove_unfit};
use crate::traces;

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
    guard(routes().into(), app)
}

fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(OpenApi::new(Info::new(SERVICE, "1"), Paths::new()))
        .routes(routes!(overview))
        .routes(routes!(greetings::greet))
}

/// The document of the routes, which is the file openapi.json.
pub fn openapi() -> OpenApi {
    routes().into_openapi()
}

/// Adds limits, 404 and 405, request id, logs and metrics to every route. A request passes the
/// layers from the last one to the first one.
pub fn guard(routes: Router<Arc<App>>, app: Arc<App>) -> Router {
    let trace = TraceLayer::new_for_http().make_span_with(span);
    let only_span = trace
        .on_request(())
        .on_response(())
        .on_eos(())
        .on_failure(());
    routes
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "There is no such resource."))
        .method_not_allowed_fallback(refuse_method)
        .layer(from_fn_with_state(app.clone(), limit_time))
        .layer(RequestBodyLimitLayer::new(app.config.max_body))
        .layer(map_request(one_host))
        .layer(CatchPanicLayer::custom(respond_to_panic))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(map_response(problem::write))
        .layer(map_response_with_state(app.clone(), close))
        .layer(from_fn_with_state(app.clone(), observe))
        .layer(only_span)
        .layer(from_fn(traces::begin))
        .layer(SetRequestIdLayer::new(REQUEST_ID, NewId))
        .layer(map_request(remove_unfit))
        .with_state(app)
}

async fn refuse_method(method: Method) -> Problem {
    if KNOWN.contains(&method) {
        Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "The resource does not support this method.",
        )
    } else {
        Problem::new(StatusCode::NOT_IMPLEMENTED, "The method is not known.")
    }
}

/// The panic hook has logged the stack, which the caller does not get.
fn respond_to_panic(_: Box<dyn Any + Send>) -> Response {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "An unexpected error occurred.",
    )
    .into_response()
}

/// Ends the connection if the service stops, or if the rest of a body is not read.
async fn close(State(app): State<Arc<App>>, mut response: Response) -> Response {
    let unread = [StatusCode::REQUEST_TIMEOUT, StatusCode::PAYLOAD_TOO_LARGE];
    if app.life.phase() == Phase::Draining || unread.contains(&response.status()) {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}

#[derive(Serialize, ToSchema)]
struct Overview {
    service: &'static str,
    version: String,
    #[schema(value_type = HashMap<String, Value>)]
    dependencies: Map<String, Value>,
    degraded: Vec<&'static str>,
}

/// Describe the service and its dependencies.
#[utoipa::path(
    get,
    path = "/",
    responses(
        (status = OK, description = "OK", body = Overview),
        (status = "default", description = "An error", body = Body, content_type = MEDIA_TYPE),
    )
)]
async fn overview(
    State(app): State<Arc<App>>,
    Extension(id): Extension<RequestId>,
) -> Result<Json<Overview>, Problem> {
    let answers = app.dependencies.ask_all(&id).await?;
    Ok(Json(Overview {
        service: SERVICE,
        version: app.config.version.clone(),
        dependencies: answers.values,
        degraded: answers.degraded,
    }))
}

impl From<Failed> for Problem {
    fn from(failed: Failed) -> Problem {
        let name = failed.dependency;
        match failed.failure {
            Failure::Timeout(_) => Problem::new(
                StatusCode::GATEWAY_TIMEOUT,
                format!("The dependency {name} did not respond in time."),
            ),
            Failure::Error(_) => Problem::new(
                StatusCode::BAD_GATEWAY,
                format!("The dependency {name} failed."),
            ),
        }
    }
}

//! The id of a request, in its response, its log lines, and the calls of dependencies.
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use tower_http::request_id::MakeRequestId;
pub use tower_http::request_id::RequestId;
use uuid::Uuid;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Makes the id of a request that has none, or of a job.
#[derive(Clone, Copy)]
pub struct NewId;

impl NewId {
    pub fn make(self) -> RequestId {
        let id = Uuid::new_v4().simple().to_string();
        RequestId::new(HeaderValue::try_from(id).expect("hexadecimal digits are a header value"))
    }
}

impl MakeRequestId for NewId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        Some(self.make())
    }
}

/// The text of an id. It is ASCII.
pub fn text(id: &RequestId) -> &str {
    id.header_value().to_str().unwrap_or_default()
}

/// Removes an id that is not safe for logs, so that a new one replaces it.
pub async fn remove_unfit(mut request: Request) -> Request {
    let given = request.headers().get(REQUEST_ID);
    if !given.is_some_and(|id| fit(id.as_bytes())) {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

fn fit(id: &[u8]) -> bool {
    let fit = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    (1..=64).contains(&id.len()) && id.iter().all(fit)
}

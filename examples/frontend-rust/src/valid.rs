//! A JSON body that keeps the rules of its type. The errors of axum's own extractor show values.
use std::error::Error;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use garde::Validate;
use serde::de::DeserializeOwned;

use crate::problem::{Problem, Violation};

type DataError = serde_path_to_error::Error<serde_json::Error>;

pub struct Valid<T>(pub T);

impl<S, T> FromRequest<S> for Valid<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate<Context = ()>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Valid<T>, Problem> {
        let body = Json::<T>::from_request(request, state).await;
        let Json(body) = body.map_err(|rejection| refuse(&rejection))?;
        let Err(report) = body.validate() else {
            return Ok(Valid(body));
        };
        let broken = report.iter().map(|(path, error)| Violation {
            field: path.to_string(),
            rule: before(error.message(), ": ").to_owned(),
        });
        Err(invalid(broken.collect()))
    }
}

fn refuse(rejection: &JsonRejection) -> Problem {
    match rejection {
        JsonRejection::JsonDataError(error) => invalid(mistake(error).into_iter().collect()),
        JsonRejection::JsonSyntaxError(_) => {
            Problem::new(StatusCode::BAD_REQUEST, "The body is not valid JSON.")
        }
        JsonRejection::MissingJsonContentType(_) => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The body must be application/json.",
        ),
        other => Problem::new(other.status(), other.body_text()),
    }
}

fn invalid(violations: Vec<Violation>) -> Problem {
    Problem {
        violations,
        ..Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The request breaks rules of this route.",
        )
    }
}

fn mistake(mut cause: &(dyn Error + 'static)) -> Option<Violation> {
    let error = loop {
        match cause.downcast_ref::<DataError>() {
            Some(error) => break error,
            None => cause = cause.source()?,
        }
    };
    let path = error.path().to_string();
    let path = if path == "." { "" } else { &path };
    let text = error.inner().to_string();
    if let Some(missing) = text.strip_prefix("missing field `") {
        let dot = if path.is_empty() { "" } else { "." };
        let field = format!("{path}{dot}{}", before(missing, "`"));
        let rule = "required".to_owned();
        return Some(Violation { field, rule });
    }
    // What serde expects is at the end. The value is before it.
    let rule = match text.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {}", before(expected, " at line ")),
        None => "invalid".to_owned(),
    };
    let field = path.to_owned();
    Some(Violation { field, rule })
}

fn before<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or(text, |(before, _)| before)
}

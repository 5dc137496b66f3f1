//! An example: edit it into your first route. Its types are its rules, and its part of openapi.json.
use axum::Json;
use axum::http::StatusCode;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::{Body, MEDIA_TYPE, Problem};
use crate::valid::Valid;

#[derive(Deserialize, ToSchema, Validate)]
pub struct GreetingRequest {
    /// Who is greeted
    #[garde(length(chars, min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// The language of the greeting
    #[garde(skip)]
    #[schema(default = english)]
    #[serde(default = "english")]
    language: String,
}

fn english() -> String {
    "en".to_owned()
}

#[derive(Serialize, ToSchema)]
pub struct Greeting {
    greeting: String,
}

/// Greet somebody.
#[utoipa::path(
    post,
    path = "/greetings",
    request_body = GreetingRequest,
    responses(
        (status = OK, description = "OK", body = Greeting),
        (status = BAD_REQUEST, description = "No JSON", body = Body, content_type = MEDIA_TYPE),
        (status = 415, description = "Another type", body = Body, content_type = MEDIA_TYPE),
        (status = 422, description = "A broken rule", body = Body, content_type = MEDIA_TYPE),
        (status = "default", description = "An error", body = Body, content_type = MEDIA_TYPE),
    )
)]
pub async fn greet(Valid(request): Valid<GreetingRequest>) -> Result<Json<Greeting>, Problem> {
    let name = request.name;
    let greeting = match request.language.as_str() {
        "en" => format!("Hello, {name}!"),
        "es" => format!("¡Hola, {name}!"),
        "fr" => format!("Bonjour, {name} !"),
        _ => {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "no greeting in this language",
            ));
        }
    };
    Ok(Json(Greeting { greeting }))
}

//! The orders of a team.
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Body, MEDIA_TYPE, Problem};

#[derive(Serialize, ToSchema)]
pub struct Order {
    id: u32,
    item: String,
}

/// Read an order.
#[utoipa::path(
    get,
    path = "/orders/{id}",
    params(("id" = u32, Path, description = "The number of the order")),
    responses(
        (status = OK, description = "OK", body = Order),
        (status = NOT_FOUND, description = "None", body = Body, content_type = MEDIA_TYPE),
    )
)]
pub async fn read_order(Path(id): Path<u32>) -> Result<Json<Order>, Problem> {
    if id != 7 {
        return Err(Problem::new(StatusCode::NOT_FOUND, "no such order"));
    }
    let item = "tea".to_owned();
    Ok(Json(Order { id, item }))
}

//! The route and the job of a team.
mod required;
mod support;

use axum::http::StatusCode;
use service::jobs;
use support::{app, get, send};

#[tokio::test]
async fn an_order_is_read() {
    let app = app(vec![]);

    let (head, body) = send(&app, get("/orders/7")).await;
    assert_eq!(head.status(), StatusCode::OK);
    assert_eq!(body["item"], "tea");

    let (head, body) = send(&app, get("/orders/8")).await;
    assert_eq!(head.status(), StatusCode::NOT_FOUND);
    assert_eq!(body["detail"], "no such order");

    let (head, _) = send(&app, get("/greetings")).await;
    assert_eq!(head.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_job_runs() {
    let job = jobs::JOBS.iter().find(|job| job.name == "nightly");
    let job = job.expect("the job");
    for (argument, works) in [("orders", true), ("mails", false)] {
        let ran = jobs::run(job, app(vec![]), vec![argument.to_owned()]).await;
        assert_eq!(ran.is_ok(), works);
    }
}

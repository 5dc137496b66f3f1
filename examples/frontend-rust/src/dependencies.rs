//! The services that this one calls, each with a time limit.
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::bail;
use axum::body::Bytes;
use futures_util::future::try_join_all;
use http_body_util::{BodyExt, Limited};
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Body, Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::config::{self, Kind, Target};
use crate::metrics::{Metrics, Outcome};
use crate::request_id::{REQUEST_ID, RequestId};
use crate::traces;

/// P13: a larger response counts as a failure, so that it can't use up the memory.
const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// Shorter than servers keep an idle connection (usually at least 5 s), so that a reused one is
/// still open.
const IDLE: Duration = Duration::from_secs(4);

pub struct Dependencies(Vec<Dependency>);

/// A client of one dependency.
pub struct Dependency {
    config: config::Dependency,
    http: reqwest::Client,
    metrics: Arc<Metrics>,
}

/// The responses of the dependencies, by name.
#[derive(Default)]
pub struct Answers {
    pub values: Map<String, Value>,
    /// The dependencies whose fallback was used.
    pub degraded: Vec<&'static str>,
}

/// A call that failed. As an error of a route, it becomes 502 or 504.
#[derive(Debug, Error)]
#[error("{dependency}: {failure}")]
pub struct Failed {
    pub dependency: &'static str,
    pub failure: Failure,
}

#[derive(Debug, Error)]
pub enum Failure {
    #[error("no response within {0:?}")]
    Timeout(Duration),
    /// Shown with its causes.
    #[error("{0:#}")]
    Error(anyhow::Error),
}

impl Dependencies {
    pub fn new(
        list: Vec<config::Dependency>,
        metrics: &Arc<Metrics>,
    ) -> reqwest::Result<Dependencies> {
        // An error means that the process already has a provider, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .pool_idle_timeout(IDLE)
            .redirect(Policy::none())
            .build()?;
        let client = |config| Dependency {
            config,
            http: http.clone(),
            metrics: metrics.clone(),
        };
        Ok(Dependencies(list.into_iter().map(client).collect()))
    }

    /// The client of a dependency in `defaults.rs`.
    pub fn get(&self, name: &str) -> Option<&Dependency> {
        self.0.iter().find(|each| each.config.name == name)
    }

    /// Calls all in parallel. The first critical failure ends it. The fallback replaces an
    /// auxiliary one that fails.
    pub async fn ask_all(&self, id: &RequestId) -> Result<Answers, Failed> {
        let calls = self.0.iter().map(async |each| {
            let name = each.config.name;
            match (each.ask(id).await, each.config.kind) {
                (Ok(value), _) => Ok((name, value, false)),
                (Err(_), Kind::Auxiliary(fallback)) => {
                    each.metrics.fallback(name);
                    Ok((name, fallback(), true))
                }
                (Err(failed), Kind::Critical) => Err(failed),
            }
        });
        let mut answers = Answers::default();
        for (name, value, fallback) in try_join_all(calls).await? {
            answers.values.insert(name.to_owned(), value);
            if fallback {
                answers.degraded.push(name);
            }
        }
        Ok(answers)
    }
}

impl Dependency {
    /// Waits for any call of this dependency: a request, or a query of a driver. The call has the
    /// dependency's time limit, from the DNS lookup to the last byte. Metrics count it, and its
    /// failure is logged.
    pub async fn call<T, E: Into<anyhow::Error>>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failed> {
        let began = Instant::now();
        let limit = self.config.timeout;
        let result = match timeout(limit, work).await {
            Ok(result) => result.map_err(|error| Failure::Error(without_url(error.into()))),
            Err(_) => Err(Failure::Timeout(limit)),
        };
        let outcome = match &result {
            Ok(_) => Outcome::Ok,
            Err(Failure::Timeout(_)) => Outcome::Timeout,
            Err(Failure::Error(_)) => Outcome::Error,
        };
        let dependency = self.config.name;
        self.metrics
            .dependency(dependency, outcome, began.elapsed());
        result.map_err(|failure| {
            match self.config.kind {
                Kind::Critical => {
                    tracing::error!(dependency, error = %failure, "dependency failed")
                }
                Kind::Auxiliary(_) => {
                    tracing::warn!(dependency, error = %failure, "dependency failed")
                }
            }
            Failed {
                dependency,
                failure,
            }
        })
    }

    /// A request with the request's id, to send within `call`. The path is resolved like a link, so
    /// the path of the dependency's URL must end with `/`.
    pub fn request(
        &self,
        method: Method,
        path: &str,
        id: &RequestId,
    ) -> anyhow::Result<RequestBuilder> {
        let Target::Http(url) = &self.config.target else {
            bail!("it does not speak HTTP");
        };
        let request = self.http.request(method, url.join(path)?);
        Ok(request.header(REQUEST_ID, id.header_value()))
    }

    /// Posts a document, and returns the typed response. An example of a typed call.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        document: &impl Serialize,
        id: &RequestId,
    ) -> Result<T, Failed> {
        self.call(async {
            let request = self.request(Method::POST, path, id)?;
            let received = fetch(request.json(document)).await?;
            anyhow::Ok(serde_json::from_slice(&received.body)?)
        })
        .await
    }

    async fn ask(&self, id: &RequestId) -> Result<Value, Failed> {
        self.call(async {
            if let Target::Tcp(address) = &self.config.target {
                TcpStream::connect(address).await?;
                return Ok(json!({"reachable": true}));
            }
            let received = fetch(self.request(Method::GET, "", id)?).await?;
            if received.json {
                anyhow::Ok(serde_json::from_slice(&received.body)?)
            } else {
                Ok(Value::String(String::from_utf8(received.body.into())?))
            }
        })
        .await
    }
}

struct Received {
    json: bool,
    body: Bytes,
}

/// The response to a request, if it is a success and not too large.
async fn fetch(request: RequestBuilder) -> anyhow::Result<Received> {
    let response = traces::send(request).await?;
    let status = response.status();
    if !status.is_success() {
        bail!("status {status}");
    }
    let kind = response.headers().get(CONTENT_TYPE);
    let json = kind.is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.contains("json")));
    let body = Limited::new(Body::from(response), MAX_RESPONSE_BYTES);
    let body = body.collect().await.map_err(anyhow::Error::from_boxed)?;
    Ok(Received {
        json,
        body: body.to_bytes(),
    })
}

/// The URL can hold a secret and must not be logged.
fn without_url(error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<reqwest::Error>() {
        Ok(error) => error.without_url().into(),
        Err(error) => error,
    }
}

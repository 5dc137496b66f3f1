//! The services that this one calls, each with a time limit.
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde_json::{Map, Value, json};
use tokio::net::TcpStream;

use crate::config::{Dependency, Kind, Target};
use crate::metrics::{Metrics, Outcome};
use crate::observe::REQUEST_ID;

/// P13: a larger response counts as a failure, so that it can't use up the memory.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// Shorter than servers keep an idle connection (usually at least 5 s), so that a reused one is
/// still open.
const IDLE: Duration = Duration::from_secs(4);

pub struct Dependencies {
    client: Client,
    list: Vec<Dependency>,
    metrics: Arc<Metrics>,
}

/// The responses of the dependencies, by name.
pub struct Answers {
    pub values: Map<String, Value>,
    /// The dependencies whose fallback was used.
    pub degraded: Vec<&'static str>,
}

/// A critical dependency that failed.
#[derive(Debug)]
pub struct Failed {
    pub dependency: &'static str,
    pub failure: Failure,
}

#[derive(Debug)]
pub enum Failure {
    Timeout(Duration),
    Error(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Timeout(time) => write!(formatter, "no answer within {time:?}"),
            Failure::Error(error) => formatter.write_str(error),
        }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Failure {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        Failure::Error(text)
    }
}

impl Dependencies {
    pub fn new(list: Vec<Dependency>, metrics: Arc<Metrics>) -> Result<Dependencies, String> {
        // An error means that the process already has a provider, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .pool_idle_timeout(IDLE)
            .redirect(Policy::none())
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Dependencies {
            client,
            list,
            metrics,
        })
    }

    /// Calls all in parallel. The first critical failure ends it. The fallback replaces an
    /// auxiliary one that fails.
    pub async fn ask_all(&self, request_id: &str) -> Result<Answers, Failed> {
        let asked = self.list.iter().map(|d| self.answer(d, request_id));
        let answers = try_join_all(asked).await?;
        Ok(Answers {
            degraded: answers
                .iter()
                .filter(|answer| answer.fallback)
                .map(|answer| answer.name)
                .collect(),
            values: answers
                .into_iter()
                .map(|answer| (answer.name.to_owned(), answer.value))
                .collect(),
        })
    }

    async fn answer(&self, dependency: &Dependency, request_id: &str) -> Result<Answer, Failed> {
        let name = dependency.name;
        match (self.ask(dependency, request_id).await, dependency.kind) {
            (Ok(value), _) => Ok(Answer {
                name,
                value,
                fallback: false,
            }),
            (Err(error), Kind::Auxiliary(fallback)) => {
                tracing::warn!(dependency = name, %error, "fallback");
                self.metrics.fallback(name);
                Ok(Answer {
                    name,
                    value: fallback(),
                    fallback: true,
                })
            }
            (Err(failure), Kind::Critical) => {
                tracing::error!(dependency = name, error = %failure, "dependency failed");
                Err(Failed {
                    dependency: name,
                    failure,
                })
            }
        }
    }

    /// One call within its time limit, from the DNS lookup to the last byte.
    async fn ask(&self, dependency: &Dependency, request_id: &str) -> Result<Value, Failure> {
        let began = Instant::now();
        let call = async {
            match &dependency.target {
                Target::Http(url) => self.fetch(url, request_id).await,
                Target::Tcp(address) => reach(address).await,
            }
        };
        let result = tokio::time::timeout(dependency.timeout, call)
            .await
            .unwrap_or(Err(Failure::Timeout(dependency.timeout)));
        let outcome = match &result {
            Ok(_) => Outcome::Ok,
            Err(Failure::Timeout(_)) => Outcome::Timeout,
            Err(Failure::Error(_)) => Outcome::Error,
        };
        self.metrics
            .dependency(dependency.name, outcome, began.elapsed());
        result
    }

    async fn fetch(&self, url: &Url, request_id: &str) -> Result<Value, Failure> {
        let request = self.client.get(url.clone());
        let sent = request.header(REQUEST_ID, request_id).send().await;
        // Without the URL, which can hold a secret and must not be logged.
        let mut response = sent.map_err(reqwest::Error::without_url)?;
        if !response.status().is_success() {
            return Err(Failure::Error(format!("status {}", response.status())));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                let error = format!("an answer of more than {MAX_ANSWER_BYTES} bytes");
                return Err(Failure::Error(error));
            }
            body.extend_from_slice(&chunk);
        }
        let kind = response.headers().get(CONTENT_TYPE);
        if kind.is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.contains("json"))) {
            Ok(serde_json::from_slice(&body)?)
        } else {
            Ok(Value::String(String::from_utf8(body)?))
        }
    }
}

struct Answer {
    name: &'static str,
    value: Value,
    fallback: bool,
}

async fn reach(address: &str) -> Result<Value, Failure> {
    TcpStream::connect(address).await?;
    Ok(json!({"reachable": true}))
}

//! Logs: one JSON object per line on stdout (P05), also from libraries.
use std::backtrace::Backtrace;
use std::fmt::Debug;
use std::io::Write;
use std::panic;
use std::time::SystemTime;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Subscriber};
use tracing_log::{LogTracer, NormalizeEvent};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::defaults::SERVICE;

/// From here on, every log line and every panic is a JSON object on stdout.
pub fn start(level: LevelFilter, version: String) {
    let subscriber = Registry::default().with(level).with(JsonLines { version });
    // Both fail only if a test has already started them.
    let _ = tracing::subscriber::set_global_default(subscriber);
    let _ = LogTracer::init();
    panic::set_hook(Box::new(|panic| {
        let error = panic.payload_as_str().unwrap_or("a panic without a text");
        let place = panic.location().map(ToString::to_string);
        let stack = Backtrace::force_capture();
        tracing::error!(error, place, %stack, "unexpected error");
    }));
}

struct JsonLines {
    version: String,
}

/// The fields of a span or an event. A field `json.NAME` holds JSON, which becomes the value of
/// `NAME`.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl<S> Layer<S> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut own = Fields::default();
        event.record(&mut own);
        let normalized = event.normalized_metadata();
        let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());

        let mut line = Map::new();
        let mut put = |name: &str, value: Value| line.insert(name.to_owned(), value);
        put("timestamp", now().into());
        put("level", name_of(*metadata.level()).into());
        put("message", own.0.shift_remove("message").unwrap_or_default());
        put("service", SERVICE.into());
        put("version", self.version.as_str().into());
        if !metadata.target().starts_with(env!("CARGO_CRATE_NAME")) {
            put("logger", metadata.target().into());
        }
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(Fields(fields)) = span.extensions().get() {
                line.extend(fields.clone());
            }
        }
        line.extend(own.0);
        print(&Value::Object(line));
    }
}

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        // The `log` crate adds these fields, which are already in the line.
        if field.name().starts_with("log.") {
            return;
        }
        self.0.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        match field.name().strip_prefix("json.") {
            Some(name) => {
                let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
                self.0.insert(name.to_owned(), value);
            }
            None => self.put(field, text.into()),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }
}

fn now() -> String {
    humantime::format_rfc3339_millis(SystemTime::now()).to_string()
}

fn name_of(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        _ => "debug",
    }
}

/// One write, so that lines never mix. An error is ignored, because there is no other output.
fn print(line: &Value) {
    let _ = std::io::stdout().write_all(format!("{line}\n").as_bytes());
}

//! Logs: one JSON object per line on stdout (P05), also from libraries.
use std::backtrace::Backtrace;
use std::fmt;
use std::panic;
use std::time::SystemTime;

use serde_json::{Map, Value};
use tracing::{Event, Level, Subscriber};
use tracing_log::NormalizeEvent;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields, MakeWriter};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::defaults::SERVICE;

/// From here on, every log line and every panic is a JSON object on stdout.
pub fn start(filter: EnvFilter, version: String) {
    // Fails only if a test has already started it.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(lines(version, std::io::stdout))
        .try_init();
    panic::set_hook(Box::new(|panic| {
        let error = panic.payload_as_str().unwrap_or("panic without a message");
        let place = panic.location().map(ToString::to_string);
        let stack = Backtrace::force_capture();
        tracing::error!(error, place, %stack, "unexpected error");
    }));
}

/// Writes each event as a line.
pub fn lines<S, W>(version: String, writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    tracing_subscriber::fmt::layer()
        .fmt_fields(JsonFields::new())
        .event_format(Line { version })
        .log_internal_errors(false) // there is no other output
        .with_writer(writer)
}

/// One object for the fields of an event and of its spans. The library's own format nests them.
struct Line {
    version: String,
}

impl<S> FormatEvent<S, JsonFields> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut given = Map::new();
        for span in context
            .event_scope()
            .into_iter()
            .flat_map(|scope| scope.from_root())
        {
            if let Some(fields) = span.extensions().get::<FormattedFields<JsonFields>>() {
                given.extend(object(&fields.fields));
            }
        }
        let mut fields = String::new();
        context.format_fields(Writer::new(&mut fields), event)?;
        given.extend(object(&fields));

        let normalized = event.normalized_metadata();
        let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());
        let time = humantime::format_rfc3339_millis(SystemTime::now());
        let mut line = Map::new();
        let mut put = |name: &str, value: Value| line.insert(name.to_owned(), value);
        put("timestamp", time.to_string().into());
        put("level", name_of(*metadata.level()).into());
        put("message", given.shift_remove("message").unwrap_or_default());
        put("service", SERVICE.into());
        put("version", self.version.as_str().into());
        if !metadata.target().starts_with(env!("CARGO_CRATE_NAME")) {
            put("logger", metadata.target().into());
        }
        for (name, value) in given {
            let (name, value) = unwrapped(&name, value);
            line.entry(name).or_insert(value); // the fields above can't be overwritten
        }
        writeln!(writer, "{}", Value::Object(line))
    }
}

fn object(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}

/// A field `json.NAME` holds JSON, which becomes the value of `NAME`.
fn unwrapped(name: &str, value: Value) -> (&str, Value) {
    match (name.strip_prefix("json."), &value) {
        (Some(name), Value::String(text)) => match serde_json::from_str(text) {
            Ok(json) => (name, json),
            Err(_) => (name, value),
        },
        _ => (name, value),
    }
}

fn name_of(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        _ => "debug",
    }
}

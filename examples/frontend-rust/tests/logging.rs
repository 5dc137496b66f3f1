//! The lines of the log.
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use service::logging;
use tracing_subscriber::layer::SubscriberExt;

#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("a lock").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lines that `work` logs.
fn lines(work: impl FnOnce()) -> Vec<Value> {
    let output = Output::default();
    let writer = output.clone();
    let layer = logging::lines("1.2.3".to_owned(), move || writer.clone());
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
    let text = String::from_utf8(output.0.lock().expect("a lock").clone()).expect("UTF-8");
    let json = |line| serde_json::from_str(line).expect("JSON");
    text.lines().map(json).collect()
}

#[test]
fn a_line_has_the_fields_of_its_spans() {
    let lines = lines(|| {
        let span = tracing::info_span!("order", order = 7, user = tracing::field::Empty);
        let _span = span.enter();
        span.record("user", "u-1");
        tracing::warn!(json.items = %json!(["tea"]), "ordered");
    });
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["message"], "ordered");
    assert_eq!(lines[0]["level"], "warn");
    assert_eq!(lines[0]["order"], 7);
    assert_eq!(lines[0]["user"], "u-1");
    assert_eq!(lines[0]["items"], json!(["tea"]));
}

#[test]
fn the_common_fields_cannot_be_overwritten() {
    let lines = lines(|| {
        let _span = tracing::info_span!("order", version = "none", message = "none").entered();
        tracing::info!(
            level = "gold",
            service = "none",
            json.timestamp = "0",
            "ordered"
        );
    });
    let line = lines[0].as_object().expect("an object");
    assert_eq!(line["level"], "info");
    assert_eq!(line["message"], "ordered");
    assert_eq!(line["service"], service::defaults::SERVICE);
    assert_eq!(line["version"], "1.2.3");
    assert_ne!(line["timestamp"], 0);
}

//! The secret settings: required, never printed, and read again when their file changes.
mod required;

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use required::REQUIRED;
use service::config::Config;
use service::logging;
use service::secret::{SecretFile, Secrets};
use tracing_subscriber::layer::SubscriberExt;

const CANARY: &str = "S3cr3t-c4nary";

fn read(variable: &str, value: Option<&str>) -> Result<Config, Vec<String>> {
    let mut variables: HashMap<_, _> = REQUIRED.iter().copied().collect();
    match value {
        Some(value) => variables.insert(variable, value),
        None => variables.remove(variable),
    };
    Config::read(|name| variables.get(name).map(ToString::to_string))
}

fn refused(variable: &str) {
    for value in [None, Some("")] {
        let errors = read(variable, value).expect_err("refused");
        assert_eq!(errors.len(), 1, "{errors:?}");
        let start = format!("{variable} must be ");
        assert!(errors[0].starts_with(&start), "{errors:?}");
    }
}

#[test]
fn each_is_required() {
    refused("SESSION_KEY_FILE");
}

/// The secrets with this value. Their configuration does not print the canary.
fn masked(variable: &str, value: &str) -> Secrets {
    let config = read(variable, Some(value)).expect("right");
    let printed = format!("{config:?} {config:#?}");
    assert!(!printed.contains(CANARY), "{printed}");
    config.secrets
}

/// An empty folder of a test.
fn folder(test: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a folder");
    path
}

fn open(path: &std::path::Path) -> SecretFile {
    SecretFile::open(&path.to_string_lossy()).expect("a secret")
}

#[test]
fn no_file_is_printed() {
    let file = folder("printed").join("key");
    fs::write(&file, format!("{CANARY}\r\n")).expect("written");
    let path = file.to_string_lossy();
    let secrets = masked("SESSION_KEY_FILE", &path);
    assert_eq!(secrets.session_key.reveal(), CANARY);
}

#[test]
fn a_file_without_a_text_is_refused() {
    let folder = folder("refused");
    let file = folder.join("key");
    assert!(SecretFile::open(&file.to_string_lossy()).is_err());
    let latin = [CANARY.as_bytes(), b"\xff"].concat();
    for content in [b"".as_slice(), b"\n", &latin] {
        fs::write(&file, content).expect("written");
        let error = SecretFile::open(&file.to_string_lossy()).expect_err("refused");
        assert!(!format!("{error} {error:?}").contains(CANARY), "{error:?}");
    }
}

/// Kubernetes replaces the link ..data in one step.
#[test]
fn a_rotated_file_is_read_again() {
    let folder = folder("rotated");
    for version in ["old", "new"] {
        let inside = folder.join(format!("..{version}"));
        fs::create_dir(&inside).expect("a folder");
        fs::write(inside.join("key"), format!("{version}\n")).expect("written");
    }
    symlink("..old", folder.join("..data")).expect("a link");
    symlink("..data/key", folder.join("key")).expect("a link");
    let secret = open(&folder.join("key"));
    assert_eq!(secret.reveal(), "old");
    symlink("..new", folder.join("..next")).expect("a link");
    fs::rename(folder.join("..next"), folder.join("..data")).expect("replaced");
    assert_eq!(secret.reveal(), "new");
}

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

#[test]
fn an_unreadable_file_keeps_the_last_text() {
    let file = folder("kept").join("key");
    fs::write(&file, CANARY).expect("written");
    let secret = open(&file);
    let output = Output::default();
    let writer = output.clone();
    let layer = logging::lines("1.2.3".to_owned(), move || writer.clone());
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        let latin = [b"\xff", CANARY.as_bytes()].concat();
        for content in [b"".as_slice(), b"\n", &latin] {
            fs::write(&file, content).expect("written");
            assert_eq!(secret.reveal(), CANARY);
        }
        fs::remove_file(&file).expect("removed");
        assert_eq!(secret.reveal(), CANARY);
    });
    let text = String::from_utf8(output.0.lock().expect("a lock").clone()).expect("UTF-8");
    assert_eq!(text.matches("secret unreadable").count(), 1, "{text}");
    assert!(!text.contains(CANARY), "{text}");
    fs::write(&file, "next").expect("written");
    assert_eq!(secret.reveal(), "next");
}

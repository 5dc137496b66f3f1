//! Secret settings. Only `reveal` returns the text; nothing prints it.
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

#[derive(Clone, Debug)]
pub struct Secrets {
    pub session_key: SecretFile,
}

/// A secret in a file, which Kubernetes replaces while the service runs.
#[derive(Clone, Default)]
pub struct SecretFile {
    path: PathBuf,
    last: Arc<Mutex<Last>>,
}

#[derive(Default)]
struct Last {
    text: String,
    failed: bool,
}

impl SecretFile {
    /// Reads the file for the first time. It fails if the file has no text.
    pub fn open(path: &str) -> io::Result<SecretFile> {
        let path = PathBuf::from(path);
        let text = read(&path)?;
        let last = Last {
            text,
            failed: false,
        };
        Ok(SecretFile {
            path,
            last: Arc::new(Mutex::new(last)),
        })
    }

    /// The present text of the file, or the last one while the file can't be read. Do not keep or
    /// format it.
    pub fn reveal(&self) -> String {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match read(&self.path) {
            Ok(text) => {
                last.text = text;
                last.failed = false;
            }
            Err(error) => {
                // One line, even if every request reads it.
                if !last.failed {
                    tracing::warn!(path = %self.path.display(), %error, "secret unreadable");
                }
                last.failed = true;
            }
        }
        last.text.clone()
    }
}

impl fmt::Debug for SecretFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

/// Reads the file each time: it is small, in memory, and a link can lead to another one.
fn read(path: &Path) -> io::Result<String> {
    let content = fs::read_to_string(path)?;
    let text = content.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(io::Error::other("empty"));
    }
    Ok(text.to_owned())
}

//! Your own required settings, each with a value for the tests.

pub const REQUIRED: &[(&str, &str)] = &[
    // The secrets of your answers
    ("SESSION_KEY_FILE", "Cargo.toml"),
];

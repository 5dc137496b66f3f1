//! Your own required settings, each with a value for the tests.

pub const REQUIRED: &[(&str, &str)] = &[
    // The secrets of your answers
    ("DATABASE_PASSWORD", "test"),
    ("DATABASE_USER", "test"),
    ("SIGNING_KEY_FILE", "Cargo.toml"),
];

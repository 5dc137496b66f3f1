//! Your own required settings, each with a value for the tests.

pub const REQUIRED: &[(&str, &str)] = &[];

//! The configuration: the defaults are right, and every mistake in the environment is found.
mod required;

use std::collections::HashMap;
use std::time::Duration;

use required::REQUIRED;
use service::config::Config;
use service::defaults;

fn read(variables: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let variables: HashMap<_, _> = REQUIRED.iter().chain(variables).copied().collect();
    Config::read(|name| variables.get(name).map(ToString::to_string))
}

#[test]
fn the_defaults_are_right() {
    let config = read(&[]).expect("right");
    assert_eq!(config.admin_port, defaults::ADMIN_PORT);
    assert_eq!(config.ports.len(), defaults::PORTS.len());
    assert_eq!(config.dependencies.len(), defaults::DEPENDENCIES.len());
}

#[test]
fn the_environment_comes_first() {
    let config = read(&[("ADMIN_PORT", "9"), ("REQUEST_SECONDS", "1.5")]).expect("right");
    assert_eq!(config.admin_port, 9);
    assert_eq!(config.request, Duration::from_millis(1500));
}

#[test]
fn every_mistake_is_listed() {
    let mut wrong: Vec<(String, &str)> = [
        ("LOG_LEVEL", "loud"),
        ("SHUTDOWN_SECONDS", "0"),
        ("DRAIN_SECONDS", "NaN"),
        ("REQUEST_SECONDS", "0"),
        ("MAX_BODY_BYTES", "1MB"),
        ("STARTUP_DELAY_SECONDS", "-1"),
        ("ADMIN_PORT", "65536"),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    for port in defaults::PORTS {
        wrong.push((port.variable.to_owned(), ""));
    }
    for dependency in defaults::DEPENDENCIES {
        wrong.push((format!("{}_URL", dependency.variable), "ftp//nowhere"));
        wrong.push((format!("{}_TIMEOUT_SECONDS", dependency.variable), "inf"));
    }
    let given: Vec<_> = wrong
        .iter()
        .map(|(name, value)| (&**name, *value))
        .collect();

    let errors = read(&given).expect_err("refused");

    assert_eq!(errors.len(), wrong.len(), "{errors:#?}");
    for (name, _) in &wrong {
        let start = format!("{name} must be ");
        assert!(
            errors.iter().any(|error| error.starts_with(&start)),
            "{start}"
        );
    }
}

#[test]
fn rust_log_refines_the_level() {
    let modules = [("LOG_LEVEL", "warn"), ("RUST_LOG", "hyper=debug")];
    let filter = read(&modules).expect("right").log_filter.to_string();
    assert!(filter.contains("hyper=debug"), "{filter}");
    assert!(filter.contains("warn"), "{filter}");
    let errors = read(&[("RUST_LOG", "hyper=loud")]).expect_err("refused");
    assert!(errors[0].starts_with("RUST_LOG must be "), "{errors:?}");
}

#[test]
fn the_drain_must_fit_into_the_shutdown() {
    let errors = read(&[("SHUTDOWN_SECONDS", "5"), ("DRAIN_SECONDS", "5")]).expect_err("refused");
    assert!(
        errors[0].contains("less than SHUTDOWN_SECONDS"),
        "{errors:?}"
    );
}

#[test]
fn two_ports_must_differ() {
    let port = defaults::PORTS[0].variable;
    let errors = read(&[("ADMIN_PORT", "7000"), (port, "7000")]).expect_err("refused");
    assert_eq!(
        errors,
        [format!("{port} must be different from ADMIN_PORT")]
    );
}

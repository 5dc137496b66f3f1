//! The configuration, which is read once from the environment. Any mistake stops the start (P12).
use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use reqwest::Url;
use serde_json::Value;
use tracing_subscriber::EnvFilter;

use crate::defaults;
use crate::secret::{SecretFile, Secrets};

#[derive(Clone, Debug)]
pub struct Config {
    pub version: String,
    pub log_filter: EnvFilter,
    pub shutdown: Duration,
    pub drain: Duration,
    pub request: Duration,
    pub max_body: usize,
    pub startup_delay: Duration,
    pub ports: Vec<Port>,
    pub admin_port: u16,
    pub dependencies: Vec<Dependency>,
    pub secrets: Secrets,
}

#[derive(Clone, Debug)]
pub struct Port {
    pub name: &'static str,
    pub number: u16,
}

#[derive(Clone, Debug)]
pub struct Dependency {
    pub name: &'static str,
    pub target: Target,
    pub timeout: Duration,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub enum Target {
    Http(Url),
    Tcp(String),
}

/// The effect on a request if the dependency fails.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// The request fails.
    Critical,
    /// The fallback replaces the response.
    Auxiliary(fn() -> Value),
}

pub struct PortDefault {
    pub name: &'static str,
    pub variable: &'static str,
    pub number: u16,
}

pub struct DependencyDefault {
    pub name: &'static str,
    /// Prefix of its variables `_URL` and `_TIMEOUT_SECONDS`.
    pub variable: &'static str,
    /// A URL, or `host:port` for plain TCP. Its variable must have the same form.
    pub address: &'static str,
    pub timeout_seconds: f64,
    pub kind: Kind,
}

impl Config {
    /// Reads every variable, and lists every mistake.
    pub fn read(environment: impl Fn(&str) -> Option<String>) -> Result<Config, Vec<String>> {
        let mut reader = Reader {
            environment: &environment,
            errors: Vec::new(),
        };
        let config = reader.config();
        match reader.errors {
            errors if errors.is_empty() => Ok(config),
            errors => Err(errors),
        }
    }
}

/// Any text is allowed, so that the log of a wrong configuration has it too.
pub fn version(environment: &dyn Fn(&str) -> Option<String>) -> String {
    let version = environment("SERVICE_VERSION").filter(|version| !version.is_empty());
    version.unwrap_or_else(|| "0.0.0".to_owned())
}

struct Reader<'a> {
    environment: &'a dyn Fn(&str) -> Option<String>,
    errors: Vec<String>,
}

impl Reader<'_> {
    fn config(&mut self) -> Config {
        let config = Config {
            version: version(self.environment),
            log_filter: self.log_filter(),
            shutdown: Duration::from_secs(self.number(
                "SHUTDOWN_SECONDS",
                defaults::SHUTDOWN_SECONDS,
                |value| (1..=3600).contains(value),
                "a whole number from 1 to 3600",
            )),
            drain: self.seconds("DRAIN_SECONDS", defaults::DRAIN_SECONDS, 0.0, 60.0),
            request: self.seconds("REQUEST_SECONDS", defaults::REQUEST_SECONDS, 0.001, 3600.0),
            max_body: self.max_body(),
            startup_delay: self.seconds("STARTUP_DELAY_SECONDS", 0.0, 0.0, 3600.0),
            ports: defaults::PORTS.iter().map(|port| self.port(port)).collect(),
            admin_port: self.port_number("ADMIN_PORT", defaults::ADMIN_PORT),
            dependencies: defaults::DEPENDENCIES
                .iter()
                .map(|dependency| self.dependency(dependency))
                .collect(),
            secrets: Secrets {
                session_key: self.file("SESSION_KEY_FILE"),
            },
        };
        self.check_drain(&config);
        self.check_ports(&config);
        config
    }

    /// LOG_LEVEL for all, then RUST_LOG for single modules.
    fn log_filter(&mut self) -> EnvFilter {
        let level = (self.environment)("LOG_LEVEL").unwrap_or_else(|| "info".to_owned());
        if !["debug", "info", "warn", "error"].contains(&level.as_str()) {
            self.refuse("LOG_LEVEL", "debug, info, warn or error");
            return EnvFilter::default();
        }
        let modules = (self.environment)("RUST_LOG").unwrap_or_default();
        let directives = format!("{level},{modules}");
        EnvFilter::builder().parse(directives).unwrap_or_else(|_| {
            self.refuse("RUST_LOG", "directives such as hyper=debug,reqwest=warn");
            EnvFilter::default()
        })
    }

    fn max_body(&mut self) -> usize {
        let right = "a whole number from 1 to 1073741824";
        let bytes = self.number(
            "MAX_BODY_BYTES",
            defaults::MAX_BODY_BYTES,
            |bytes| (1..=1 << 30).contains(bytes),
            right,
        );
        usize::try_from(bytes).unwrap_or(usize::MAX)
    }

    fn port(&mut self, port: &PortDefault) -> Port {
        Port {
            name: port.name,
            number: self.port_number(port.variable, port.number),
        }
    }

    fn port_number(&mut self, variable: &str, default: u16) -> u16 {
        let right = "a port from 1 to 65535";
        self.number(variable, default, |number| *number > 0, right)
    }

    fn dependency(&mut self, dependency: &DependencyDefault) -> Dependency {
        let timeout = format!("{}_TIMEOUT_SECONDS", dependency.variable);
        Dependency {
            name: dependency.name,
            target: self.target(dependency),
            timeout: self.seconds(&timeout, dependency.timeout_seconds, 0.001, 3600.0),
            kind: dependency.kind,
        }
    }

    fn target(&mut self, dependency: &DependencyDefault) -> Target {
        let variable = format!("{}_URL", dependency.variable);
        let given = (self.environment)(&variable);
        let address = given.as_deref().unwrap_or(dependency.address);
        let (target, right) = if dependency.address.contains("://") {
            let url = http_url(address).map(Target::Http);
            (url, "a URL as http://host:port")
        } else {
            (host_and_port(address).map(Target::Tcp), "host:port")
        };
        target.unwrap_or_else(|| {
            self.refuse(&variable, right);
            Target::Tcp(String::new())
        })
    }

    fn file(&mut self, variable: &str) -> SecretFile {
        let path = (self.environment)(variable).unwrap_or_default();
        SecretFile::open(&path).unwrap_or_else(|_| {
            self.refuse(variable, "the path of a UTF-8 file that is not empty");
            SecretFile::default()
        })
    }

    fn seconds(&mut self, variable: &str, default: f64, least: f64, most: f64) -> Duration {
        let right = format!("a number of seconds from {least} to {most}");
        let within = |value: &f64| (least..=most).contains(value);
        Duration::from_secs_f64(self.number(variable, default, within, &right))
    }

    fn number<T: FromStr>(
        &mut self,
        variable: &str,
        default: T,
        right: impl Fn(&T) -> bool,
        rule: &str,
    ) -> T {
        let Some(value) = (self.environment)(variable) else {
            return default;
        };
        match value.parse() {
            Ok(number) if right(&number) => number,
            _ => {
                self.refuse(variable, rule);
                default
            }
        }
    }

    fn check_drain(&mut self, config: &Config) {
        if config.drain >= config.shutdown {
            self.refuse("DRAIN_SECONDS", "less than SHUTDOWN_SECONDS");
        }
    }

    fn check_ports(&mut self, config: &Config) {
        let mut taken = BTreeMap::from([(config.admin_port, "ADMIN_PORT")]);
        for (port, default) in config.ports.iter().zip(defaults::PORTS) {
            if let Some(other) = taken.insert(port.number, default.variable) {
                let rule = format!("different from {other}");
                self.refuse(default.variable, &rule);
            }
        }
    }

    /// Names the variable and its rule. The value is left out, because it can be a secret.
    fn refuse(&mut self, variable: &str, rule: &str) {
        self.errors.push(format!("{variable} must be {rule}"));
    }
}

fn http_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

fn host_and_port(text: &str) -> Option<String> {
    let (host, port) = text.rsplit_once(':')?;
    let named = !host.is_empty() && !host.contains(['/', '@', ' ']);
    let numbered = port.parse::<u16>().is_ok_and(|number| number > 0);
    (named && numbered).then(|| text.to_owned())
}

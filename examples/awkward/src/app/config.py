"""Configuration from the environment, validated before anything starts (P12)."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.secret_file import SecretFile


class ConfigurationError(Exception):
    """All mistakes in the environment, one sentence each."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


def _plain_number(value: Any) -> Any:
    """Only digits, a sign and a point. `1_000`, ` 5`, `1e3` and `nan` are rejected."""
    if isinstance(value, str):
        digits = value.removeprefix("-").replace(".", "", 1)
        if not (digits.isascii() and digits.isdecimal()):
            raise ValueError("not a number")
    return value


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("not a URL")
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ValueError("not a URL")
    return value


def _address(value: str) -> str:
    parts = urlsplit(f"//{value}")
    if parts.netloc != value or "@" in value or not parts.hostname or not parts.port:
        raise ValueError("not an address")
    return value


# The description of a field is the rule in the message about a wrong value.
Number = BeforeValidator(_plain_number)
Port = Annotated[int, Number, Field(ge=1, le=65535, description="a port from 1 to 65535")]
Seconds = Annotated[
    float, Number, Field(gt=0, le=3600, description="a number of seconds above 0, at most 3600")
]
HttpUrl = Annotated[str, AfterValidator(_http_url), Field(description="an http(s):// URL")]
Address = Annotated[str, AfterValidator(_address), Field(description="an address host:port")]
SecretPath = Annotated[
    SecretFile,
    PlainValidator(SecretFile),
    Field(description="the path of a UTF-8 file that is not empty"),
]


class Settings(BaseSettings):
    """The environment variable of a field has its name in capitals."""

    model_config = SettingsConfigDict(frozen=True)

    service_version: str = "0.0.0"
    log_level: Literal["debug", "info", "warn", "error"] = Field(
        "info", description="one of debug, info, warn, error"
    )

    # Ports
    port_http: Port = 8080
    admin_port: Port = 8081

    # Limits of one request
    # P08: the longest timeout of a dependency, and 1 s for the service; with the drain less than shutdown_seconds
    request_seconds: Seconds = 2
    max_body_bytes: Annotated[int, Number] = Field(
        1_048_576, ge=0, le=2**31, description="a whole number of bytes from 0 to 2147483648"
    )

    # Start and stop; the delay is to test a slow start
    startup_delay_seconds: Annotated[float, Number] = Field(
        0, ge=0, le=3600, description="a number of seconds from 0 to 3600"
    )
    shutdown_seconds: Annotated[int, Number] = Field(
        4, ge=1, le=3600, description="a whole number of seconds from 1 to 3600"
    )
    # P08: time to close kept-alive connections before the listener closes
    drain_seconds: Annotated[float, Number] = Field(
        1, ge=0, le=60, description="a number from 0 to 60, below SHUTDOWN_SECONDS"
    )

    # Dependencies
    class_url: HttpUrl = "http://class"
    class_timeout_seconds: Seconds = 1
    a_1_url: HttpUrl = "https://192.0.2.1"
    a_1_timeout_seconds: Seconds = 0.5
    a1_url: HttpUrl = "https://192.0.2.1"
    a1_timeout_seconds: Seconds = 0.5
    import_url: Address = "import.prod.svc:1"
    import_timeout_seconds: Seconds = 0.05
    self_url: Address = "localhost:5432"
    self_timeout_seconds: Seconds = 1.0
    none_url: HttpUrl = "http://Mail.Example.COM:80/a/b~c/"
    none_timeout_seconds: Seconds = 0.25

    # Secrets: get_secret_value() returns the text, which nothing else shows
    true_file: SecretPath

    # Your own settings, which no update changes

    @field_validator("drain_seconds")
    @classmethod
    def _below_shutdown(cls, value: float, info: ValidationInfo) -> float:
        if value >= info.data.get("shutdown_seconds", float("inf")):
            raise ValueError("not below SHUTDOWN_SECONDS")
        return value

    @property
    def ports(self) -> dict[str, int]:
        """The ports that serve traffic, by name."""
        return {
            "http": self.port_http,
        }


def load() -> Settings:
    """Reads the environment; raises ConfigurationError with every mistake."""
    try:
        return Settings()
    except ValidationError as error:
        raise ConfigurationError([_sentence(mistake) for mistake in error.errors()]) from None


def _sentence(mistake: Any) -> str:
    """Names the variable and its rule. The value is left out, because it can be a secret."""
    name = str(mistake["loc"][0])
    right = Settings.model_fields[name].description
    return f"{name.upper()} must be {right}" if right else f"{name.upper()}: {mistake['msg']}"

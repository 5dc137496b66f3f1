"""Wrong answers about the way in from outside, each with words of the sentence that refuses it."""

from __future__ import annotations

from typing import Any

from tests.engine.wrong_environments import PROD

# (question, wrong value, words), where nothing else is answered
ROUTES: list[tuple[str, Any, str]] = [
    ("expose", "route", "must be one of none, gateway, ingress, not route."),
    ("hosts", ["shop.example.com"], "hosts must be empty while expose is none; answer expose with gateway or ingress"),
    ("path_prefixes", [], "a list of 1 to 16 paths, not []"),
    ("path_prefixes", ["v1"], "path_prefixes[0] must be a path that begins with /"),
    ("path_prefixes", ["/v1/"], "does not end with it"),
    ("path_prefixes", ["/a/../b"], "path_prefixes[0] must be a path"),
    ("path_prefixes", ["/a", "/a"], 'path_prefixes[1] must not be "/a": the list has it twice'),
    ("gateway", "public", "a namespace and a name joined by /, not public. Example: infra/public."),
    ("gateway_listener", "", "gateway_listener must be a DNS label"),
    ("ingress_class", "no", "YAML reads it as a value"),
    ("tls_issuer", "a b", "tls_issuer must be a DNS label"),
    ("entry_namespace", "Gateways", "entry_namespace must be a DNS label"),
    (
        "environments",
        [PROD, {"name": "dev", "hosts": ["dev.shop.example.com"]}],
        "environments.dev.hosts must not be there while expose is none; answer expose",
    ),
]
NOT_COMPLETE = "must be a complete host name in lower case, without a wildcard, a port or a scheme"
# (host names in production, words), where expose is answered
HOSTS: list[tuple[Any, str]] = [
    ([], "hosts must be a list of 1 to 16 host names, not []"),
    ("shop.example.com", "hosts must be a list of 1 to 16 host names"),
    (["*.example.com"], f"hosts[0] {NOT_COMPLETE}"),
    (["Shop.example.com"], NOT_COMPLETE),
    (["192.0.2.7"], NOT_COMPLETE),
    (["2001:db8::7"], NOT_COMPLETE),
    (["shop.example.com:443"], NOT_COMPLETE),
    (["https://shop.example.com"], NOT_COMPLETE),
    (["shop.example.com\n"], NOT_COMPLETE),
    (["shop"], NOT_COMPLETE),
    (["shop.example.com."], NOT_COMPLETE),
    (["a" * 64 + ".example.com"], NOT_COMPLETE),
    (["a." * 125 + "example.com"], "hosts[0] must have at most 253 characters, not 261"),
    (["a." * 120 + "example.com"], "environments.development.hosts[0] must have at most 253 characters, not 263"),
    (["a.example.com", "a.example.com"], 'hosts[1] must not be "a.example.com": the list has it twice'),
]
# (host names of environments, words)
OF_ENVIRONMENTS: list[tuple[dict[str, Any], str]] = [
    ({"hosts": []}, "environments.dev.hosts must be a list of 1 to 16 host names, not []"),
    ({"hosts": ["dev.*"]}, f"environments.dev.hosts[0] {NOT_COMPLETE}"),
    (
        {"hosts": ["shop.example.com"]},
        'environments.production.hosts must not be "shop.example.com": another environment',
    ),
    (
        {"kind": "production"},
        'environments.production.hosts must not be "shop.example.com": another environment has it',
    ),
]

"""Wrong answers about secret values, for test_answers.py."""

from __future__ import annotations

from typing import Any

SECRET = {"name": "database-password"}
# (question, wrong value, words that the sentence must hold)
SECRETS: list[tuple[str, Any, str]] = [
    ("secrets", "database-password", "secrets must be a list of records"),
    ("secrets", [{}], "secrets[0] must have the field name"),
    ("secrets", [{**SECRET, "value": "hunter2"}], "must not have the field value: its fields are name, form, secret, key"),
    ("secrets", [SECRET, SECRET], "must be unique, but database-password is used twice"),
    ("secrets", [{"name": "DATABASE_PASSWORD"}], "secrets[0].name must be a name of at most 30 characters"),
    ("secrets", [{"name": "log-level"}], "must not be log-level: its variable LOG_LEVEL has another meaning already"),
    ("secrets", [{"name": "port-http"}], "its variable PORT_HTTP has another meaning already"),
    ("secrets", [{"name": "ssl-cert", "form": "file"}], "its variable SSL_CERT_FILE has another meaning already"),
    (
        "secrets",
        [{"name": "a", "form": "file"}, {"name": "a-file"}],
        "secrets[1].name must not be a-file: another record has its variable A_FILE",
    ),
    ("secrets", [{**SECRET, "form": "mount"}], "secrets.database-password.form must be variable or file, not mount"),
    ("secrets", [{**SECRET, "secret": "My_Secret"}], "secrets.database-password.secret must be the name of a Secret"),
    ("secrets", [{**SECRET, "secret": "a" * 254}], "of at most 253 characters"),
    ("secrets", [{**SECRET, "key": "../token"}], "secrets.database-password.key must be a key"),
    ("secrets", [{**SECRET, "key": 7}], "must be a key of at most 253 characters"),
    (
        "secrets",
        [SECRET, {"name": "b", "key": "database-password"}],
        "secrets.b.key must not be database-password: another record has that key of the Secret",
    ),
    ("secret_store", "vault", "must be one of none, external-secrets, sealed-secrets, csi, not vault."),
    ("secret_store", "csi", "secret_store must be none while secrets is empty. Example: none."),
]

"""Wrong answers about secret values, for test_answers.py."""

from __future__ import annotations

from typing import Any

from tests.engine.wrong_environments import PROD
from tests.support.answers import DEPENDENCY

SECRET = {"name": "database-password"}
# (question, wrong value, words that the sentence must hold)
SECRETS: list[tuple[str, Any, str]] = [
    ("secrets", "database-password", "secrets must be a list of records"),
    ("secrets", [{}], "secrets[0] must have the field name"),
    (
        "secrets",
        [{**SECRET, "value": "hunter2"}],
        "must not have the field value: its fields are name, form, secret, key, remote",
    ),
    ("secrets", [SECRET, SECRET], "must be unique, but database-password is used twice"),
    ("secrets", [{"name": "DATABASE_PASSWORD"}], "secrets[0].name must be a name of at most 30 characters"),
    ("secrets", [{"name": "log-level"}], "must not be log-level: its variable would have another meaning: LOG_LEVEL"),
    ("secrets", [{"name": "port-http"}], "its variable would have another meaning: PORT_HTTP"),
    ("secrets", [{"name": "ssl-cert", "form": "file"}], "its variable would have another meaning: SSL_CERT_FILE"),
    (
        "secrets",
        [{"name": "a", "form": "file"}, {"name": "a-file"}],
        "secrets[1].name must not be a-file: another record has its variable: A_FILE",
    ),
    ("secrets", [{"name": "class"}], "must not be class: the code can't have a setting of that name"),
    ("secrets", [{**SECRET, "form": "mount"}], "secrets.database-password.form must be variable or file, not mount"),
    ("secrets", [{**SECRET, "secret": "My_Secret"}], "secrets.database-password.secret must be the name of a Secret"),
    ("secrets", [{**SECRET, "secret": "a" * 254}], "of at most 253 characters"),
    ("secrets", [{**SECRET, "key": "../token"}], "secrets.database-password.key must be a key"),
    ("secrets", [{**SECRET, "key": 7}], "must be a key of at most 253 characters"),
    (
        "secrets",
        [SECRET, {"name": "b", "key": "database-password"}],
        "secrets.b.key must not be database-password: another record has that key of its Secret",
    ),
    ("secret_store", "vault", "must be one of none, external-secrets, sealed-secrets, csi, not vault."),
    ("secret_store", "csi", "secret_store must be none while secrets is empty. Example: none."),
    ("secrets", [{**SECRET, "remote": "a b"}], "secrets.database-password.remote must be NAME or NAME#PROPERTY"),
    ("external_store", "SecretStore/vault", "must be empty while secret_store is not external-secrets"),
    ("csi_provider", "conjur", "must be one of vault, aws, azure, gcp, not conjur."),
    ("csi_parameters", {"roleName": "a"}, "must be empty while secret_store is not csi"),
    ("csi_parameters", None, "must be empty while secret_store is not csi"),
    (
        "environments",
        [PROD, {"name": "dev", "external_store": "SecretStore/test"}],
        "environments.dev.external_store must not be there while secret_store is not external-secrets",
    ),
    (
        "environments",
        [PROD, {"name": "dev", "csi_parameters": {"roleName": "a"}}],
        "environments.dev.csi_parameters must not be there while secret_store is not csi",
    ),
]
# (answers beside one secret value, words)
STORES: list[tuple[dict[str, Any], str]] = [
    (
        {"secret_store": "external-secrets"},
        'external_store must be SecretStore/NAME or ClusterSecretStore/NAME, not "".',
    ),
    ({"secret_store": "external-secrets", "external_store": "Vault/a"}, "external_store must be SecretStore/NAME"),
    ({"secret_store": "csi"}, "csi_parameters must have roleName, which the provider vault needs."),
    (
        {"secret_store": "csi", "csi_provider": "azure", "csi_parameters": {"keyvaultName": "a"}},
        "csi_parameters must have tenantId, which the provider azure needs.",
    ),
    ({"secret_store": "csi", "csi_parameters": "vault"}, "csi_parameters must be a mapping of parameters, not vault."),
    (
        {"secret_store": "csi", "csi_parameters": {"roleName": "a", "objects": "[]"}},
        "csi_parameters must not have objects, which follows from secrets.",
    ),
    ({"secret_store": "csi", "csi_parameters": {"roleName": 7}}, "csi_parameters.roleName must be text of letters"),
    (
        {"secrets": [{**SECRET, "remote": "a"}], "secret_store": "sealed-secrets"},
        "must be external-secrets or csi, because a record of secrets has the field remote.",
    ),
    (
        {"secret_store": "sealed-secrets", "manifests": "helm", "deploy": "flux"},
        "deploy must be make while secret_store is sealed-secrets and manifests is helm",
    ),
    (
        {"dependencies": [{**DEPENDENCY, "name": "database"}], "secrets": [{"name": "database-url"}]},
        "secrets[0].name must not be database-url: its variable would have another meaning: DATABASE_URL.",
    ),
]

"""The answers to `secrets` of an example, complete."""

from __future__ import annotations

from tests.support.deployed import Deployed


def secrets_of(service: Deployed) -> list[dict[str, str]]:
    """Return the answers to `secrets`, each with what it was not told."""
    found = []
    for each in service.answers["secrets"]:
        form, key = each.get("form", "variable"), each.get("key", each["name"])
        secret = each.get("secret", service.answers["name"])
        variable = each["name"].upper().replace("-", "_") + ("_FILE" if form == "file" else "")
        path = f"/etc/secrets/{secret}/{key}" if form == "file" else ""
        found.append(
            {"name": each["name"], "form": form, "secret": secret, "key": key, "variable": variable, "path": path}
        )
    return found

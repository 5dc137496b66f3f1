"""What is put in later: by a shell, by a template of another tool, by an OpenShift Template."""

from __future__ import annotations


def is_put_in_later(text: str) -> bool:
    """Return whether a part of a text is a variable, such as `${NAME}` or `{{ name }}`."""
    return "$" in text or "{{" in text

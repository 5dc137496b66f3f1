"""What stands in a sentence about a file that is not text in UTF-8."""

from __future__ import annotations


def not_utf8(error: UnicodeDecodeError) -> str:
    """Return what is wrong, to follow the name of a file, and what to do; the first byte of a file is byte 1."""
    return f"is not UTF-8 (byte {error.start + 1}); save it as UTF-8"

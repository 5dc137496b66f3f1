"""A secret in a file, which Kubernetes replaces while the service runs."""

import logging
from pathlib import Path

log = logging.getLogger(__name__)


class SecretFile:
    """The text of a file. Like pydantic's SecretStr, it never shows the text."""

    def __init__(self, path: str) -> None:
        """Raises ValueError if the file has no text yet."""
        self._path = Path(path)
        self._text = self._read()
        self._failed = False

    def get_secret_value(self) -> str:
        """The present text of the file, or the last one while the file can't be read."""
        try:
            self._text = self._read()
            self._failed = False
        except ValueError as error:
            if not self._failed:  # one line, even if every request reads it
                known = {"path": str(self._path), "error": str(error)}
                log.warning("secret unreadable", extra=known)
            self._failed = True
        return self._text

    def _read(self) -> str:
        """Reads the file each time: it is small, in memory, and a link can lead to another one."""
        try:
            text = self._path.read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            raise ValueError(error.strerror) from None
        except UnicodeDecodeError:
            raise ValueError("not UTF-8") from None  # its own message has a part of the text
        if not text:
            raise ValueError("empty")
        return text

    def __repr__(self) -> str:
        return f"SecretFile('{self._path}')"

"""Keeps what Jinja compiles, in a folder that only the user may change.

Python runs bytecode as it is: whoever writes an entry runs code as its reader. The digest in each entry finds what was
cut, changed by chance, or made for something else; it stops nobody who can write here, since anybody can compute one.
Against those people the folder itself is guarded (`scaffold.files.private`), and each entry's owner and mode.
"""

from __future__ import annotations

import hashlib
import marshal
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import CodeType

import jinja2.compiler
import jinja2_ansible_filters.core_filters
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from scaffold import __version__
from scaffold.files import private, sweep

LARGEST = 16 * 1024 * 1024
"""Bytes of an entry; the largest that the template gives has some 60 KiB."""

_MAGIC = b"scaffold bytecode 1\n"
_DIGEST_SIZE = hashlib.sha256().digest_size


class PrivateBytecodeCache(BytecodeCache):
    """A folder of entries, each bound to its source and to all that compiled it. `settings` are the environment's.

    An entry that can't be read or is not whole counts as none. After the first that can't be written, none is.
    """

    def __init__(self, folder: Path, settings: str) -> None:
        self._folder = folder
        self._bound = _digest(__version__, sys.version, _compilers(), settings)
        self._writes: bool | None = None  # not tried yet

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return the name of the entry of a template: another one for each file, and for what compiles it."""
        return _digest(self._bound, name, filename or "").hex()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the bucket its code, where a whole entry of it is there."""
        try:
            data = private.read_private(f"{self._folder}/{bucket.key}", LARGEST)
        except OSError:
            return
        start = len(_MAGIC) + _DIGEST_SIZE
        code = data[start:]
        if data[:start] != _MAGIC + self._seal(bucket, code):
            return
        with suppress(EOFError, ValueError, TypeError):
            loaded = marshal.loads(code)  # noqa: S302 - it is what this user wrote, whole, for this very Python
            bucket.code = loaded if isinstance(loaded, CodeType) else None

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the bucket's code, where there is room."""
        if self._writes is None:
            sweep.remove_leftovers(self._folder)
        if self._writes is not False and bucket.code is not None:
            code = marshal.dumps(bucket.code)
            self._writes = _write(self._folder / bucket.key, _MAGIC + self._seal(bucket, code) + code)

    def _seal(self, bucket: Bucket, code: bytes) -> bytes:
        return _digest(self._bound, bucket.key, bucket.checksum, code)


def _digest(*parts: str | bytes) -> bytes:
    """Return a digest in which no part can pass for the end of another."""
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.digest()


@cache
def _compilers() -> str:
    """Return what differs where another Jinja compiles, or other filters compute what is constant."""
    files = [Path(str(module.__file__)) for module in (jinja2.compiler, jinja2_ansible_filters.core_filters)]
    states = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return repr((getattr(jinja2, "__version__", None), states))


def _write(file: Path, data: bytes) -> bool:
    """Put a file in place in one step; return whether that was possible."""
    beside: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=sweep.PREFIX, delete=False) as out:
            beside = Path(out.name)
            out.write(data)
        beside.replace(file)
    except OSError:
        return False
    finally:
        if beside is not None:
            with suppress(OSError):  # it is not there any more, unless something went wrong
                beside.unlink()
    return True

"""A process that has imported scaffold already, and runs its commands in children of its own under inject.c.

It reads a line of JSON for each run, and answers with the command's exit code. What runs is the real entry point,
`scaffold.__main__.main`, in a fresh process; only the time to import everything is saved.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import json
import os
import pkgutil
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NoReturn

import scaffold


def main(library: str) -> None:
    for module in pkgutil.walk_packages(scaffold.__path__, "scaffold."):
        if not module.name.startswith("scaffold.prove"):
            import_module(module.name)
    injector = ctypes.CDLL(library)
    gc.freeze()
    for line in sys.stdin:
        tracer = os.fork()
        if tracer == 0:
            _trace(injector, json.loads(line))
        _, status = os.waitpid(tracer, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _trace(injector: ctypes.CDLL, asked: Mapping[str, Any]) -> NoReturn:
    output = os.open(asked["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC)
    ready, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go)
        for source, target in ((os.open(os.devnull, os.O_RDONLY), 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        injector.inject_wait(ready)
        os.close(ready)
        _command(asked)
    below = [os.fsencode(each) for each in asked["below"]]
    folders = (ctypes.c_char_p * len(below))(*below)
    words = (os.fsencode(asked["log"]), ctypes.c_long(asked["number"]), asked["what"].encode())
    os._exit(injector.inject_trace(child, go, *words, folders, len(below)))


def _command(asked: Mapping[str, Any]) -> NoReturn:
    """Do what an interpreter does that runs `scaffold`."""
    code: object = 1
    try:
        os.chdir(asked["cwd"])
        os.environ.clear()
        os.environ.update(asked["env"])
        sys.argv = ["scaffold", *asked["arguments"]]
        import_module("scaffold.__main__").main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def _try(injector: ctypes.CDLL) -> NoReturn:
    """Trace a process that does nothing; the exit code says whether that goes."""
    ready, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go)
        injector.inject_wait(ready)
        os._exit(0)
    os._exit(injector.inject_trace(child, go, os.devnull.encode(), ctypes.c_long(0), b"look", None, 0))


if __name__ == "__main__":
    if sys.argv[2:]:
        _try(ctypes.CDLL(sys.argv[1]))
    main(sys.argv[1])

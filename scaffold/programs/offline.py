"""Programs without a network: on Linux the kernel refuses them every socket, whoever started them.

A thread that has given up sockets (seccomp(2), for which nobody needs to be root) hands this on to what it starts, so
each call runs in a thread of its own. Elsewhere a program is started as it is.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Callable
from functools import cache
from typing import TypeVar

T = TypeVar("T")

_MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198), "riscv64": (0xC00000F3, 198)}
"""The kernel's word for each machine, and the number of socket(2) there (asm/unistd.h)."""

_IO_URING_SETUP = 425  # opens sockets without socket(2); the same number on all machines
_X32 = 0x40000000  # the bit of x86-64's other numbers

_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2  # linux/prctl.h, linux/seccomp.h
_LOAD, _EQUALS, _AND, _RETURN = 0x20, 0x15, 0x54, 0x06  # linux/bpf_common.h
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES


def call_offline(function: Callable[[], T]) -> T:
    """Return what a function returns; the programs that it starts get no socket, where the system can see to that."""
    result: list[T] = []
    failed: list[BaseException] = []

    def sealed() -> None:
        try:
            _give_up_sockets()
            result.append(function())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=sealed, name="offline")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return result[0]


@cache
def is_offline_possible() -> bool:
    """Return whether this system can refuse sockets to a program."""
    return call_offline(_give_up_sockets)


def _give_up_sockets() -> bool:
    """Take sockets from this thread and all that it starts; return whether that was possible."""
    machine = _MACHINES.get(os.uname().machine) if sys.platform == "linux" else None
    if machine is None:
        return False
    import ctypes

    class BpfInstruction(ctypes.Structure):
        _fields_ = (("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("k", ctypes.c_uint))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(BpfInstruction)))

    instructions = [BpfInstruction(*each) for each in _instructions(*machine)]
    program = Program(len(instructions), (BpfInstruction * len(instructions))(*instructions))
    zero = ctypes.c_ulong(0)
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return False
    if prctl(_NO_NEW_PRIVILEGES, ctypes.c_ulong(1), zero, zero, zero) != 0:
        return False
    return bool(prctl(_SECCOMP, ctypes.c_ulong(_FILTER), ctypes.byref(program), zero, zero) == 0)


def _instructions(machine: int, socket: int) -> list[tuple[int, int, int, int]]:
    """Return the filter: refuse socket(2) and io_uring, and all calls in the way of another machine."""
    return [
        (_LOAD, 0, 0, 4),  # the machine that the call is made for
        (_EQUALS, 0, 4, machine),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_AND, 0, 0, 0xFFFFFFFF ^ _X32),
        (_EQUALS, 1, 0, socket),
        (_EQUALS, 0, 1, _IO_URING_SETUP),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]

"""What went wrong in a process that trains, in words."""

from __future__ import annotations

import errno
import re

from curator.errors import CuratorError, from_os_error

_NO_MEMORY = re.compile(
    r"not enough memory|can't allocate memory|Cannot allocate memory|CUDA error: out of memory|_ALLOC_FAILED"
)
"""How torch says it on a CPU (of Windows and macOS, of Linux), the system, and the libraries of a GPU."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory was asked for that is not there: of a GPU, or of the machine. Free of torch, so by name."""
    named = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    system = isinstance(error, OSError) and error.errno == errno.ENOMEM
    return named or system or _NO_MEMORY.search(str(error)) is not None


def in_words(error: Exception) -> CuratorError:
    """The error for people that stands for any other."""
    if isinstance(error, CuratorError):
        return error
    if is_out_of_memory(error):
        return CuratorError(
            "The run does not fit into memory.",
            "Take a smaller model or --method qlora, or free some memory.",
        )
    # Libraries written in Rust report the system's errors in their own clothes.
    foreign = re.search(r"\(os error (\d+)\)", str(error))
    if isinstance(error, OSError) or foreign:
        system = (
            error if isinstance(error, OSError) else OSError(int(foreign[1]) if foreign else 0, str(error))
        )
        return from_os_error(system, "save the run")
    return CuratorError(
        f"The trainer failed: {type(error).__name__}: {error}",
        "`python -m curator.train RUN_DIR --resume --debug` shows where.",
    )

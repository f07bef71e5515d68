"""What went wrong in a process that trains, in words."""

from __future__ import annotations

import re

from curator.errors import CuratorError, from_os_error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory was asked for that is not there: of a GPU, or of the machine. Free of torch, so by name."""
    named = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    return named or "not enough memory" in str(error)


def in_words(error: Exception) -> CuratorError:
    """The error for people that stands for any other."""
    if isinstance(error, CuratorError):
        return error
    # Libraries written in Rust report the system's errors in their own clothes.
    foreign = re.search(r"\(os error (\d+)\)", str(error))
    if isinstance(error, OSError) or foreign:
        system = (
            error if isinstance(error, OSError) else OSError(int(foreign[1]) if foreign else 0, str(error))
        )
        return from_os_error(system, "save the run")
    if is_out_of_memory(error):
        return CuratorError("The model does not fit into memory.", "Take a smaller one, or --method qlora.")
    return CuratorError(
        f"The trainer failed: {type(error).__name__}: {error}",
        "`python -m curator.train RUN_DIR --resume --debug` shows where.",
    )

"""Libraries that a run has no use for, which the library of models would load because they are installed.

datasets and scipy, with what they bring along, are a quarter of what all libraries of a trainer hold, and a second of
its start. Rows come from our own files here, and no model that writes text needs scipy.
"""

from __future__ import annotations

_UNUSED = ("datasets", "scipy")


def leave_out_unused() -> None:
    """Let transformers find none of them in this process; to be called before models or its trainer are imported."""
    from transformers import utils
    from transformers.utils import import_utils

    for name in _UNUSED:
        for module in (utils, import_utils):
            setattr(module, f"is_{name}_available", _never)


def _never() -> bool:
    return False

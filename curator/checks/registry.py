"""Every check there is; a new one is a file in this folder and a name in this list."""

from __future__ import annotations

from curator.checks import (
    answers,
    conflicts,
    contaminated,
    duplicates,
    frozen,
    label_counts,
    label_errors,
    language,
    leaks,
    lengths,
    line_breaks,
    nearness,
    outliers,
    size,
    structure,
    texts,
    tokens,
    training,
    turns,
)
from curator.checks.base import Check

ALL: tuple[Check, ...] = (
    *structure.CHECKS,
    *leaks.CHECKS,
    *frozen.CHECKS,
    *contaminated.CHECKS,
    *duplicates.CHECKS,
    *conflicts.CHECKS,
    *nearness.CHECKS,
    *texts.CHECKS,
    *language.CHECKS,
    *answers.CHECKS,
    *turns.CHECKS,
    *label_counts.CHECKS,
    *size.CHECKS,
    *line_breaks.CHECKS,
    *lengths.CHECKS,
    *tokens.CHECKS,
    *label_errors.CHECKS,
    *outliers.CHECKS,
    *training.CHECKS,
)

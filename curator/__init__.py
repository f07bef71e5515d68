"""Curator: from raw examples to a fine-tuned model with an honest score."""

from __future__ import annotations

__version__ = "0.1.0"

"""Tuning: from an exported folder to an adapter, in a process of its own."""

from __future__ import annotations

import os

# Torch's threads spin while they wait for each other; on a machine that is busy with anything else they then
# steal the very core they wait for, and a step takes many times as long. Read when torch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

"""What an estimate may have found, for pages that show one."""

from __future__ import annotations

MEMORY = {
    "process_bytes": 550 << 20,
    "weights_bytes": 160 << 20,
    "gradients_bytes": 8 << 20,
    "optimizer_bytes": 16 << 20,
    "activations_bytes": 700 << 20,
    "heap_bytes": 300 << 20,
    "total_bytes": 1734 << 20,
    "measured_bytes": 1700 << 20,
    "free_bytes": 3 << 30,
    "processes": 1,
    "fits": True,
    "instead": (),
}
TIME = {
    "startup_seconds": 20.0,
    "training_seconds": 640.0,
    "validation_seconds": 12.0,
    "saving_seconds": 8.0,
    "total_seconds": 680.0,
    "step_seconds": 4.0,
    "tokens_per_second": 56.0,
    "measured_steps": 3,
    "not_counted": ("scoring on the test rows",),
}
NEEDS = {
    "memory": MEMORY,
    "time": TIME,
    "price_per_hour": None,
    "cost": None,
    "test_rows": 12,
    "smallest_gain": {"metric": "accuracy", "gain": 0.21, "discordant": 0.3},
}
"""What `Outlook` has beyond a plan."""

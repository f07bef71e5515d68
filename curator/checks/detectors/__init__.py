"""Detectors: what is wrong inside one text, as pure functions from text to spans, and repairs where they are safe."""

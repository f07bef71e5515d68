"""Cheaper systems that a tuned model has to beat, on the same rows by the same rule."""

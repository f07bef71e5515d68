"""Conditions on the figures of a run, as a script states them."""

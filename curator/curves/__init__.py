"""Runs on parts of the training rows, and what more rows would bring."""

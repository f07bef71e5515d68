"""Whole pages of the terminal UI."""

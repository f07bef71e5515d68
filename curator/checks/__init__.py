"""Checks: records in, findings out; nothing here writes."""

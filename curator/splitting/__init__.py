"""Splits that cannot leak: which records must not be parted, and which side each of them goes to."""

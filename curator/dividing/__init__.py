"""Dividing a project: its records into the split, the split back into its records."""

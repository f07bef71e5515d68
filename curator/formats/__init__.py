"""Readers of files: from bytes to rows of named values, with nothing lost on the way."""

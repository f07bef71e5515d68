"""Exports: the split records as files that trainers read, with a manifest and a card."""

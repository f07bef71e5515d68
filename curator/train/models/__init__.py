"""The model of a run: loaded, adapted, saved, and what its config says."""

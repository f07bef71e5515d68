"""Scores, rivals, statistics and the verdict."""

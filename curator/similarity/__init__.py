"""Many sets of tokens, and the pairs of them that are alike."""

"""Whether a test is a fair one: rows that the training data gives away, and labels that are likely wrong."""

"""What was found, written for people: reports and model cards."""

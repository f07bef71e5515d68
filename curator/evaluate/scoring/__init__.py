"""What models make of held-out rows."""

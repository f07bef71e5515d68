"""Rows as the model sees them, and the tensors made of them."""

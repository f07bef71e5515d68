"""Whether new inputs are still like those that a model was trained on."""

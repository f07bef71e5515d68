"""How well a written answer agrees with the reference, and whether it keeps to a declared form."""

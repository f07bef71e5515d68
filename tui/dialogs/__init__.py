"""Small windows above a page."""

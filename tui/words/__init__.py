"""What the core found, laid out and put into words for a page."""

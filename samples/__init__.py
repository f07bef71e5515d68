"""Sample data sets and the small base model that come with Curator."""

"""Words of others in our sentences: short, and without what a terminal would obey."""

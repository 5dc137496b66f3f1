"""How strong a source of facts is: what it knows beats what a weaker one knows about the same question."""

RUNS = 5
"""What is deployed."""
BUILDS = 4
"""What builds the image."""
TESTS = 3
"""What CI does."""
WORKS = 2
"""What people do on their machines."""
GUESSES = 1
"""What names suggest."""

"""`scaffold prove`: its parts, and every experiment over a service that keeps its pattern and one that breaks it."""

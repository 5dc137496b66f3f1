"""`scaffold pin`: what it finds, asks, plans and writes; the digests come from a real registry where one is installed."""

"""`scaffold pin`: find the images that a service names, look up their digests at registries, write the digests down."""

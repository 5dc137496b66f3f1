"""`scaffold pin`: find the images that a service names, ask their registries for digests, write the digests down."""

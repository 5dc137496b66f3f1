"""`scaffold prove` on real images: one service a language, and for each experiment an image that must fail it."""

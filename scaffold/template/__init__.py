"""A platform team's own template on top of this project's: a thin overlay, built into a plain Copier template.

The overlay has what is different. The built template holds a whole release of the base, so that a service needs
neither this project nor the overlay.
"""

"""Judges that nobody here wrote, over every golden: zero findings, exceptions only with their reason in the output."""

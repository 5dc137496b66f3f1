"""Repositories whose settings name programs, point elsewhere, or were made up, and what git's killed processes leave."""

"""Breakers and limiters as they run for real, each experiment beside a twin without the pattern that shows the failure."""

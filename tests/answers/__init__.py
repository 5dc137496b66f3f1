"""Answers that mean harm: each set is refused in one sentence, or every file it gives is parsed by its format's own tool."""

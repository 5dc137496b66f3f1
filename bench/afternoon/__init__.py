"""A newcomer's afternoon in a real terminal: what each job takes of keys, files and seconds."""

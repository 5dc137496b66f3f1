"""What people see of each command, on a terminal; the only package that uses rich."""

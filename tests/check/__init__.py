"""`scaffold check`: cases for each rule, positions, bad input, output."""

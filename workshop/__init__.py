"""What the makers of scaffold run: goldens, pages, the demo, CI's phases, and the programs that tests need."""

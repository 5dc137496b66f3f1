"""What the images of generated services hold: nothing runs, so no clock is watched."""

"""Make the figures of real music that the music benchmark compares with."""

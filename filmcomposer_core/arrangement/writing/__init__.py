"""The lines of an arrangement before instruments play them, one module for each kind."""

"""What FilmComposer's actions do inside REAPER. Standard library, and the bridge's client side."""

"""Put FilmComposer into a REAPER resource folder and take it out again. Standard library only."""

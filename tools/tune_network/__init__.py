"""Train the network that finishes tunes, on the public-domain tunes of music21's corpus."""

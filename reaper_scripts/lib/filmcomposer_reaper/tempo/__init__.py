"""The tempo map of a cue within the project's own, with everything else held in its place."""

"""Which cue an action is about: the video item, its record in the project, its folder."""

"""The cue's tracks: laid in beside what the user changed, and read for what that is."""

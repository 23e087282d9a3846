"""Every call that FilmComposer makes to REAPER; the rest of it calls no function of REAPER's."""

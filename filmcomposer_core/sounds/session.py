"""The sounds of a session: from the request of REAPER's side to tracks with instruments."""

from __future__ import annotations

from pathlib import Path

from filmcomposer_core.contracts.session import Session, SessionRequest
from filmcomposer_core.cue import Cue
from filmcomposer_core.sounds.choose import sounds_of_cue


def sounding_session(cue: Cue, session: Session, request: SessionRequest) -> Session:
    """Return a session with the sounds that the user has chosen.

    Parameters
    ----------
    cue : Cue
        After a run.
    session : Session
        With printed stems.
    request : SessionRequest
        Names REAPER's resource folder, and what was chosen just now.

    Raises
    ------
    DiskError
        If the mapping or the samples cannot be written.
    """
    if not any(track.kind == "part" for track in session.tracks):
        return session
    settings = cue.ledger.settings
    sounds = sounds_of_cue(request.resources, cue.folder.path, choice=request.sound, tell=cue.tell)
    items = {sounds.choice(name) for name in sounds.instruments} | {sounds.choice("")}
    if items == {"stems"}:
        return session
    from filmcomposer_core.sounds.lay import Shelf, with_sounds  # loads the renderer
    from filmcomposer_core.sounds.samples import Player

    shelf = Shelf(
        sounds=sounds,
        resources=Path(request.resources),
        folder=cue.folder.path.absolute(),
        player=Player(
            soundfont=Path(settings.soundfont) if settings.soundfont else None,
            synth=settings.synth,
        ),
        system=request.system,
    )
    made = with_sounds(session, cue.value("daw_plan.json"), shelf)
    for sentence in made.notes[len(session.notes) :]:
        cue.tell(sentence)
    return made

"""The tempo map as one text: the chunk of its envelope.

SWS writes every tempo map so (file seen: BR_Envelope::Commit, InitTempoMap, UpdateTempoTimeline):
the times in the text are taken as they stand, whatever the timebase of the tempo map; a text can
change points only where there is one; and REAPER takes it in when a tempo call follows, for
UpdateTimeline alone is not enough.
"""

from __future__ import annotations

from tests.fakes.reaper.faults import Misuse
from tests.fakes.reaper.project import tempo_map
from tests.fakes.reaper.project.model import Project
from tests.fakes.reaper.project.tree import Block


def replace(project: Project, made: Block) -> None:
    """Put another text in the tempo map's place; what follows the map moves with the next call."""
    old = tempo_map.lines(project)
    points = list(made.lines("PT"))
    if points and not old:
        raise Misuse("a text adds tempo points where there is none: REAPER ignores it (SWS)")
    times = [line.number(1) for line in points]
    if times != sorted(times) or (times and times[0] != 0):
        raise Misuse("the points of a tempo map's text are not in order of time from 0 s on")
    if project.stale_tempo is None:
        project.stale_tempo = tempo_map.read(project)
    envelope = tempo_map.envelope(project)
    envelope.text, envelope.body = made.text, []
    for child in made.body:
        envelope.add(child)
    if not project.partial_measures:
        _snap(project)


def _snap(project: Project) -> None:
    """Move signatures in mid-bar back to their bar's start (unverified; for REAPERs that do)."""
    for index in range(len(tempo_map.lines(project))):
        line = tempo_map.lines(project)[index]
        if not int(line.number(4)):
            continue
        found = tempo_map.read_lines(project, tempo_map.lines(project)[:index] or [line])
        if index:
            qn = found.qn(line.number(1))
            measure, beats = found.measure_at(qn)
            if beats > 1e-6:
                line.put(1, found.time(found.measure(measure)[0]))

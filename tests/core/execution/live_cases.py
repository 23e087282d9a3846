"""The sample cue as it is laid into an open project, with what a test changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from filmcomposer_core.contracts.daw_plan import AudioItemOp, DawPlan
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.contracts.session import Session, SessionRequest, SessionTrack
from filmcomposer_core.contracts.verdict import Assessment, CriterionScore
from filmcomposer_core.execution.live import CueSoFar, make_session
from filmcomposer_core.execution.live_theme import Candidate
from tests import samples
from tests.core.execution.cases import built, ops
from tests.fakes.reaper.project.tree import Block, parse

FOLDER = "/films/cue"
BUILT = built()
GUID = re.compile(r"\{[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\}")


def verdict(musicality: float, *, accepted: bool = True, pending: int = 4) -> Assessment:
    """Return an assessment; its last criteria are pending."""
    rows = tuple(
        CriterionScore(
            id=n,
            agent="Mode",
            name=f"Name {n}",
            score=None if n > 19 - pending else 0.75,
            evidence="",
            verdict="pending" if n > 19 - pending else "good",
        )
        for n in range(1, 20)
    )
    return Assessment(criteria=rows, musicality=musicality, accepted=accepted, wishes=("6: more",))


def tune(*notes: tuple[float, float, int]) -> Melody:
    return Melody(notes=tuple(Note(beat=b, length=n, pitch=p, velocity=80) for b, n, p in notes))


FIRST = tune((4.0, 1.0, 67), (5.0, 2.0, 69), (7.0, 1.0, 71))
SECOND = tune((5.0, 1.0, 60), (6.0, 1.0, 62), (8.0, 4.0, 64))
THIRD = tune((6.0, 1.0, 72), (7.5, 0.5, 74))


def candidates() -> tuple[Candidate, ...]:
    return (
        Candidate(number=1, melody=FIRST, assessment=verdict(9.0, accepted=False)),
        Candidate(number=2, melody=SECOND, assessment=verdict(13.8)),
        Candidate(number=3, melody=THIRD, assessment=verdict(12.1)),
    )


def stems_of(plan: DawPlan) -> dict[str, str]:
    return {op.path: op.path for op in ops(plan, AudioItemOp)}


def whole(daw_plan: DawPlan | None = BUILT, **changes: Any) -> CueSoFar:
    """Return a cue with everything in it."""
    cue = CueSoFar(
        clip=samples.clip(),
        title="Door",
        folder=FOLDER,
        reached="report",
        spots=samples.spots(),
        tempo=samples.tempo_plan(),
        plan=samples.cue_plan(),
        melody=SECOND,
        candidates=candidates(),
        daw_plan=daw_plan,
        stems=stems_of(BUILT if daw_plan is None else daw_plan),
    )
    return replace(cue, **changes)


def laid(
    cue: CueSoFar | None = None,
    *,
    cue_id: str = "0a1b2c3d",
    anchor_s: float = 0.0,
    system: str = "linux",
) -> Session:
    request = SessionRequest(cue=cue_id, anchor_s=anchor_s, system=system)
    return make_session(cue or whole(), request)


def track_of(session: Session, name: str) -> SessionTrack:
    (found,) = [track for track in session.tracks if track.id == name]
    return found


def tree_of(session: Session, name: str) -> Block:
    return parse(track_of(session, name).text)


def guids(session: Session) -> list[str]:
    """Return every id in the tracks; ``TRACKID`` says the track's own again and is left out."""
    lines = "\n".join(t.text for t in session.tracks).split("\n")
    return [g for line in lines if not line.startswith("TRACKID") for g in GUID.findall(line)]


def shown(block: Block, words: Sequence[str] = ()) -> Iterator[tuple[str, ...]]:
    """Yield every line under the names of the blocks that it stands in."""
    here = (*words, block.key)
    yield (*here, "<", *block.words()[1:])
    for child in block.body:
        if isinstance(child, Block):
            yield from shown(child, here)
        else:
            yield (*here, *child.words())

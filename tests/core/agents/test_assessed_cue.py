"""A cue whose theme a model sends back, over the real protocol."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.tempo import TempoPlan
from filmcomposer_core.notation import midi_to_melody
from filmcomposer_core.pipeline import run_cue
from filmcomposer_core.timeline import Timeline
from tests.clips import moving_square
from tests.core.agents.world import KEY
from tests.fakes.endpoint import Asked, Behaviour, FakeEndpoint, Wire, serving
from tests.fakes.endpoint import behaviours as does

CRITERION = re.compile(r"^(\d+)\. ", re.MULTILINE)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEndpoint]:
    monkeypatch.setenv("FILMCOMPOSER_CONFIG", str(tmp_path))
    monkeypatch.setenv("FILMCOMPOSER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("FILMCOMPOSER_AGENTS_KEY", KEY)
    with serving(does.streams("{}")) as found:
        text = f'url = "{found.url}"\nmodel = "strict"\nretries = 0\ntimeout_s = 5\n'
        (tmp_path / "agents.toml").write_text(text, "utf-8")
        yield found


def strict(bar: int) -> Behaviour:
    """Find nothing good in a theme, and a close too early in a bar."""

    async def behave(asked: Asked, wire: Wire) -> None:
        listed = asked.words.partition("by their numbers:")[2].partition("The cue has")[0]
        numbers = CRITERION.findall(listed)
        answer = {
            "scores": dict.fromkeys(numbers, 0.0),
            "reasons": dict.fromkeys(numbers, f"The close in bar {bar} comes too early."),
            "wishes": {n: {"action": "close_later", "bars": [bar]} for n in numbers},
        }
        await does.streams(json.dumps(answer))(asked, wire)

    return behave


def longest_in(cue: Path, number: int, bar: int) -> float:
    """Return the length in beats of the longest note that begins in a bar of a candidate."""
    melody = midi_to_melody((cue / f"candidates/{number}/melody.mid").read_bytes(), where="")
    points = json.loads((cue / "tempo.json").read_text("utf-8"))
    plan = codec.build(TempoPlan, points, where="tempo.json")
    place = Timeline(plan.map.points).bars_until(30.0)[bar - 1]
    inside = [n for n in melody.notes if place.start_beat - 1e-6 <= n.beat < place.end_beat - 1e-6]
    return max(note.length for note in inside)


def test_a_close_that_a_model_finds_too_early_is_gone_in_the_next_try(
    tmp_path: Path, server: FakeEndpoint
) -> None:
    clip = moving_square(tmp_path / "clip.mp4", seconds=24.0)
    changes = {"clip": str(clip), "seed": 3, "brief": "a gentle love theme", "agents": "off"}
    cue = tmp_path / "cue"
    run_cue(cue, changes=changes, until="compose")
    plain = midi_to_melody((cue / "candidates/1/melody.mid").read_bytes(), where="")
    bar = plain.phrase_starts[1] - 1
    alone = longest_in(cue, 1, bar)
    assert alone >= 1.5  # the first phrase comes to rest there

    server.play(strict(bar))
    done = run_cue(cue, changes={"agents": ""}, until="compose")
    verdict = json.loads((cue / "candidates/1/assessment.json").read_text("utf-8"))
    assert verdict["accepted"] is False
    assert all(line.endswith(f"sing on, no close in bar {bar}") for line in verdict["wishes"])
    assert all(
        row["model"]["score"] == 0.0 and row["computed"]["score"] >= row["score"]
        for row in verdict["criteria"]
        if row["score"] is not None
    )
    # The first theme is the one that theory alone has written; the next has no close there.
    assert longest_in(cue, 1, bar) == alone
    assert longest_in(cue, 2, bar) < alone
    tries = json.loads((cue / "candidates/tries.json").read_text("utf-8"))
    assert [row["accepted"] for row in tries] == [False, False, False]
    assert any("No try of the theme" in line for line in done.told)

    spoken = [json.loads(line) for line in (cue / "agents.jsonl").read_text("utf-8").splitlines()]
    assert {row["conversation"].partition(",")[0] for row in spoken} >= {
        "compose 1", "compose 2", "compose 3"
    }  # fmt: skip
    ledger = json.loads((cue / "cue.json").read_text("utf-8"))
    assert ledger["artefacts"]["melody.mid"]["provenance"]["model"] == "strict"

    # The transcript says it all again, without a network.
    theme = (cue / "melody.mid").read_bytes()
    server.play(does.fails(500))
    before = len(server.asked)
    run_cue(cue, changes={"agents": "replay"}, until="compose")
    assert (cue / "melody.mid").read_bytes() == theme
    assert len(server.asked) == before

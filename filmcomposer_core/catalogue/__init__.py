"""The instruments: ranges, techniques, seating and roles, read from ``instruments.csv``.

One row per instrument or ensemble, all pitches sounding. ``techniques`` is a list parted by ``;``
of ``name=bank:program`` with modifiers: ``gX`` share of the length that sounds, ``v+N`` velocity,
``lpN``/``hpN`` filter in Hz, ``repN`` strokes per second (``alt``: by turns with the next degree
above; ``vA>B``: growing from velocity A to B), ``scale`` a run up to the note, ``rollNms`` a
chord spread upward, ``preNms`` a grace note before, ``ccN A>B`` a controller moved over each
note (``fp``: loud, soft, loud by CC11; ``cc74 sweep``: up and down), ``+B:P`` a second sound,
``#key`` key of a drum kit (bank 128). ``bendN`` (a slide) and ``+12`` are not realised.
``attack_ms`` is the time to half the maximum level at velocity 100 in the middle register.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from filmcomposer_core.errors import InputError

DRUM_BANK = 128
#: CC11 over a note played fp, and CC74 over a wah: where the row gives no values of its own.
SFORZANDO = (127, 60, 110)
SWEEP = (30, 110, 30)
_SOUND = re.compile(r"^(\w+)=(\d+):(\d+)(?:#(\d+))?(.*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Technique:
    """How an instrument is played, as General MIDI sound plus changes to the notes.

    ``key`` is the drum-kit key, None for pitched sounds; ``gate`` the sounding share of a note's
    length; ``repeats_per_s`` turns held notes into strokes (``alternate`` with the degree above,
    ``stroke_path`` velocities from first to last; ``run`` = a scale run); filters in Hz, 0 = off.
    ``controller`` moves along ``controller_path`` over each note; 0 with an empty path = none.
    ``layer`` is a second bank and program that plays along.
    """

    name: str
    bank: int
    program: int
    key: int | None
    gate: float
    velocity: int
    lowpass_hz: float
    highpass_hz: float
    repeats_per_s: float
    attack_ms: float
    alternate: bool = False
    run: bool = False
    roll_ms: float = 0.0
    grace_ms: float = 0.0
    controller: int = 0
    controller_path: tuple[int, ...] = ()
    stroke_path: tuple[int, ...] = ()
    layer: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """An instrument or ensemble; pitches are MIDI numbers, ``agility`` notes per second."""

    id: str
    family: str
    name: str
    low: int
    high: int
    comfort_low: int
    comfort_high: int
    polyphony: int
    agility: float
    techniques: tuple[Technique, ...]
    roles: tuple[str, ...]
    doublings: tuple[str, ...]
    pan: float
    depth: float
    clef: str

    def technique(self, name: str) -> Technique:
        """Return a technique by name.

        Raises
        ------
        InputError
            Listing the techniques the instrument has.
        """
        for item in self.techniques:
            if item.name == name:
                return item
        known = ", ".join(item.name for item in self.techniques)
        msg = f"{self.id} has no technique {name!r}."
        raise InputError(msg, f"It has: {known}.")

    @property
    def pitched(self) -> bool:
        """Whether the instrument plays pitches (a drum-kit key does not)."""
        return self.techniques[0].key is None


def _number(pattern: str, text: str, default: float) -> float:
    match = re.search(pattern, text)
    return float(match[1]) if match else default


def _controller(rest: str) -> tuple[int, tuple[int, ...]]:
    match = re.search(r"\bcc(\d+)(?: (\d+(?:>\d+)*))?", rest)
    if match is None:
        if "vib0" in rest.split():
            return 1, (0,)
        return (11, SFORZANDO) if "fp" in rest.split() else (0, ())
    if match[2] is None:
        return int(match[1]), SWEEP if "sweep" in rest.split() else (127,)
    return int(match[1]), tuple(int(value) for value in match[2].split(">"))


def _path(pattern: str, rest: str) -> tuple[int, ...]:
    match = re.search(pattern, rest)
    return tuple(int(value) for value in match.groups()) if match else ()


def _technique(text: str, attacks: dict[str, float], first_attack: float) -> Technique:
    match = _SOUND.match(text.strip())
    if match is None:
        msg = f"bad technique {text!r} in instruments.csv"
        raise ValueError(msg)
    name, bank, program, key, rest = match.groups()
    controller, controller_path = _controller(rest)
    layer = _path(r"\+(\d+):(\d+)", rest)
    return Technique(
        name=name,
        bank=int(bank),
        program=int(program),
        key=int(key) if key else None,
        gate=_number(r"\bg([\d.]+)", rest, 1.0),
        velocity=int(_number(r"\bv([+-]\d+)", rest, 0)),
        lowpass_hz=_number(r"\blp(\d+)", rest, 0.0),
        highpass_hz=_number(r"\bhp(\d+)", rest, 0.0),
        repeats_per_s=_number(r"\brep(\d+)", rest, 0.0),
        attack_ms=attacks.get(name, first_attack),
        alternate=bool(re.search(r"\balt", rest)),
        run="scale" in rest.split(),
        roll_ms=_number(r"\broll(\d+)ms", rest, 0.0),
        grace_ms=_number(r"\bpre(\d+)ms", rest, 0.0),
        controller=controller,
        controller_path=controller_path,
        stroke_path=_path(r"\bv(\d+)>(\d+)", rest),
        layer=(layer[0], layer[1]) if layer else None,
    )


def _instrument(row: dict[str, str]) -> Instrument:
    pairs = (item.split("=") for item in row["attack_ms"].split(";") if item)
    attacks = {name: float(value) for name, value in pairs}
    first = next(iter(attacks.values()), 0.0)
    techniques = tuple(_technique(t, attacks, first) for t in row["techniques"].split(";"))
    return Instrument(
        id=row["id"],
        family=row["family"],
        name=row["name"],
        low=int(row["low_midi"]),
        high=int(row["high_midi"]),
        comfort_low=int(row["comfort_low"]),
        comfort_high=int(row["comfort_high"]),
        polyphony=int(row["polyphony"]),
        agility=float(row["agility_notes_per_s"]),
        techniques=techniques,
        roles=tuple(row["roles"].split(";")),
        doublings=tuple(row["doublings"].split(";")),
        pan=float(row["pan"]),
        depth=float(row["depth"]),
        clef=row["clef"],
    )


@cache
def catalogue() -> dict[str, Instrument]:
    """Return every instrument by id, in the order of the file."""
    text = resources.files(__package__).joinpath("instruments.csv").read_text("utf-8")
    return {row["id"]: _instrument(row) for row in csv.DictReader(text.splitlines())}


def instrument(name: str) -> Instrument:
    """Return an instrument by id.

    Raises
    ------
    InputError
        Naming the closest ids for an unknown one.
    """
    found = catalogue().get(name)
    if found is None:
        import difflib

        near = difflib.get_close_matches(name, catalogue(), n=3, cutoff=0.3)
        msg = f"unknown instrument {name!r}."
        raise InputError(
            msg, f"Did you mean {', '.join(near)}?" if near else "See instruments.csv."
        )
    return found

"""Effects in the tree (f3, i5)."""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import dataclass

from tests.fakes.reaper.faults import Gap
from tests.fakes.reaper.project.model import Project
from tests.fakes.reaper.project.stock_fx import Kind, of_head
from tests.fakes.reaper.project.tree import Block, Line

PLUGINS = ("VST", "JS", "AU", "CLAP", "DX", "LV2", "VIDEO_EFFECT", "CONTAINER")
_MAGIC = (0xDEADBEEF, 0xDEADF00D)
_JS_SLIDERS = 64


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect of a chain: its block, and where its lines begin and end."""

    chain: Block
    plugin: Block
    start: int
    end: int

    @property
    def kind(self) -> Kind:
        """What effect it is."""
        found = of_head(self.plugin.text, self.plugin.key, self.plugin.word(1))
        if found is None:
            raise Gap(f"the effect {self.plugin.word(1)!r} has no parameters in the emulation")
        return found

    def line(self, key: str) -> Line | None:
        """Return one of the lines around its block."""
        lines = self.chain.body[self.start : self.end]
        return next((c for c in lines if c.key == key and not isinstance(c, Block)), None)

    def envelope(self, parameter: int) -> Block | None:
        """Return a parameter's envelope."""
        for child in self.chain.body[self.start : self.end]:
            if child.key == "PARMENV" and child.word(1).partition(":")[0] == str(parameter):
                assert isinstance(child, Block)
                return child
        return None

    # --- values -------------------------------------------------------------------------------

    def value(self, index: int) -> float:
        """Return a parameter's raw value."""
        own = self.kind.own
        if index < len(own):
            return float(self._values()[index])
        line, default = (("BYPASS", 0.0), ("WET", 1.0), ("DELTA", 0.0))[index - len(own)]
        found = self.line(line)
        return default if found is None else found.number(1, default)

    def put(self, index: int, value: float) -> None:
        """Write a parameter's raw value, within its range."""
        own = self.kind.own
        parameter = self.kind.parameters[index]
        value = min(max(value, parameter.low), parameter.top)
        if index < len(own):
            values = self._values()
            values[index] = value
            self._keep(values)
        elif index == len(own):
            self.enable(on=value < 0.5)
        else:
            raise Gap("how the file keeps an effect's Wet and Delta is not known")

    def enable(self, *, on: bool) -> None:
        """Bypass it or not."""
        line = self.line("BYPASS")
        assert line is not None
        line.put(1, "0" if on else "1")

    def _values(self) -> list[float]:
        """Return its own values; a block with the head alone has the defaults (i5, unverified)."""
        kind = self.kind
        values = [p.default for p in kind.own]
        texts = [line.text for line in self.plugin.body]
        if kind.is_js and texts:
            words = " ".join(texts).split()
            for i, word in enumerate(words[: len(values)]):
                values[i] = values[i] if word == "-" else float(word)
        elif texts:
            state = base64.b64decode("".join(texts[1:-1]))[8:]
            held = struct.unpack(f"<{len(state) // 4}f", state)
            values[: len(held)] = held[: len(values)]
        return values

    def _keep(self, values: list[float]) -> None:
        """Write its own values: 32-bit floats in a VST (files seen for three of them)."""
        if self.kind.is_js:
            words = [f"{v:.6f}" for v in values] + ["-"] * (_JS_SLIDERS - len(values))
            lines = [" ".join(words)]
        else:
            state = struct.pack(f"<2I{len(values)}f", *_MAGIC, *values) + self._rest()
            pins = (2, 1, 0, 2, 0) * 2
            head = struct.pack("<15I", self.kind.number, 0xFEED5EEF, *pins, len(state), 0, 1 << 20)
            lines = [base64.b64encode(part).decode() for part in (head, state)] + ["AAAQAAAA"]
        self.plugin.body = []
        for text in lines:
            self.plugin.add(Line(text))

    # --- named configurations -----------------------------------------------------------------

    def _state(self) -> bytes:
        texts = [line.text for line in self.plugin.body]
        return base64.b64decode("".join(texts[1:-1]))

    def _rest(self) -> bytes:
        """Return what the state holds behind the values; how REAPER keeps it is not known."""
        return self._state()[8 + 4 * len(self.kind.own) :] if self.plugin.body else b""

    def configs(self) -> dict[str, str]:
        """Return its named configurations."""
        rest = self._rest().rstrip(b"\0")
        return dict(json.loads(rest)) if rest else {}

    def configure(self, name: str, value: str) -> None:
        """Write a named configuration."""
        rest = json.dumps({**self.configs(), name: value}).encode()
        values = self._values()
        self._keep(values)
        state = self._state()[: 8 + 4 * len(values)] + rest + b"\0" * (-len(rest) % 4)
        self.plugin.body[1].text = base64.b64encode(state).decode()


def effects(track: Block) -> list[Effect]:
    """Return the effects of a track, in order."""
    chain = track.block("FXCHAIN")
    if chain is None:
        return []
    starts = [i for i, c in enumerate(chain.body) if c.key == "BYPASS"]
    found = []
    for start, end in zip(starts, [*starts, len(chain.body)][1:], strict=True):
        plugin = next(c for c in chain.body[start:end] if c.key in PLUGINS)
        assert isinstance(plugin, Block)
        found.append(Effect(chain, plugin, start, end))
    return found


def at(track: Block, index: int) -> Effect | None:
    """Return an effect by index; those of inputs and containers are gaps."""
    if index >= 0x1000000:
        raise Gap("input effects and containers are not modelled")
    found = effects(track)
    return found[index] if 0 <= index < len(found) else None


def add(project: Project, track: Block, kind: Kind, position: int) -> int:
    """Add an effect of REAPER's own at a position, -1 for the end; its index."""
    index = insert(project, track, Block(kind.head), position)
    effects(track)[index]._keep([p.default for p in kind.own])
    return index


def insert(project: Project, track: Block, plugin: Block, position: int) -> int:
    """Put a plug-in's block with its lines around it at a position, -1 for the end; its index."""
    chain = track.block("FXCHAIN")
    if chain is None:
        chain = Block("FXCHAIN", [Line(t) for t in ("SHOW 0", "LASTSEL 0", "DOCKED 0")])
        first = next((i for i, c in enumerate(track.body) if c.key == "ITEM"), None)
        track.add(chain, first)
    found = effects(track)
    index = position if 0 <= position < len(found) else len(found)
    place = found[index].start if index < len(found) else len(chain.body)
    around = [Line("BYPASS 0 0 0"), plugin, Line("FLOATPOS 0 0 0 0")]
    for line in reversed([*around, Line(f"FXID {project.guid()}"), Line("WAK 0 0")]):
        chain.add(line, place)
    return index


def delete(project: Project, effect: Effect) -> None:
    """Delete an effect with its lines and envelopes."""
    for child in effect.chain.body[effect.start : effect.end]:
        project.handles.retire(child)
        child.parent = None
    del effect.chain.body[effect.start : effect.end]

"""REAPER's own effects with their parameters (f4)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter in its raw range."""

    name: str
    default: float
    top: float = 1.0
    low: float = 0.0


@dataclass(frozen=True, slots=True)
class Kind:
    """An effect; ``parameters`` are its own, without the last three that all have."""

    short: str
    title: str
    head: str
    own: tuple[Parameter, ...]
    number: int = 0

    @property
    def bare(self) -> str:
        """The title without its prefix."""
        return self.title.partition(": ")[2]

    @property
    def is_js(self) -> bool:
        """Whether it is a JSFX, with its values in plain text."""
        return self.head.startswith("JS ")

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All parameters: Bypass, Wet and Delta are the last (f3, file seen)."""
        return (*self.own, Parameter("Bypass", 0.0), Parameter("Wet", 1.0), Parameter("Delta", 0.0))


def _vst(
    short: str, number: int, *own: Parameter, instrument: bool = False, file: str = ""
) -> Kind:
    """Return a Cockos VST; its long id is VST, the number's four letters and the name (i5)."""
    file = file or short.lower()
    title = f"{'VSTi' if instrument else 'VST'}: {short} (Cockos)"
    code = (b"VST" + number.to_bytes(4, "big") + file.encode())[:16].ljust(16, b"\0")
    head = f'VST "{title}" {file}.vst.so 0 "" {number}<{code.hex().upper()}> ""'
    return Kind(short, title, head, own, number)


def _js(path: str, *own: Parameter) -> Kind:
    return Kind(path, f"JS: {path}", f'JS {path} ""', own)


_P = Parameter
#: f4: one third-party sheet; which of the 0..1 are so in ReaComp and ReaSynth where the sheet says
#: nothing is unverified. The numbers are i5's (file seen).
KINDS = (
    _vst(
        "ReaVerbate", 1920361016,
        _P("Wet", 0.5, 2), _P("Dry", 1, 2), _P("Room size", 50 / 170), _P("Dampening", 0.5),
        _P("Width", 1), _P("Delay", 0), _P("Lowpass", 1), _P("Hipass", 0),
    ),
    _vst(
        "ReaComp", 1919247213,
        _P("Threshold", 1, 2), _P("Ratio", 0.0303), _P("Attack", 0.006), _P("Release", 0.02),
        _P("Pre-comp", 0), _P("resvd", 0), _P("Lowpass", 1), _P("Hipass", 0),
        _P("SignIn", 0), _P("AudIn", 0), _P("Dry", 0, 2), _P("Wet", 1, 2),
        _P("Filter preview", 0), _P("RMS size", 0.05, 10), _P("Knee", 0), _P("Auto make-up", 0),
        _P("Auto release", 0), _P("Legacy", 0), _P("deprecated", 0), _P("Multichannel", 0),
        _P("Metering", 0),
    ),
    _vst(
        "ReaSynth", 1919251321,
        _P("Attack", 0.006, 10), _P("Release", 0.0016), _P("Square mix", 0), _P("Saw mix", 0),
        _P("Triangle mix", 0), _P("Volume", 0.5012, 2), _P("Decay", 0.0666),
        _P("Extra sine mix", 0), _P("Extra sine tuning", 0.5), _P("Sustain", 1, 2),
        _P("Pulse width", 1), _P("Global detune", 0.5), _P("Legacy osc", 0), _P("Portamento", 0),
        _P("legacy", 0), instrument=True,
    ),
    # f4: a probe of REAPER 7.82 for 0 to 19, names of public scripts for the rest, whose defaults
    # and ranges are unverified, as is the number.
    _vst(
        "ReaSamplOmatic5000", 1920167789,
        _P("Volume", 1, 2), _P("Pan", 0.5), _P("Gain for minimum velocity", 1, 2),
        _P("Note range start", 0), _P("Note range end", 1), _P("Pitch for start note", 0.06875),
        _P("Pitch for end note", 0.86875), _P("MIDI channel", 0), _P("Max voices", 8 / 18, 4),
        _P("Attack", 0.0005), _P("Release", 0.0005), _P("Obey note-offs", 0), _P("Loop", 0),
        _P("Sample start", 0), _P("Sample end", 1), _P("Pitch adjust", 0.5),
        _P("Pitchbend range", 2 / 12), _P("Min velocity", 1 / 127), _P("Max velocity", 1),
        _P("Probability", 1), _P("Round-robin mode", 0), _P("Filter played notes", 0),
        _P("Crossfade loop length", 0), _P("Loop start offset", 0), _P("Decay", 0),
        _P("Sustain", 1), _P("Release (note-off)", 0), _P("Use note-off release override", 0),
        _P("Legacy voice re-use", 0), _P("Portamento", 0),
        instrument=True, file="reasamplomatic",
    ),
    # As filmcomposer_core.execution.rpp_filter says of the files that REAPER installs; names and
    # the gain's range unverified.
    _js(
        "sstillwell/hpflpf",
        _P("HPF", 0, 1000), _P("LPF", 22000, 22000, 1000), _P("Gain", 0, 24, -24),
    ),
)  # fmt: skip


def find(name: str) -> Kind | None:
    """Return the effect of a full name, a name with prefix, or a short name (f3, header)."""
    for kind in KINDS:
        if name.removeprefix("VSTi: ").removeprefix("VST: ") in (kind.short, kind.bare, kind.title):
            return kind
    return None


def of_head(head: str, tag: str, name: str) -> Kind | None:
    """Return the effect of a block in a file, None for one that is not modelled."""
    for kind in KINDS:
        if (tag == "JS" and kind.is_js and name.lower() == kind.short.lower()) or (
            tag == "VST" and f" {kind.number}<" in head
        ):
            return kind
    return None

"""Project settings of REAPER projects: frame rate, SMPTE start, rendering, time base."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_core.contracts.daw_plan import ProjectOp
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.execution.rpp_text import Lines, block, line, readable

#: REAPER's frame rates: number in its list by (nominal rate, kind), kind 1 = drop frame, 2 = NTSC.
RATES = {
    (24, 2): 0, (24, 0): 1, (25, 0): 2, (30, 1): 3, (30, 2): 4, (30, 0): 5, (75, 0): 6,
    (48, 0): 7, (50, 0): 8, (60, 0): 9,
}  # fmt: skip
EXACT, DROP_FRAME, NTSC = 0, 1, 2
#: Base64 of REAPER's settings for WAV files by bits per sample.
WAV_FORMATS = {16: "ZXZhdxAAAQ==", 24: "ZXZhdxgAAQ==", 32: "ZXZhdyAAAQ=="}
NOTES = (
    "Made by FilmComposer.",
    "What you hear are the printed stems. The part tracks hold the same music as MIDI, muted:",
    "give them instruments, unmute them and mute the stems to go on from here.",
    "Picture, stems, markers and tempo points stay where they are when you edit the tempo map.",
)


#: Before the instruments of the parts; no plug-in is written here, for what a plug-in keeps of its
#: settings in a project is its own binary matter.
SOUNDS = (
    "",
    "Instruments, by their names in FilmComposer/sounds.toml of REAPER's resource folder, which",
    "says what of yours plays them once the cue is scored inside REAPER:",
)


def project_lines(
    project: ProjectOp,
    *,
    first: TempoPoint,
    instruments: Sequence[str] = (),
    notes: Sequence[str] = NOTES,
) -> Lines:
    """Return the lines of a project before its tempo map.

    The project's time base and that of the tempo map are time (0): edits of the tempo map move
    neither picture nor markers nor stems. The render range is 0 (custom), from 0 s to exactly the
    end of the picture without a tail, master mix.

    Parameters
    ----------
    project : ProjectOp
        Frame rate, start and render settings.
    first : TempoPoint
        Tempo and signature at the start.
    instruments : sequence of str
        A line for each part, for the project's notes.
    notes : sequence of str
        What the project says of itself.
    """
    said = (*notes, *SOUNDS, *map(readable, instruments)) if instruments else notes
    return [
        *block("NOTES", (0, 2), [f"|{text}" for text in said]),
        line("RIPPLE", 0, 0),
        line("GROUPOVERRIDE", 0, 0, 0, 0),
        line("AUTOXFADE", 129),
        line("ENVATTACH", 0),
        line("PANLAW", 1),
        line("PROJOFFS", project.start_offset_s, 0, 0),
        line("MAXPROJLEN", 0, 0),
        line("TIMEMODE", 1, *_time_mode(project)),
        line("PANMODE", 3),
        line("CURSOR", 0),
        line("LOOP", 0),
        line("RECORD_PATH", "Media", ""),
        *_render_lines(project),
        line("TIMELOCKMODE", 0),
        line("TEMPOENVLOCKMODE", 0),
        line("ITEMMIX", 1),
        line("TAKELANE", 1),
        line("SAMPLERATE", project.sample_rate, 1, 0),
        *block("RENDER_CFG", (), [WAV_FORMATS[project.bit_depth]]),
        line("LOCK", 1),
        line("GLOBAL_AUTO", -1),
        line("TEMPO", first.bpm, first.num, first.den, 0),
        line("PLAYRATE", 1, 0, 0.25, 4),
        line("SELECTION", 0, 0),
        line("SELECTION2", 0, 0),
        line("MASTERAUTOMODE", 0),
        line("MASTERMUTESOLO", 0),
        line("MASTER_NCH", 2, 2),
        line("MASTER_VOLUME", 1, 0, -1, -1, 1),
        line("MASTER_PANMODE", 3),
        line("MASTER_FX", 1),
        line("MASTER_SEL", 0),
    ]


def _render_lines(project: ProjectOp) -> Lines:
    """Return the render settings: a folder and a name without its ending, as REAPER keeps them."""
    folder, _, name = project.render_file.rpartition("/")
    return [
        line("RENDER_FILE", folder),
        line("RENDER_PATTERN", name.rpartition(".")[0] or name),
        line("RENDER_FMT", 0, 2, project.sample_rate),
        line("RENDER_1X", 0),
        line("RENDER_RANGE", 0, 0, project.length_s, 0, 0),
        line("RENDER_RESAMPLE", 3, 0, 1),
        line("RENDER_ADDTOPROJ", 0),
        line("RENDER_STEMS", 0),
        line("RENDER_DITHER", 0),
    ]


def _time_mode(project: ProjectOp) -> tuple[int, ...]:
    """Return the frame rate as REAPER's ruler keeps it: list number, -1, nominal rate, kind.

    A rate that REAPER does not list gets the number of the nearest one.
    """
    rate = project.fps_num / project.fps_den
    nominal = max(1, round(rate))
    kind = EXACT
    if abs(rate - nominal) > 1e-4 * nominal:
        kind = DROP_FRAME if project.drop_frame else NTSC
    exact = RATES.get((nominal, kind))
    nearest = min(RATES, key=lambda key: (abs(key[0] - nominal), abs(key[1] - kind)))
    return (RATES[nearest] if exact is None else exact, -1, nominal, kind, 0, -1, 0)

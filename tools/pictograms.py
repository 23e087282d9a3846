"""The pictograms of the actions; each function returns what to paint, a shape with a colour's name.

The picture is x 4..26 and y 7..23 of 30 by 30 units; ``ink`` draws, ``mark`` is the accent.
"""

from __future__ import annotations

from collections.abc import Callable

from tools.icon_shapes import Shape, arc, box, ellipse, minus, note, polygon, stroke, union

Paint = tuple[Shape, str]


def bridge_status() -> list[Paint]:
    """Return a suspension bridge, with a light that is on."""
    deck = box(4, 18, 26, 20)
    towers = union(box(8, 8, 10, 23), box(20, 8, 22, 23))
    cables = union(
        stroke(arc((9.0, 9.0), (15.0, 24.4), (21.0, 9.0)), 1.2),
        stroke(arc((9.0, 9.0), (7.0, 15.0), (4.4, 17.4)), 1.2),
        stroke(arc((21.0, 9.0), (23.0, 15.0), (25.6, 17.4)), 1.2),
    )
    return [(cables, "ink"), (union(deck, towers), "ink"), (ellipse(15.0, 10.0, 2.1, 2.1), "mark")]


def cancel() -> list[Paint]:
    """Return a note that is crossed out."""
    cross = (((17.5, 15.5), (23.5, 21.5)), ((23.5, 15.5), (17.5, 21.5)))
    gap = union(*(stroke(line, 4.6) for line in cross))
    return [
        (minus(note(10.1, 20.2, size=1.3), gap), "ink"),
        (union(*(stroke(line, 2.6) for line in cross)), "mark"),
    ]


def score_selected_video() -> list[Paint]:
    """Return a picture's play sign that becomes a note."""
    return [
        (polygon([(5, 9), (5, 21), (14, 15)]), "mark"),
        (note(17.6, 20.4, size=1.25), "ink"),
    ]


def _flag(x: float, top: float, *, size: float = 1.0) -> Shape:
    """Return a marker's flag on its staff, which ends at y 23."""
    cloth = [(x, top), (x + 6.5 * size, top + 2.6 * size), (x, top + 5.2 * size)]
    return union(box(x - 0.8, top, x + 0.8, 23), polygon(cloth))


def spot_video() -> list[Paint]:
    """Return hit points of different weight on a line of time."""
    return [
        (box(4, 21, 26, 23), "ink"),
        (union(_flag(7, 12, size=0.8), _flag(20, 10, size=0.8)), "ink"),
        (_flag(13, 7.4), "mark"),
    ]


def read_my_markers_back() -> list[Paint]:
    """Return a marker and an arrow that leads back from it."""
    shaft = stroke(arc((23.6, 10.0), (27.0, 20.5), (11.5, 19.8)), 2.2)
    head = polygon([(12.8, 15.6), (12.8, 23.6), (6.6, 19.7)])
    return [(_flag(13, 7.4), "ink"), (union(shaft, head), "mark")]


def fit_tempo_to_hits() -> list[Paint]:
    """Return a metronome whose pendulum points at a hit."""
    body = polygon([(10.5, 7.5), (16.5, 7.5), (20.5, 23), (6.5, 23)])
    inside = polygon([(11.8, 9.6), (15.2, 9.6), (17.4, 18.4), (9.6, 18.4)])
    return [
        (minus(body, inside), "ink"),
        (stroke([(13.5, 18.0), (23.0, 9.0)], 2.0), "mark"),
        (ellipse(23.0, 9.0, 2.2, 2.2), "mark"),
    ]


def compose_theme() -> list[Paint]:
    """Return a pen that writes a note."""
    pen = stroke([(25.0, 8.2), (18.4, 17.2)], 3.0)
    nib = polygon([(16.7, 15.6), (20.0, 18.0), (16.0, 21.4)])
    return [(note(8.6, 20.6, size=1.2), "ink"), (union(pen, nib), "mark")]


def assess_theme() -> list[Paint]:
    """Return a note with a tick."""
    return [
        (note(8.6, 20.6, size=1.25), "ink"),
        (stroke([(15.6, 15.4), (18.9, 19.6), (25.2, 9.4)], 2.6), "mark"),
    ]


def arrange() -> list[Paint]:
    """Return three parts that enter one after the other."""
    return [
        (union(box(5, 8, 13, 11), box(16, 8, 25, 11)), "ink"),
        (box(9, 13.5, 25, 16.5), "mark"),
        (union(box(5, 19, 11, 22), box(14, 19, 25, 22)), "ink"),
    ]


def mix() -> list[Paint]:
    """Return three faders."""
    ways = union(*(box(x - 0.7, 8, x + 0.7, 23) for x in (8, 15, 22)))
    caps = [box(x - 2.8, y - 1.8, x + 2.8, y + 1.8, radius=0.8) for x, y in ((8, 17), (22, 19))]
    return [(ways, "ink"), (union(*caps), "ink"), (box(12.2, 9.4, 17.8, 13, radius=0.8), "mark")]


def choose_sounds() -> list[Paint]:
    """Return three instruments' keys, of which one is chosen, with a note above it."""
    keys = union(box(4, 17, 10, 23, radius=0.8), box(20, 17, 26, 23, radius=0.8))
    return [
        (keys, "ink"),
        (box(12, 17, 18, 23, radius=0.8), "mark"),
        (note(13.6, 13.6, size=0.72), "ink"),
    ]


def apply_scheme() -> list[Paint]:
    """Return a written sheet whose content goes down onto a track."""
    sheet = minus(
        box(9, 7, 21, 17, radius=1), box(11.2, 9.4, 18.8, 10.8), box(11.2, 13, 16.4, 14.4)
    )
    down = union(box(14, 15, 16, 19), polygon([(11.4, 18), (18.6, 18), (15, 21.8)]))
    return [(sheet, "ink"), (box(4, 21.6, 26, 23.2), "ink"), (down, "mark")]


def regenerate_selection() -> list[Paint]:
    """Return one stretch of a part made anew."""
    rows = union(box(4, 8, 26, 10), box(4, 21, 26, 23), box(4, 14, 9, 17), box(21, 14, 26, 17))
    star = union(
        polygon([(15, 10.6), (16.5, 14), (15, 20.4), (13.5, 14)]),
        polygon([(10.4, 15.5), (13.8, 14), (19.6, 15.5), (13.8, 17)]),
        polygon([(19.6, 15.5), (16.2, 14), (10.4, 15.5), (16.2, 17)]),
        polygon([(15, 20.4), (16.5, 17), (15, 10.6), (13.5, 17)]),
    )
    return [(rows, "ink"), (star, "mark")]


def next_hit() -> list[Paint]:
    """Return an arrow to the marker on the right."""
    arrow = union(box(4, 14, 11, 17), polygon([(10, 10.8), (10, 20.2), (16, 15.5)]))
    return [(_flag(19, 7.6), "ink"), (arrow, "mark")]


def previous_hit() -> list[Paint]:
    """Return an arrow to the marker on the left."""
    cloth = polygon([(11, 7.6), (4.5, 10.2), (11, 12.8)])
    arrow = union(box(19, 14, 26, 17), polygon([(20, 10.8), (20, 20.2), (14, 15.5)]))
    return [(union(box(10.2, 7.6, 11.8, 23), cloth), "ink"), (arrow, "mark")]


def hit_report() -> list[Paint]:
    """Return a target with a hit in the middle."""
    ring = minus(ellipse(15, 15, 8, 8), ellipse(15, 15, 5.8, 5.8))
    hairs = union(
        *(box(*edges) for edges in ((4, 14.3, 9, 15.7), (21, 14.3, 26, 15.7), (14.3, 19, 15.7, 24)))
    )
    return [(union(ring, hairs), "ink"), (ellipse(15, 15, 3.1, 3.1), "mark")]


def render_cue_48k_24_bit() -> list[Paint]:
    """Return a sound wave that goes down into a tray."""
    heights = (3, 6, 4, 7.5, 5, 3.5, 6)
    bars = [box(5 + 3 * n, 12 - h / 1.6, 6.8 + 3 * n, 12 + h / 1.6) for n, h in enumerate(heights)]
    tray = union(box(4, 18, 6, 23), box(24, 18, 26, 23), box(4, 21.4, 26, 23.2))
    return [
        (union(*bars), "ink"),
        (tray, "ink"),
        (polygon([(11.4, 16.6), (18.6, 16.6), (15, 20.8)]), "mark"),
    ]


def open_cue_folder_and_report() -> list[Paint]:
    """Return a folder with a curve on it."""
    folder = union(box(4, 9, 26, 23, radius=1.4), box(4, 7, 13, 12, radius=1.4))
    curve = stroke([(7.5, 19.0), (11.5, 15.0), (15.0, 17.6), (22.5, 12.4)], 2.0)
    gap = stroke([(7.5, 19.0), (11.5, 15.0), (15.0, 17.6), (22.5, 12.4)], 4.4)
    return [(minus(folder, gap), "ink"), (curve, "mark")]


#: File name without ``filmcomposer_`` and ``.png`` -> what draws it.
PICTOGRAMS: dict[str, Callable[[], list[Paint]]] = {
    draw.__name__: draw
    for draw in (
        score_selected_video,
        spot_video,
        read_my_markers_back,
        fit_tempo_to_hits,
        compose_theme,
        assess_theme,
        arrange,
        mix,
        choose_sounds,
        apply_scheme,
        regenerate_selection,
        previous_hit,
        next_hit,
        hit_report,
        render_cue_48k_24_bit,
        open_cue_folder_and_report,
        cancel,
        bridge_status,
    )
}

"""Labels and looks to an idiom by points (craft 1.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from filmcomposer_core.contracts.labels import IDIOMS, NULL
from filmcomposer_core.description.brief import Brief
from filmcomposer_core.description.look import Look, clip01
from filmcomposer_core.description.tables import (
    idioms,
    label_points,
    pixel_settings,
    trust_of,
)

#: Attribute to label to its share of time.
Shares = Mapping[str, Mapping[str, float]]
#: Sources of labels, from what is always there to what is asked for.
SOURCES = ("pixels", "text", "detectors", "clip", "vision", "brief")
#: Idioms within this many points of the best one are blended in.
BLEND_WITHIN = 2.0
#: Idioms that deny one another: their blend would make fun of both.
AT_ODDS = {
    "slapstick": {"wonder", "grief", "dread", "shock", "love", "dream", "military", "mystery"},
    "chase": {"grief", "dream", "love", "pastoral"},
    "triumph": {"grief", "dread", "shock"},
    "pastoral": {"dread", "shock", "machine"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The idiom, the one blended in (or ``null``), the points of all, and whose labels decided."""

    idiom: str
    second: str
    points: dict[str, float]
    confidence: float
    source: str = "pixels"


def choose_by_source(layers: Mapping[str, Shares], *, look: Look, brief: Brief) -> Choice:
    """Choose the idiom of all labels together, and tell whose made the difference.

    Parameters
    ----------
    layers : mapping of str to mapping
        Labels by their source, one of ``SOURCES``, each layer as for ``choose_idiom``.
    look : Look
    brief : Brief

    Returns
    -------
    Choice
        ``source`` is the last of ``SOURCES`` whose labels, or whose wishes, changed the idiom when
        they were added to those before it; ``brief`` where that names an idiom.
    """
    labels: dict[str, dict[str, float]] = {}
    source, last = SOURCES[0], ""
    for name in SOURCES:
        labels = summed([labels, layers.get(name, {})])
        found = choose_idiom(labels, look=look, brief=Brief()).idiom
        source, last = (name if last and found != last else source), found
    chosen = choose_idiom(labels, look=look, brief=brief)
    named = "idiom" in brief.wanted
    return replace(chosen, source="brief" if named or chosen.idiom != last else source)


def summed(layers: Iterable[Shares]) -> dict[str, dict[str, float]]:
    """Add labels of several sources up."""
    total: dict[str, dict[str, float]] = {}
    for layer in layers:
        for attribute, shares in layer.items():
            _add(total.setdefault(attribute, {}), shares, 1.0)
    return total


def choose_idiom(labels: Shares, *, look: Look, brief: Brief) -> Choice:
    """Choose the idiom with the most points, and a second one within 2 points of it.

    Parameters
    ----------
    labels : mapping of str to mapping of str to float
        Attribute to label to its share of time, 0 to 1; where the label is but likely, times its
        confidence. The table ``trust`` in ``idioms.toml`` says how much each attribute counts.
    look : Look
        Measures of the whole clip.
    brief : Brief
        Labels in it count double; idioms it names or refuses outweigh everything else.
    """
    settings = pixel_settings()
    points = dict.fromkeys(IDIOMS, 0.0)
    for attribute, shares in labels.items():
        if attribute == "hue" and look.monochrome:
            continue
        # A pale hue says little.
        trust = trust_of(attribute) * (look.colour if attribute == "hue" else 1.0)
        for label, share in shares.items():
            _add(points, label_points()[attribute].get(label, {}), trust * share)
    _add_motion(points, look)
    for name, idiom in idioms().items():
        points[name] += settings["look_points"] * _match(idiom.look, look)
    _add_brief(points, brief)
    asked = brief.wanted.get("idiom", ())
    ranked = sorted(points, key=lambda n: (n not in asked, -points[n], IDIOMS.index(n)))
    best = ranked[0]
    gap = max(0.0, points[best] - points[ranked[1]])
    return Choice(
        idiom=best,
        second=_second(ranked, points),
        points={name: round(points[name], 3) for name in ranked},
        confidence=0.9 if asked else round(min(0.8, 0.3 + 0.08 * gap), 3),
    )


def _second(ranked: list[str], points: Mapping[str, float]) -> str:
    """Return the next idiom that goes with the best and comes near it, or ``null``."""
    best = ranked[0]
    for name in ranked[1:]:
        if points[best] - points[name] > BLEND_WITHIN:
            break
        if name not in AT_ODDS.get(best, ()) and best not in AT_ODDS.get(name, ()):
            return name
    return NULL


def _add(points: dict[str, float], more: Mapping[str, float], factor: float) -> None:
    for name, value in more.items():
        points[name] = points.get(name, 0.0) + factor * value


def _add_motion(points: dict[str, float], look: Look) -> None:
    """Add the points of speed and saliency by terciles over a reference set of clips."""
    table, settings = label_points()["motion"], pixel_settings()
    low, high = settings["speed_terciles"]
    if look.speed_mean < low:
        _add(points, table["speed_low"], 1.0)
    elif look.speed_mean > high:
        _add(points, table["speed_high"], 1.0)
    low, high = settings["saliency_terciles"]
    if look.saliency_mean < low:
        _add(points, table["saliency_low"], 1.0)
    elif look.saliency_mean > high:
        _add(points, table["saliency_high"], 1.0)
    if look.lone_spike:
        _add(points, table["lone_spike"], 1.0)
    if look.monochrome:
        # Silent comedy and early cartoons: in the light, never at rest, frame by frame.
        lively = look.flicker * look.light * clip01(1.0 - look.still / 0.3)
        _add(points, table["lively_silent_film"], lively)


def _match(wanted: Mapping[str, float], look: Look) -> float:
    """Return how well a clip's look suits, 0 to 1: a bell curve of the mean squared distance."""
    distance = np.mean([(look.axis(name) - level) ** 2 for name, level in wanted.items()])
    width: float = pixel_settings()["look_width"]
    return float(np.exp(-distance / (2.0 * width**2)))


def _add_brief(points: dict[str, float], brief: Brief) -> None:
    settings, tables = pixel_settings(), label_points()
    for topic, values in brief.wanted.items():
        for place, value in enumerate(values):
            _add(points, tables.get(topic, {}).get(value, {}), settings["brief_factor"])
            if topic == "idiom":
                # Of several idioms the one named first leads.
                points[value] += settings["named_points"] - BLEND_WITHIN * place
    for topic, values in brief.refused.items():
        for value in values:
            against = {value: 3.0} if topic == "idiom" else tables.get(topic, {}).get(value, {})
            for name, strength in against.items():
                # Only what is typical of a refused label is refused with it.
                points[name] += settings["refused_points"] if strength >= 3 else 0.0

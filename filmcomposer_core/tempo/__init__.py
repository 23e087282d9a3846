"""Find-tempo: tempo maps that lay the bars on the picture's hit points."""

from filmcomposer_core.tempo.fit import fit_tempo
from filmcomposer_core.tempo.given import given_tempo
from filmcomposer_core.tempo.measure import measure_hits

__all__ = ["fit_tempo", "given_tempo", "measure_hits"]

"""Spotting: where the picture asks for something in the music (Sec. 3.1)."""

from filmcomposer_core.spotting.grid import with_timecodes
from filmcomposer_core.spotting.read_spots import parse_spots
from filmcomposer_core.spotting.spot_hits import spot_hits
from filmcomposer_core.spotting.write_spots import COLUMNS, dump_spots

__all__ = ["COLUMNS", "dump_spots", "parse_spots", "spot_hits", "with_timecodes"]

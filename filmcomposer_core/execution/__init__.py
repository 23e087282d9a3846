"""Build (Sec. 3.3): scheme, score and tempo become a DAW plan, and the plan a REAPER project."""

from filmcomposer_core.execution.build import build_plan
from filmcomposer_core.execution.ranges import RangeChange
from filmcomposer_core.execution.rpp import write_rpp

__all__ = ["RangeChange", "build_plan", "write_rpp"]

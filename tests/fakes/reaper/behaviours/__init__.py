"""What REAPER's functions do, one Python function each; importing this registers them all."""

from importlib import import_module
from pathlib import Path

__all__: list[str] = []

for _file in sorted(Path(__file__).parent.glob("[a-z]*.py")):
    import_module(f"{__name__}.{_file.stem}")

"""The names that hits have as markers: ``8 downbeat | door``."""

from __future__ import annotations

import re

from filmcomposer_core.contracts.spots import HIT_CLASSES

_HIT_NAME = re.compile(rf"\s*(MUST|\d+(\.\d*)?)\s+({'|'.join(HIT_CLASSES)})\s*\|", re.IGNORECASE)


def is_hit_name(name: str) -> bool:
    """Whether a marker's name has the form ``WEIGHT CLASS | text``: it is a hit, whoever set it.

    Examples
    --------
    >>> is_hit_name("8 downbeat | door"), is_hit_name("verse 2")
    (True, False)
    """
    return _HIT_NAME.match(name) is not None

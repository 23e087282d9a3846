"""Description: what the clip shows and what music it asks for (Sec. 3.1, Table 6)."""

from filmcomposer_core.description.describe import describe_clip

__all__ = ["describe_clip"]

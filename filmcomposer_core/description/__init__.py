"""Description: what the clip shows and what music it asks for (Sec. 3.1, Table 6)."""

from filmcomposer_core.description.describe import describe_clip
from filmcomposer_core.description.unread import unread_words

__all__ = ["describe_clip", "unread_words"]

"""The roles of Sec. 3.1: Brief reads the composer's words, Describe looks, Story tells."""

from filmcomposer_core.agents.describe.talk import DescribeTalk, talk_describe

__all__ = ["DescribeTalk", "talk_describe"]

"""The project that the emulated REAPER holds: a tree of RPP lines, and views on it.

The tree is the whole truth: what a function of the API reads or writes is a word of a line, so that
state chunks, files, undo and a comparison byte for byte are the tree's own text.
"""

from tests.fakes.reaper.project.model import Project

__all__ = ["Project"]

"""Pointers: which address stands for which part of the tree."""

from __future__ import annotations

from tests.fakes.reaper.project.tree import Block, Line


class Handles:
    """Addresses of living objects; one that was given out is never given to another.

    Parameters
    ----------
    alive : dict
        The host's own list, address to C type, that the packing asks.
    first : int
        The first address; every open project has its own range.
    """

    def __init__(self, alive: dict[int, str], first: int = 0x0A000000) -> None:
        self._alive = alive
        self._next = first
        self.nodes: dict[int, Line] = {}
        #: Every address ever given out, dead ones too.
        self.known: dict[int, str] = {}

    def give(self, node: Line | None, c_type: str) -> int | None:
        """Return the address of an object, None (NULL) for none."""
        if node is None:
            return None
        if not node.address:
            node.address = self._next
            self._next += 0x1B8
            self.nodes[node.address] = node
            self._alive[node.address] = self.known[node.address] = c_type
        return node.address

    def retire(self, node: Line) -> None:
        """End the life of an object and of all below it."""
        for each in node.walk() if isinstance(node, Block) else (node,):
            if each.address:
                del self.nodes[each.address], self._alive[each.address]
                each.address = 0

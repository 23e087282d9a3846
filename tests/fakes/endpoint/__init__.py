"""A scripted OpenAI-compatible endpoint: a real HTTP server on loopback, for tests.

Each behaviour is a small function in ``behaviours.py`` that is given what was asked and writes
bytes; a script is a list of them, the last one repeats.
"""

from tests.fakes.endpoint.server import Asked, Behaviour, FakeEndpoint, Wire, serving

__all__ = ["Asked", "Behaviour", "FakeEndpoint", "Wire", "serving"]

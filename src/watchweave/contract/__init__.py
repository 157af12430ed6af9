"""The tests that every service must pass: what a shelf claims is held to what it does. Plugins run the same ones."""

from __future__ import annotations

from .bench import Bench
from .reading import Reads
from .saying import Saying
from .writing import Writes

__all__ = ["Bench", "ServiceContract"]


class ServiceContract(Saying, Reads, Writes):
    """Subclass it in a test module as `class TestReelbook(ServiceContract)`, and bring what `Bench` asks for."""

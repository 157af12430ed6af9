"""WatchWeave keeps the places where people track what they watch in step."""

__version__ = "0.1.0"

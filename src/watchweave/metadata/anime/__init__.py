"""Anime lists: where AniDB, MyAnimeList and AniList say the same as TheTVDB, TMDb and IMDb, from files that the person
has downloaded; then asked without any request.

Five lists are known by what is in them. They are public work of many hands, under their own terms; we neither fetch nor
ship them. Reference: matching, section 6.
"""

from .formats import recognise
from .load import Loaded, load
from .source import AnimeLists

__all__ = ["AnimeLists", "Loaded", "load", "recognise"]

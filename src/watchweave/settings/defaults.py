"""The names that stand in the settings by themselves: metadata sources, and the variables of the first release."""

from __future__ import annotations

from collections.abc import Mapping

from .table import Setting

_URL = Setting("url", "address", "the source's own", "Where the source's API is.")
_KEY = Setting("api_key", "text", "", "The key that the source gave you.", secret=True)

METADATA: Mapping[str, tuple[Setting, ...]] = {
    "tmdb": (_URL, _KEY),
    "tvdb": (_URL, _KEY, Setting("pin", "text", "", "The subscriber's PIN, if the key needs one.", secret=True)),
    "omdb": (_URL, _KEY),
}

OPTION_WORDS: Mapping[str, tuple[str, ...]] = {"check_certificate": ("yes", "no", "true", "false")}
"""All that may stand in an option of this name."""

PROFILE_NAME = "default"

ACCOUNT_VARIABLES: Mapping[str, tuple[str, str]] = {
    "PLEX_SERVER_URL": ("plex", "url"),
    "PLEX_TOKEN": ("plex", "token"),
    "PLEX_USERNAME": ("plex", "user"),
    "TRAKT_CLIENT_ID": ("trakt", "client_id"),
    "TRAKT_CLIENT_SECRET": ("trakt", "client_secret"),
    "TRAKT_ACCESS_TOKEN": ("trakt", "access_token"),
    "TRAKT_REFRESH_TOKEN": ("trakt", "refresh_token"),
    "IMDB_CSV_PATH": ("imdb", "csv_path"),
}
"""Variable -> service and option; they make the profile `default` where no other is configured."""

SOURCE_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "TMDB_API_KEY": ("metadata", "tmdb", "api_key"),
    "TVDB_API_KEY": ("metadata", "tvdb", "api_key"),
    "TVDB_PIN": ("metadata", "tvdb", "pin"),
    "OMDB_API_KEY": ("metadata", "omdb", "api_key"),
}
"""Variable -> key; they fill what nothing else sets."""

SYNC_DIRECTIONS: Mapping[str, str] = {
    "both": "plex <-> trakt",
    "bidirectional": "plex <-> trakt",
    "plex_to_trakt": "plex -> trakt",
    "trakt_to_plex": "trakt -> plex",
}
"""What SYNC_DIRECTION may say, beside a direction as in `config.yml`."""

EXAMPLE = """\
profiles:
  me:
    accounts:
      plex:
        url: http://192.168.1.10:32400
      trakt:
        client_id: xxxx
        client_secret: xxxx
"""

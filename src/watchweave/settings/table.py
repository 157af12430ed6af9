"""Every setting: its name, kind, default and meaning; the reference page and the checks come from here."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Setting(Struct, frozen=True):
    """One key of `config.yml`. `kind` says in words what may stand there; `choices`, if any, are all that may."""

    name: str
    kind: str
    default: str
    help: str
    choices: tuple[str, ...] = ()
    secret: bool = False


TOP = (
    Setting("profiles", "profiles by name", "", "The people whose accounts are kept in step."),
    Setting(
        "every",
        "time or cron expression",
        "30m",
        "For the schedule, which is not there yet: `30m`, `6h`, `1d`, or a cron expression like `0 */6 * * *`.",
    ),
    Setting("log_level", "word", "info", "How much is logged.", choices=("debug", "info", "warning", "error")),
    Setting(
        "metadata",
        "metadata sources by name",
        "",
        "Places that know what things are, and the keys to them: tmdb, tvdb, omdb.",
    ),
)

PROFILE = (
    Setting("timezone", "time zone", "TZ, else UTC", "Where the person lives, as an IANA name: `America/New_York`."),
    Setting("accounts", "accounts by name", "", "The places where this person keeps records."),
    Setting(
        "sync",
        "directions",
        "every account <-> every other",
        "Who hears whom, by account name: `A <-> B`, or `A -> B, C`, where nothing of B's and C's own flows back.",
    ),
    Setting("shelves", "list of words", "all but collection and lists", "Which kinds of record are synced."),
    Setting("lists", "list of words", "all", "Which lists are synced, by their titles, where `shelves` names lists."),
    Setting("rules", "rules by name", "", "How is chosen between accounts that say different things."),
    Setting("limits", "numbers or percentages by name", "", "Safety checks that hold later than usual; raising only."),
    Setting(
        "titles",
        "word",
        "exact",
        "What a title may settle for something without any id: `exact`, that it is the only work of its kind with the same"
        " title and year; `ask`, nothing. Whatever is left is named by `unmatched`, with what it may be.",
        choices=("exact", "ask"),
    ),
)

ACCOUNT = (
    Setting("service", "name of a service", "the account's name", "The service this account is at."),
    Setting("url", "address", "the service's own", "Where the service's main API is."),
)

_RIVALS = ("newest", "highest", "lowest")

RULES = (
    Setting("ratings", "rule", "newest", "Which of several ratings counts.", choices=_RIVALS),
    Setting("watchlist", "rule", "newest", "Whether something is on the watchlist.", choices=_RIVALS),
    Setting(
        "lists",
        "rule",
        "newest",
        "What is on a list. Of several who put one in order at once, the account named here counts, or the first.",
        choices=_RIVALS,
    ),
    Setting(
        "reviews",
        "rule",
        "ask",
        "Which of several texts counts. `ask`: none is overwritten by one that was written beside it.",
        choices=(*_RIVALS, "ask"),
    ),
    Setting(
        "removed_plays",
        "word",
        "keep",
        "What happens elsewhere to a play that was removed on one account: it stays, goes too, or you are asked.",
        choices=("keep", "follow", "ask"),
    ),
    Setting(
        "watched_leaves_watchlist",
        "true or false",
        "false",
        "Whether what one service drops from its watchlist because it was watched leaves the others' too.",
        choices=("true", "false"),
    ),
)

LIMIT_HELP: Mapping[str, str] = {
    "removals": "wishes, list members, ratings and watched flags that one run may remove from an account",
    "plays_removed": "plays that one run may remove from an account",
    "plays_added": "plays that one run may add to an account",
    "ratings_changed": "ratings that one run may change on an account",
    "reviews_published": "reviews that one run may publish on an account",
}

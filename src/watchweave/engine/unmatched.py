"""What no other account can be told of, or would not take, each with the reason. Reads, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import to_builtins

from ..core.media import SPOKEN
from ..storage.accounts import Accounts
from ..storage.items import Items
from ..storage.journal import Journal
from ..storage.lists import Lists
from ..storage.lookups import Lookups
from ..storage.rivals import Rivals
from ..storage.store import Store
from ..storage.twins import alike
from .answers import named_json
from .decide import EARLIEST, FARTHEST_AHEAD
from .report import moment, spoken

_NAMELESS = (
    "SELECT h.account, m.id, (SELECT count(*) FROM media AS e WHERE e.parent = m.id AND e.kind = 4 AND EXISTS (SELECT 1"
    " FROM handle WHERE media = e.id AND account = h.account)), EXISTS (SELECT 1 FROM ids AS i WHERE i.media IN (m.id, m.parent)"
    " AND i.space IN ('anidb', 'mal', 'anilist')) FROM media AS m JOIN handle AS h ON h.media = m.id LEFT JOIN media AS s"
    " ON s.id = m.parent WHERE NOT EXISTS (SELECT 1 FROM ids AS i WHERE i.standing = 0 AND i.space IN (SELECT value FROM"
    " json_each(?1)) AND (m.kind > 1 OR i.space <> 'tvdb') AND i.media IN (m.id, iif(m.number IS NULL, m.id,"
    " m.parent))) AND (NOT EXISTS (SELECT 1 FROM handle AS p WHERE p.media = m.parent AND p.account = h.account) OR EXISTS"
    " (SELECT 1 FROM lookup AS o WHERE o.account = h.account AND o.native = h.native AND o.said = 'other'))"
    " AND NOT EXISTS (SELECT 1 FROM lookup AS l WHERE l.account = h.account AND l.native = h.native AND l.source = 'person' AND l.taken IS NULL)"
    " GROUP BY h.account, m.id ORDER BY h.account, s.title, m.title, m.id"
)
"""Parts of what the account names are not listed: they go with it."""
_FROZEN = (
    "SELECT h.account, m.id, m.frozen FROM media AS m JOIN handle AS h ON h.media = m.id WHERE m.frozen IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM lookup AS l WHERE l.account = h.account AND l.native = h.native AND l.source = 'person'"
    " AND l.taken IS NULL) GROUP BY h.account, m.id ORDER BY m.title, m.id"
)
_TWINS = (
    "WITH maybe (media, other) AS (SELECT CAST(j.key AS INTEGER), o.value FROM json_each(?1) AS j, json_each(j.value) AS o),"
    " known AS MATERIALIZED (SELECT DISTINCT i.media FROM ids AS i WHERE i.standing = 0 AND i.media IN (SELECT media FROM maybe)"
    " AND i.space IN (SELECT value FROM json_each(?2))) SELECT h.account, p.media, json_group_array(DISTINCT p.other)"
    " FROM maybe AS p JOIN handle AS h ON h.media = p.media JOIN media AS m ON m.id = p.media AND m.frozen IS NULL"
    " WHERE p.other < p.media AND p.media IN known AND p.other IN known GROUP BY h.account, p.media ORDER BY m.title, p.media"
)
"""What nobody can be told of at all is listed for that."""
_IMPOSSIBLE = (
    "SELECT o.account, p.media FROM sighting AS o INDEXED BY sighting_due CROSS JOIN play AS p ON p.id = o.play"
    " WHERE o.state IN (0, 2)"
    " AND NOT (p.at > ? AND p.at <= ?) GROUP BY o.account, p.media ORDER BY o.account, p.media"
)
NAMELESS = "it has no id that every account understands, so the others cannot be told what it is"
ANIME = 'it has only an id of an anime database: "watchweave import" takes in lists that lead on from there (docs/matching.md)'
TWIN = "it may be what has another id elsewhere, so it is not written where that stands"
IMPOSSIBLE = "it was watched in the future, or before 1900, as another account says"


def unmatched(store: Store, now: int) -> list[dict[str, Any]]:
    """Media that no other account can be told of, and records that one would not take, each with the reason.

    `problem`: no_ids, contradiction, twin, time or refused. A show stands for its `episodes`. `against`: what contradicts
    it, or what it may be.
    """
    names = Accounts(store).owned()
    found = list(_found(store, now, sorted(names)))
    medias = Items(store.db).load({one for _, media, rest in found for one in (media, *rest["against"])})
    offers = Lookups(store.db).offers([media for _, media, rest in found if rest["problem"] == "no_ids"])
    return [
        {
            "profile": names[a][0], "account": names[a][1], "name": f"m{m}",
            "media": {**named_json(medias[m]), "runtime": medias[m].runtime}, "episodes": 0, **rest,
            "candidates": [to_builtins(offer) for offer in offers.get(m, [])],
            "against": [{"name": f"m{one}", "media": named_json(medias[one])} for one in rest["against"]],
        }
        for a, m, rest in found
    ]  # fmt: skip


def _found(store: Store, now: int, accounts: list[int]) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Account, media, and what is wrong."""
    maybe = alike(store.db)
    for account, media, episodes, anime in store.db.execute(_NAMELESS, (json.dumps(SPOKEN),)):
        why, against = ANIME if anime else NAMELESS, sorted(maybe.get(media, ()))
        yield account, media, {**_problem("no_ids", why, against=against), "episodes": episodes}
    for account, media, why in store.db.execute(_FROZEN).fetchall():
        yield account, media, _problem("contradiction", why, against=Rivals(store.db, now).of(media))
    for account, media, others in store.db.execute(_TWINS, (json.dumps(maybe, default=sorted), json.dumps(SPOKEN))):
        yield account, media, _problem("twin", TWIN, against=json.loads(others))
    for account, media in store.db.execute(_IMPOSSIBLE, (EARLIEST, now + FARTHEST_AHEAD)):
        yield account, media, _problem("time", IMPOSSIBLE, "history")
    lists = Lists(store.db).named()
    for account in accounts:
        for shelf, media, why, later in Journal(store).refusals(account):
            yield account, media, {**_problem("refused", why, spoken(shelf, lists)), "next_try": moment(later)}


def _problem(name: str, why: str, shelf: str | None = None, against: Sequence[int] = ()) -> dict[str, Any]:
    return {"problem": name, "shelf": shelf, "why": why, "against": against}

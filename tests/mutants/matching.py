"""What keeps a record from the wrong thing, and a source from being asked twice: each can be taken out of the code."""

from __future__ import annotations

from .mutants import COMPARE, Mutant, Swap

TITLES, IDENTIFY, ASKING, LOOKUPS = "core/titles.py", "engine/identify.py", "engine/asking.py", "storage/lookups.py"
IDENTITY, MATCHES, PAGE, SHEET = "core/identity.py", "storage/matches.py", "storage/page.py", "storage/sheet.py"
TWINS, RIVALS, JOINS = "storage/twins.py", "storage/rivals.py", "storage/joins.py"

OF_TITLES = ("tests/core/test_titles.py", "tests/scenarios/test_titles.py")
OF_SCENARIOS = ("tests/scenarios/test_titles.py", "tests/scenarios/test_e_identity.py")
OF_PERSONS = ("tests/cli/test_match.py", "tests/cli/test_unmatched.py")
OF_ORDERS = ("tests/storage/test_orders.py", "tests/storage/test_parting.py", "tests/scenarios/test_e_identity.py")
OF_TWINS = ("tests/scenarios/test_twins.py",)
OF_FILES = ("tests/scenarios/test_imdb.py",)
OF_OURS = ("tests/scenarios/test_own_writes.py", "tests/scenarios/test_once_wrong.py")
BELIEVED = "        believed = told if self.exact or not answer.by_title else None\n"
STRANGE = "        if self.lookups.strange(asked.media, ids):\n"
NAMESAKES = "        return asked.number in self.namesakes or not all("
AS_LONG = "not all(as_long(length, asked.media.runtime) for length in lengths)"


MATCHING = (
    Mutant(
        "length-ignored",
        "a film of another length is not taken by its title",
        (
            Swap(
                TITLES,
                "    return abs(one.runtime - other.runtime) > FAR",
                "    return False and abs(one.runtime - other.runtime) > FAR",
            ),
        ),
        OF_TITLES,
    ),
    Mutant(
        "namesake-a-year-away",
        "another work of the title a year away keeps it from being taken",
        (Swap(TITLES, "if proposal.score >= EQUAL[1]]", "if proposal.score >= SURE]"),),
        OF_TITLES,
    ),
    Mutant(
        "first-of-two",
        "of two works of one title and year none is taken",
        (
            Swap(
                TITLES, "    if any(rivals(one, other) for one in sure for other in sure):\n        return None\n", ""
            ),
            Swap(TITLES, "if not any(rivals(one, other) for other in close)), None)", "), None)"),
        ),
        OF_TITLES,
    ),
    Mutant(
        "two-by-one-id",
        "what is two works by one id and one by another is not taken",
        (Swap(TITLES, "if not any(disagree(one, other) for other in proposals)]", "]"),),
        OF_TITLES,
    ),
    Mutant(
        "year-ignored",
        "a title alone, a year away, takes nothing",
        (Swap(TITLES, "EQUAL = {0: 100, 1: 95,", "EQUAL = {0: 100, 1: 100,"),),
        OF_TITLES,
    ),
    Mutant(
        "kinds-meet",
        "film and show of one title never meet",
        (Swap(TITLES, "if work.media.kind is wanted.media.kind and (said", "if (said"),),
        OF_TITLES,
    ),
    Mutant(
        "part-of-a-list-believed",
        "of a list that is not whole nothing is the only one",
        (
            Swap(
                IDENTIFY, "self._answer(teller, said) if whole else Answer(teller, said)", "self._answer(teller, said)"
            ),
        ),
        OF_SCENARIOS,
    ),
    Mutant(
        "taken-without-asking",
        "titles: ask takes nothing by its title",
        (Swap(IDENTIFY, BELIEVED, "        believed = told\n"),),
        (*OF_SCENARIOS, *OF_PERSONS),
    ),
    Mutant(
        "twin-of-a-library",
        "of two of one title in one library none is taken for the other, unless it is as long",
        (Swap(IDENTIFY, AS_LONG, "False"),),
        OF_SCENARIOS,
    ),
    Mutant(
        "namesake-of-an-account",
        "of two of one title at one account none is taken for another by it",
        (Swap(IDENTIFY, NAMESAKES, "        return not all("),),
        (*OF_TWINS, *OF_FILES),
    ),
    Mutant(
        "one-title-alone",
        "a film is known by every title that an account tells",
        (Swap(TWINS, "    besides = titles(db)\n", "    besides: dict[int, list[str]] = {}\n"),),
        (*OF_TWINS, *OF_FILES),
    ),
    Mutant(
        "twins-told-twice",
        "what may be one under two ids is written nowhere twice",
        (Swap(TWINS, "    pairs = [[work, other] for work in", "    pairs = [[work, other] for work in set() and"),),
        OF_TWINS,
    ),
    Mutant(
        "apart-never-said",
        "two that a person told apart are two",
        (Swap(RIVALS, "executemany(_TWO, [", "executemany(_TWO, [] and ["),),
        OF_TWINS,
    ),
    Mutant(
        "word-of-nobody-else",
        "a match that is taken back leaves the other what others show of it",
        (Swap(JOINS, " AND EXISTS (SELECT 1 {ANOTHER_WORD})", " AND 0"),),
        OF_FILES,
    ),
    Mutant(
        "own-write-unread-is-unborne",
        "what we wrote and nobody has read yet is borne by our writing",
        (Swap(JOINS, " WHERE s.play = p.id AND s.state = 1 AND s.key IS NULL)", " WHERE 0)"),),
        ("tests/scenarios/test_one_film.py",),
    ),
    Mutant(
        "stranger-taken",
        "an id whose bearer is called otherwise, in other years, is not taken",
        (Swap(IDENTIFY, STRANGE, "        if False:\n"),),
        OF_SCENARIOS,
    ),
    Mutant(
        "contradiction-joined",
        "what shares an id and contradicts in another is not one",
        (Swap(IDENTITY, "or confirmed(media, candidate)\n", "or confirmed(media, candidate) or True\n"),),
        ("tests/core/test_identity.py", *OF_SCENARIOS, *OF_PERSONS),
    ),
    Mutant(
        "any-number-of-a-season",
        "an episode at its place with other ids is another one",
        (Swap(IDENTITY, "    return media.kind is Kind.SEASON or not unlike or", "    return True or not unlike or"),),
        ("tests/core/test_identity.py", *OF_ORDERS),
    ),
    Mutant(
        "orders-mixed",
        "a place in DVD order is no place as first shown",
        (
            Swap(
                PAGE,
                "    return (parent, int(media.kind), media.season, media.number, media.order)\n",
                '    return (parent, int(media.kind), media.season, media.number, "")\n',
            ),
        ),
        (*OF_ORDERS, "tests/cli/test_orders.py"),
    ),
    Mutant(
        "person-overruled",
        "a person's word outweighs what the account says later",
        (Swap(MATCHES, "pinned = self._pinned(own) if own else []", "pinned: list[str] = []"),),
        OF_PERSONS,
    ),
    Mutant(
        "forgotten-taken-again",
        "what a person took back is not taken again by itself",
        (Swap(LOOKUPS, 'NEVER if source in ("person", FORGOTTEN) else', 'NEVER if source == "person" else'),),
        OF_SCENARIOS,
    ),
    Mutant(
        "number-used-again",
        "the number of a thing is never given to another",
        (
            Swap(
                SHEET,
                "SELECT max(seq) FROM sqlite_sequence WHERE name = 'media'",
                "SELECT max(id) FROM media",
            ),
        ),
        ("tests/storage/test_lookups.py",),
    ),
    Mutant(
        "asked-at-every-sync",
        "a no is not asked again before a week",
        (Swap(LOOKUPS, "now + min(LONGEST, FIRST * 2**asked.tries)", "now"),),
        (*OF_SCENARIOS, "tests/requests/test_nameless.py"),
    ),
    Mutant(
        "asked-twice-in-a-run",
        "two copies of one title are one question",
        (Swap(ASKING, "        if name not in self._heard:\n", "        if True:\n"),),
        (*OF_SCENARIOS, "tests/requests/test_nameless.py"),
    ),
    Mutant(
        "plan-forgets",
        "what a plan was told no sync asks again",
        (Swap(ASKING, "        if self.keeps and answer is not None", "        if False and answer is not None"),),
        (*OF_SCENARIOS, *OF_PERSONS),
    ),
    Mutant(
        "budget-ignored",
        "a source is asked so often a day at most",
        (Swap("storage/told.py", "count < 0 or spent < budget", "True"),),
        OF_SCENARIOS,
    ),
    Mutant(
        "marks-move-along",
        "what we wrote is no news of what its name means now",
        (Swap(COMPARE, "        return {media for media, _ in ours} | left\n", "        return set()\n"),),
        OF_OURS,
    ),
    Mutant(
        "strayed-is-removed",
        "what is shown as something else is no removal",
        (
            Swap(
                COMPARE,
                "        if missing := look.untouched or missed or self._strayed(party, name, row, changes):\n",
                "        if missing := look.untouched or missed:\n",
            ),
        ),
        OF_OURS,
    ),
    Mutant(
        "sent-and-sent-again",
        "what is taken and never shown is sent later and later",
        (
            Swap(
                COMPARE,
                '            self.journal.refuse(row, "it was taken, but does not show", self.now, missed + 1)\n',
                '            self.journal.refuse(row, "it was taken, but does not show", self.now)\n',
            ),
        ),
        OF_OURS,
    ),
    Mutant(
        "one-id-two-works",
        "a record with the ids of two works joins neither",
        (
            Swap(
                IDENTITY,
                "    apart = [c for c in others if not one_work(c, chosen)]  # a record with the ids of two works joins nothing\n",
                "    apart: list[Candidate] = []\n",
            ),
        ),
        ("tests/core/test_identity.py", *OF_SCENARIOS),
    ),
)
"""Beside those of the sync model."""

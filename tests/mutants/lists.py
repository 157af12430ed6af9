"""What keeps lists from being lost, doubled or emptied: each can be taken out of the code."""

from __future__ import annotations

from .mutants import APPLY, Mutant, Swap

LISTS, ORDERING, STORED, ORDER = "engine/lists.py", "engine/ordering.py", "storage/lists.py", "core/order.py"
OF_LISTS = ("tests/scenarios/test_lists.py", "tests/laws/test_lists.py")

OF_THE_LISTS = (
    Mutant(
        "list-by-its-own-name-alone",
        "lists of one title are one list",
        (Swap(STORED, "        same = self._called(account)\n", "        same: dict[str, int] = {}\n"),),
        OF_LISTS,
    ),
    Mutant(
        "second-of-a-title-taken",
        "a second list of a title is left alone",
        (Swap(STORED, "            if number is not None and number in bound:\n", "            if False:\n"),),
        OF_LISTS,
    ),
    Mutant(
        "list-forgotten-once-made",
        "a list that was made is bound, whatever became of what was to stand in it",
        (Swap(APPLY, "        if place.own and number not in lists.of(party.id):\n", "        if False:\n"),),
        ("tests/scenarios/test_lists_letterboxd.py", *OF_LISTS),
    ),
    Mutant(
        "owed-forgotten-while-unreadable",
        "what is owed to a list that cannot be read now is remembered",
        (
            Swap(
                LISTS,
                "        if not found or name in party.gone:\n            party.closed.add(name)\n",
                "        if not found or name in party.gone:\n            party.shelves.pop(name)\n",
            ),
        ),
        OF_LISTS,
    ),
    Mutant(
        "joined-without-introduction",
        "a list that is joined anew is introduced, and removes nothing",
        (Swap(STORED, "        for query in UNREAD:\n", "        for query in ():\n"),),
        OF_LISTS,
    ),
    Mutant(
        "our-order-taken-for-theirs",
        "an order that shows what we asked for is nobody's edit",
        (Swap(ORDERING, " and not (asked and not moved(asked, shown))", ""),),
        OF_LISTS,
    ),
    Mutant(
        "order-asked-for-at-once-again",
        "an order that may not show yet is not judged",
        (Swap(ORDERING, "        if early and moved(", "        if False and moved("),),
        OF_LISTS,
    ),
    Mutant(
        "order-asked-for-for-ever",
        "a service that does not keep an order is asked three times",
        (Swap(ORDERING, " or (sent.version == version and sent.tries >= TRIES)", ""),),
        OF_LISTS,
    ),
    Mutant(
        "missing-members-last",
        "what an account does not hold is put back behind what it stood behind",
        (Swap(ORDER, "            follows[last] = media\n        last = media\n", "            follows[last] = media\n            last = media\n"),),
        OF_LISTS,
    ),
)  # fmt: skip

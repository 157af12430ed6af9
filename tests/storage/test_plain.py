"""What is settled for all media at once is exactly what the core would make of each."""

from hypothesis import given, settings
from hypothesis import strategies as st

from watchweave.core.conflicts import newest
from watchweave.core.media import Kind
from watchweave.core.merge import NEVER, Edit, Held, Truth, mark, merge, span
from watchweave.core.plays import Entry, Known, Past, Play, Sighting, State, interval, match, width
from watchweave.core.records import PRESENT, Form
from watchweave.storage.plain import Plain
from watchweave.storage.store import open_store
from watchweave.storage.values import Values

HOUR = 3600
NOW = 2_000_000
CIRCLE, RUN = 1, 7
VIDEO = (Kind.MOVIE, Kind.EPISODE)
PLEX, TRAKT, DIARY = 1, 2, 3
RATINGS = 3
FORM = Form(steps=10)

runtimes = st.sampled_from([None, 1500, 240, 2 * HOUR])
things = st.tuples(st.sampled_from([Kind.MOVIE, Kind.EPISODE, Kind.TRACK]), runtimes)
lines = st.tuples(
    st.sampled_from([PLEX, TRAKT, DIARY]), st.integers(0, 12), st.sampled_from([0, 0, 0, 0, 1, 2, 2, 3]), st.booleans()
)
obstacles = st.sampled_from(["", "", "", "", "play", "aside", "reset", "journal", "written", "beside"])
worlds = st.lists(st.tuples(things, st.lists(lines, min_size=1, max_size=4), obstacles), min_size=1, max_size=6)


def database():
    """An empty database that takes rows as they come."""
    db = open_store(None).db
    db.execute("BEGIN")
    return db


def obstruct(db, media, what):
    """Something because of which the media is not plain."""
    queries = {
        "play": "INSERT INTO play (circle, media, at, lo, hi, known) VALUES (1, ?, 5, 0, 10, 0)",
        "aside": "INSERT INTO aside VALUES (1, 1, 'other' || ?1, ?1, 'double', NULL)",
        "reset": "INSERT INTO reset VALUES (1, ?, 0, 0)",
        "journal": "INSERT INTO journal (run, account, shelf, verb, media, version, state, sent) VALUES (1, 1, 2, 'add', ?, 1, 'done', 0)",
        "written": "INSERT OR IGNORE INTO written SELECT account, media, 5, 5, 0, 10, 1 FROM entry WHERE media = ?",
    }
    if what in queries:
        db.execute(queries[what], (media,))


def entries_of(rows):
    """(key, account, at, clock) of each line; times in steps of twenty minutes."""
    return [
        (f"{place}", account, None if clock == 3 and bare else NOW // 2 + step * 1200, clock)
        for place, (account, step, clock, bare) in enumerate(rows)
    ]


def filled(db, world):
    for media, ((kind, runtime), rows, what) in enumerate(world, 1):
        db.execute("INSERT INTO media (id, kind, runtime) VALUES (?, ?, ?)", (media, int(kind), runtime))
        db.execute("INSERT INTO touched VALUES (1, 1, ?)", (media,))
        for key, account, at, clock in entries_of(rows):
            db.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, 1)", (account, f"{media}-{key}", media, at, clock))
        obstruct(db, media, what)


def by_the_core(media, kind, runtime, rows, heard, introduced):
    """What matching one by one makes of these."""
    past, wide = Past(), width(runtime, music=kind is Kind.TRACK)
    known = {
        row: clock if clock != Known.MARK or account in introduced else 0 for row, account, _, clock in entries_of(rows)
    }
    entries = [
        Entry(account, f"{media}-{key}", at, *interval(at, Known(known[key]), wide, NOW), Known(known[key]), at)
        for key, account, at, _ in entries_of(rows)
        if account in heard
    ]
    match(entries, past, wide)
    return past


def stored(db, media):
    return [
        Play(
            0,
            at,
            lo,
            hi,
            Known(known),
            bool(removed),
            {
                account: Sighting(State(state), key, bool(ours), sent, settled)
                for account, state, key, ours, sent, settled in db.execute(
                    "SELECT account, state, key, ours, sent, settled FROM sighting WHERE play = ?", (number,)
                )
            },
        )
        for number, at, lo, hi, known, removed in db.execute(
            "SELECT id, at, lo, hi, known, removed FROM play WHERE media = ?", (media,)
        ).fetchall()
    ]


@settings(max_examples=150, deadline=None)
@given(worlds, st.sampled_from([{PLEX, TRAKT}, {PLEX, TRAKT, DIARY}]), st.sampled_from([set(), {PLEX}, {PLEX, TRAKT}]))
def test_plays_placed_at_once_are_those_that_matching_makes(world, heard, introduced):
    db = database()
    filled(db, world)
    before = {media: stored(db, media) for media in range(1, len(world) + 1)}
    Plain(db).place(CIRCLE, heard, [media for media, (*_, what) in enumerate(world, 1) if what == "beside"], introduced)
    for media, ((kind, runtime), rows, what) in enumerate(world, 1):
        past = by_the_core(media, kind, runtime, rows, heard, introduced)
        one = len(past.plays) == 1 and past.plays[0].known is Known.MOMENT and not past.asides
        alone = one and len(past.plays[0].sightings) == sum(account in heard for account, *_ in rows)
        clear = what == "" or (what == "written" and not heard & {account for account, *_ in rows})
        moments = all(clock in (Known.MOMENT, Known.MARK) for account, _, clock, _ in rows if account in heard)
        assert stored(db, media) == (past.plays if alone and clear and moments else before[media]), (media, what)


def test_plays_placed_at_once_are_told_and_make_their_media_watched():
    db = database()
    filled(db, [((Kind.MOVIE, 2 * HOUR), [(TRAKT, 0, 0, False), (DIARY, 3, 0, False)], "")])
    db.execute("INSERT INTO touched VALUES (1, 2, 1)")
    plain = Plain(db)
    newest_before = plain.place(CIRCLE, {PLEX, TRAKT, DIARY}, [])
    for account in (PLEX, TRAKT):
        plain.tell(account, newest_before, VIDEO)
    plain.watched(CIRCLE, newest_before, RUN)
    assert db.execute("SELECT account, state FROM sighting ORDER BY account").fetchall() == [(1, 0), (2, 1), (3, 1)]
    assert db.execute("SELECT shelf, value, lo, hi, origin, version FROM truth").fetchall() == [
        (2, PRESENT, NOW // 2, NOW // 2, TRAKT, RUN)
    ]
    assert db.execute("SELECT * FROM touched").fetchall() == []
    plain.touch(CIRCLE, newest_before, newest_before + 1)
    assert db.execute("SELECT * FROM touched").fetchall() == [(1, 2, 1)]


values = st.sampled_from([None, 10, 70, 80])
firsts = st.lists(
    st.tuples(values, st.sampled_from([None, 5, NOW, NOW + 9]), st.sampled_from(["", "", "truth", "held", "now"])),
    min_size=1,
    max_size=6,
)


@settings(max_examples=100, deadline=None)
@given(firsts, st.booleans(), st.booleans(), st.sampled_from(["minute", "day"]))
def test_what_one_account_alone_says_is_true_as_merging_it_would_make_it(rows, times, other_heard, clock):
    db = database()
    for media, (value, at, what) in enumerate(rows, 1):
        db.execute("INSERT INTO held (account, shelf, media, seen, at) VALUES (1, 3, ?, ?, ?)", (media, value, at))
        if what == "truth":
            db.execute("INSERT INTO truth VALUES (1, 3, ?, 50, 0, 0, 2, 1, NULL)", (media,))
        elif what == "held":
            db.execute("INSERT INTO held (account, shelf, media) VALUES (2, 3, ?)", (media,))
        elif what == "now":
            db.execute("INSERT INTO now VALUES (2, 3, ?, 50, 0)", (media,))
    before = dict.fromkeys(range(1, len(rows) + 1), (50, 0, 0, 2, 1))
    form = Form(times=times, clock=clock)
    Plain(db).alone((CIRCLE, PLEX, RATINGS), [TRAKT] if other_heard else [], (RUN, NOW), form)
    found = {row[0]: row[1:] for row in db.execute("SELECT media, value, lo, hi, origin, version FROM truth")}
    logged = {row[0] for row in db.execute("SELECT media FROM edit WHERE won = 1 AND account = 1 AND before IS NULL")}
    for media, (value, at, what) in enumerate(rows, 1):
        plain = value is not None and what != "truth" and not (other_heard and what in ("held", "now"))
        edit = Edit(PLEX, value, *span(at if times else None, NEVER, NOW, form.near), first=True)
        truth = merge(Truth(), [edit], {PLEX: FORM}, newest, RUN)
        made = (truth.value, truth.lo, truth.hi, truth.origin, truth.version)
        assert found.get(media) == (made if plain else before[media] if what == "truth" else None)
        assert (media in logged) is plain


helds = st.lists(
    st.tuples(values, st.integers(1, 9), values, values, st.integers(-1, 9), st.booleans(), st.booleans()),
    min_size=1,
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(helds, st.booleans())
def test_agreeing_at_once_leaves_every_row_as_marking_does(rows, library):
    db = database()
    expected = {}
    for media, (value, version, seen, agreed, known, due, stands) in enumerate(rows, 1):
        db.execute("INSERT INTO media (id, kind) VALUES (?, 1)", (media,))
        db.execute("INSERT INTO touched VALUES (1, 3, ?)", (media,))
        db.execute("INSERT INTO truth VALUES (1, 3, ?, ?, 0, 0, 2, ?, NULL)", (media, value, version))
        row = (PLEX, RATINGS, media, seen, None, agreed, known, int(due))
        db.execute("INSERT INTO held VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        if stands:
            db.execute(
                "INSERT INTO handle (account, native, media, print, library) VALUES (1, ?, ?, 0, 1)",
                (f"{media}", media),
            )
        held = Held(seen, agreed, known, due)
        if stands or not library:
            mark(Truth(value, version=version), held, FORM, whole=True)
        expected[media] = (held.seen, held.agreed, held.version, int(held.due))
    kept = Values(db)
    kept.agree(CIRCLE, PLEX, RATINGS, [1], library=library)
    for portion in kept.unmarked(CIRCLE, PLEX, RATINGS, [1], library=library, exact=True, size=3):
        for _, truth, row in portion:
            mark(truth, row, FORM, whole=True)
        kept.keep(PLEX, RATINGS, [(media, row) for media, _, row in portion])
    found = db.execute("SELECT media, seen, agreed, version, due FROM held")
    assert {row[0]: row[1:] for row in found} == expected

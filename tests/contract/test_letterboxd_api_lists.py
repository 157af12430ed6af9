"""Lists by Letterboxd's API: what is read and written, with how many requests, and what goes wrong."""

import pytest

from tests.contract.letterboxd_api_desk import ApiMember
from tests.contract.test_letterboxd_api_adapter import LONG, Rewritten
from watchweave.core.media import Kind, Media
from watchweave.core.records import Member
from watchweave.errors import Incomplete, LimitReached, NotSent, ServiceError, Stopped, UnexpectedAnswer
from watchweave.sandbox import faults
from watchweave.sandbox.letterboxd_rules import Options
from watchweave.services.base import Listed

ME, LISTS = "GET /me", "GET /lists"
NIGHT = "Night trains"


@pytest.fixture
def mara(tmp_path):
    return ApiMember(tmp_path, LONG)


@pytest.fixture
def odd(tmp_path):
    """What the API tells her can be changed on its way: `answer`."""
    return Rewritten(tmp_path, LONG)


def many(mara, title=NIGHT, *uids):
    """A list with these on it, as its member makes it."""
    made = mara.person.make_list(title)
    for uid in uids:
        mara.person.put_on(made, mara.works[uid])
    return made


def every(mara):
    return mara.run(lambda service: service.shelves["lists"].all())


def shelf(service, listed):
    return service.shelves["lists"].kind(listed.own)(service, listed)


def read(mara, listed):
    async def deed(service):
        reading = await shelf(service, listed).read(None)
        if isinstance(reading.records, list):
            return reading.records, reading
        return [record async for page in reading.records for record in page], reading

    return mara.run(deed)


def told(mara, listed, verb, *uids, media=()):
    """Add or remove these films; what was refused, and the shelf after it."""

    async def deed(service):
        one = shelf(service, listed)
        things = [*(mara.media(uid) for uid in uids), *media]
        return await getattr(one, verb)([Member(thing, list=one.own) for thing in things]), one

    return mara.run(deed)


def whys(refused):
    return [(one.record.media.title, one.why) for one in refused]


def on(mara, made):
    """What stands on a list at the site."""
    return [item.film.work.uid for item in made.items]


# Which there are


def test_all_her_lists_are_told_with_a_stamp_that_moves_whenever_one_does(mara):
    trains, ships = many(mara, NIGHT, "m1"), many(mara, "Ships")
    before = {one.own: one for one in every(mara)}
    assert {one.own: one.title for one in before.values()} == {trains.code: NIGHT, ships.code: "Ships"}
    assert mara.asked == [ME, LISTS]
    mara.person.take_off(trains, mara.works["m1"])
    mara.person.put_on(trains, mara.works["m2"])
    after = {one.own: one for one in every(mara)}
    assert (before[trains.code] == after[trains.code], before[ships.code] == after[ships.code]) == (False, True)


def test_where_the_listing_tells_no_versions_there_is_no_stamp(tmp_path):
    mara = ApiMember(tmp_path, Options(list_versions=False))
    many(mara, NIGHT, "m1")
    assert [one.stamp for one in every(mara)] == [""]
    assert mara.run(lambda service: shelf(service, Listed("a", "b")).stamp()) is None


def test_lists_for_her_eyes_only_are_told_too_and_more_than_a_page_of_them(mara):
    for number in range(104):
        many(mara, f"List {number}").published = number % 2 == 0
    assert len(every(mara)) == 104
    assert mara.asked == [ME, LISTS, LISTS]


@pytest.mark.parametrize(
    "fault", [faults.Count(3), faults.Short(1), faults.Status(500), faults.Truncate(), faults.Html()]
)
def test_lists_that_do_not_add_up_are_not_taken_for_all(mara, fault):
    for number in range(3):
        many(mara, f"List {number}")
    mara.world.faults.order(fault, path="/lists", times=-1)
    with pytest.raises(ServiceError):
        every(mara)


@pytest.mark.parametrize("answers", ["empty", "refused"])
def test_a_private_account_is_not_taken_for_one_without_lists(tmp_path, answers):
    mara = ApiMember(tmp_path, Options(private_answers=answers))
    many(mara, NIGHT, "m1")
    mara.person.private = True
    with pytest.raises(Stopped, match="the profile is private"):
        every(mara)


def test_a_list_of_somebody_else_is_not_hers(odd):
    made = many(odd, NIGHT)
    june = odd.simulated.join("june")
    row = {"id": "JUNE1", "name": "Hers", "owner": {"id": june.id}}
    answer(odd, "/lists", lambda body: body["items"].append(row) or body.update(itemCount=2))
    assert [one.own for one in every(odd)] == [made.code]


def answer(mara, path, edit):
    """What the API says at this address is changed so before it comes to us."""

    def change(request, told):
        if request.url.path.endswith(path):
            edit(told)
        return told

    mara.change = change


# What stands on them


def test_the_films_of_a_list_come_in_its_order_with_their_ids(mara):
    made = many(mara, NIGHT, "m3", "m1", "m2")
    (listed,) = every(mara)
    records, reading = read(mara, listed)
    assert [record.media.keys for record in records] == [mara.media(uid, own=True).keys for uid in ("m3", "m1", "m2")]
    assert records[0].media.ids == mara.media("m3").ids
    assert {record.list for record in records} == {made.code}
    assert (reading.complete, mara.asked) == (True, [f"GET /list/{made.code}/entries"])


def test_a_long_list_costs_a_request_for_each_hundred_films(mara):
    made = many(mara, NIGHT, *(f"m{number}" for number in range(1, 121)))
    records, _ = read(mara, every(mara)[0])
    assert (len(records), mara.asked) == (120, [f"GET /list/{made.code}/entries"] * 2)


def test_a_list_that_is_not_there_yet_is_empty_without_a_request(mara):
    records, reading = read(mara, Listed("", NIGHT))
    assert (records, reading.complete, mara.asked) == ([], True, [])


def test_a_list_that_is_gone_meanwhile_is_never_an_empty_one(mara):
    made = many(mara, NIGHT, "m1")
    (listed,) = every(mara)
    mara.person.delete_list(made)
    with pytest.raises(UnexpectedAnswer, match="404"):
        read(mara, listed)


@pytest.mark.parametrize(
    "fault", [faults.Count(1), faults.Short(1), faults.Truncate(), faults.Status(500), faults.Blank()]
)
def test_a_page_that_fails_or_does_not_add_up_is_not_taken_for_all(mara, fault):
    many(mara, NIGHT, *(f"m{number}" for number in range(1, 121)))
    (listed,) = every(mara)
    mara.world.faults.order(fault, path="/entries", skip=1, times=-1)
    with pytest.raises(ServiceError):
        read(mara, listed)


def test_what_the_api_calls_a_production_is_a_film_all_the_same(odd):
    many(odd, NIGHT, "m1")
    (listed,) = every(odd)
    answer(odd, "/entries", lambda body: body["items"][0].update(production=body["items"][0].pop("film")))
    assert [record.media.title for record in read(odd, listed)[0]] == [odd.works["m1"].title]


def test_something_that_is_no_film_makes_a_reading_doubtful(odd):
    many(odd, NIGHT, "m1", "m2")
    (listed,) = every(odd)
    answer(odd, "/entries", lambda body: body["items"][1].pop("film"))
    with pytest.raises(Incomplete, match='no film stands on the list "Night trains"'):
        read(odd, listed)


def test_a_film_that_letterboxd_has_no_more_was_not_taken_off(mara):
    many(mara, NIGHT, "m1", "m2")
    mara.simulated.films.drop(mara.works["m1"])
    records, reading = read(mara, every(mara)[0])
    assert ([record.media.title for record in records], reading.complete) == ([mara.works["m2"].title], False)


def test_a_series_on_a_list_is_one(mara):
    made = mara.person.make_list(NIGHT)
    show = next(iter(mara.works.of("show")))
    mara.simulated.films.enter(show)
    mara.person.put_on(made, show)
    records, _ = read(mara, every(mara)[0])
    assert [record.media.kind for record in records] == [Kind.SHOW]


# Writing


def test_films_are_added_in_one_request_to_the_version_that_was_seen(mara):
    made = many(mara, NIGHT, "m1")
    (listed,) = every(mara)
    refused, one = told(mara, listed, "add", "m2", "m3")
    assert (refused, on(mara, made)) == ([], ["m1", "m2", "m3"])
    assert mara.asked == ["GET /films", f"PATCH /list/{made.code}"]
    assert one.told == every(mara)[0].stamp


def test_what_is_added_twice_is_there_once(mara):
    made = many(mara, NIGHT, "m1")
    (listed,) = every(mara)
    for _ in range(2):
        assert told(mara, listed, "add", "m1", "m2")[0] == []
    assert on(mara, made) == ["m1", "m2"]


@pytest.mark.parametrize("refusals", ["status", "messages"])
@pytest.mark.parametrize("verb", ["add", "remove"])
def test_a_list_that_changed_meanwhile_is_read_again_and_changed_once_more(tmp_path, verb, refusals):
    mara = ApiMember(tmp_path, Options(list_refusals=refusals))
    made = many(mara, NIGHT, "m1", "m2", "m3")
    (listed,) = every(mara)
    mara.world.faults.order(faults.Act(lambda: mara.person.take_off(made, mara.works["m1"])), path="/entries|/films")
    assert told(mara, listed, verb, *(("m1", "m4") if verb == "add" else ("m2",)))[0] == []
    assert on(mara, made) == (["m2", "m3", "m1", "m4"] if verb == "add" else ["m3"])


def test_a_list_that_keeps_changing_is_left_alone_for_now(mara):
    made = many(mara, NIGHT, "m1", "m2")
    (listed,) = every(mara)
    mara.world.faults.order(faults.Act(lambda: mara.person.list_changed(made)), path="/entries", times=-1)
    with pytest.raises(NotSent, match="is being changed there just now"):
        told(mara, listed, "remove", "m1")
    assert on(mara, made) == ["m1", "m2"]


def test_films_are_removed_by_their_places_with_the_last_one_first(mara):
    made = many(mara, NIGHT, *(f"m{number}" for number in range(1, 9)))
    (listed,) = every(mara)
    refused, one = told(mara, listed, "remove", "m2", "m5", "m8")
    assert (refused, on(mara, made)) == ([], ["m1", "m3", "m4", "m6", "m7"])
    path = f"/list/{made.code}"
    assert mara.asked == ["GET /films", f"GET {path}", f"GET {path}/entries", f"PATCH {path}"]
    assert one.told == every(mara)[0].stamp


def test_what_is_not_there_is_removed_without_a_request_that_changes_anything(mara):
    made = many(mara, NIGHT, "m1")
    (listed,) = every(mara)
    nobody = Media(Kind.MOVIE, {"imdb": "tt9999999"}, "Nobody made this")
    assert told(mara, listed, "remove", "m2", media=[nobody])[0] == []
    assert (on(mara, made), [one for one in mara.asked if not one.startswith("GET")]) == (["m1"], [])
    assert told(mara, Listed("", NIGHT), "remove", "m2")[0] == []


def test_no_film_goes_by_its_place_where_not_all_are_shown(mara):
    made = many(mara, NIGHT, "m1", "m2", "m3")
    (listed,) = every(mara)
    mara.simulated.films.drop(mara.works["m1"])
    ((title, why),) = whys(told(mara, listed, "remove", "m2")[0])
    assert (title, why[:35]) == (mara.works["m2"].title, "Letterboxd does not show all that s")
    assert on(mara, made) == ["m1", "m2", "m3"]


def test_without_a_version_nothing_is_changed(odd):
    made = many(odd, NIGHT, "m1")
    (listed,) = every(odd)
    answer(odd, f"/list/{made.code}", lambda body: body.pop("version", None))
    ((_, why),) = whys(told(odd, Listed(listed.own, NIGHT), "add", "m2")[0])
    assert (why[:32], on(odd, made)) == ("Letterboxd does not say which ve", ["m1"])


def test_a_film_that_is_refused_keeps_no_other_from_the_list(mara):
    made = many(mara, NIGHT, "m1")
    (listed,) = every(mara)
    unknown = Media(Kind.MOVIE, {"imdb": "tt9999999"}, "Nobody made this")
    strange = Media(Kind.MOVIE, {}, "A film that left", keys=("film:zzzz",))
    refused, _ = told(mara, listed, "add", "m2", "m3", media=[unknown, strange])
    why = "Letterboxd does not have this film"
    assert whys(refused) == [("Nobody made this", why), ("A film that left", why)]
    assert on(mara, made) == ["m1", "m2", "m3"]


@pytest.mark.parametrize("verb", ["add", "remove"])
def test_nothing_is_written_to_a_list_that_is_gone(mara, verb):
    made = many(mara, NIGHT, "m1", "m2")
    (listed,) = every(mara)
    mara.person.delete_list(made)
    refused, _ = told(mara, listed, verb, "m1", "m3")
    assert {why for _, why in whys(refused)} == {"this list is not there any more"}
    assert len([one for one in mara.asked if one.startswith("PATCH")]) == (1 if verb == "add" else 0)
    assert len(mara.person.lists) == 0


def test_an_episode_stands_on_no_list(mara):
    many(mara, NIGHT)
    (listed,) = every(mara)
    refused, _ = told(mara, listed, "add", media=[Media(Kind.EPISODE, {"imdb": "tt1234567"}, "An episode")])
    assert whys(refused) == [("An episode", "Letterboxd has films only")]


@pytest.mark.parametrize("fault", [faults.Drop(applied=True), faults.Drop(), faults.Status(502, applied=True)])
@pytest.mark.parametrize("verb", ["add", "remove"])
def test_an_answer_that_is_lost_changes_nothing_twice(mara, verb, fault):
    made = many(mara, NIGHT, "m1", "m2", "m3", "m4")
    (listed,) = every(mara)
    mara.world.faults.order(fault, method="PATCH")
    assert told(mara, listed, verb, *(("m5", "m6") if verb == "add" else ("m1", "m3")))[0] == []
    assert on(mara, made) == (["m1", "m2", "m3", "m4", "m5", "m6"] if verb == "add" else ["m2", "m4"])


# Making


def test_a_list_that_is_not_there_is_made_for_her_eyes_only_and_filled(mara):
    refused, one = told(mara, Listed("", NIGHT), "add", "m1", "m2")
    (made,) = mara.person.lists.values()
    assert (refused, made.name, made.published, on(mara, made)) == ([], NIGHT, False, ["m1", "m2"])
    path = f"/list/{made.code}"
    assert mara.asked == ["POST /lists", "GET /films", f"GET {path}", f"GET {path}/entries", f"PATCH {path}"]
    assert (one.own, one.told) == (made.code, every(mara)[0].stamp)


def test_a_list_is_made_once_whatever_becomes_of_the_answer(mara):
    mara.world.faults.order(faults.Drop(applied=True), method="POST", path="/lists")
    with pytest.raises(ServiceError) as problem:
        told(mara, Listed("", NIGHT), "add", "m1")
    assert (problem.value.unclear, [one.name for one in mara.person.lists.values()]) == (True, [NIGHT])


def test_a_list_that_letterboxd_does_not_make_is_refused_with_its_reason(mara):
    with pytest.raises(LimitReached, match=r'does not make the list ""\. Letterboxd refuses it: A list needs a name'):
        told(mara, Listed("", ""), "add", "m1")
    assert [one for one in mara.asked if not one.startswith("GET")] == ["POST /lists"]


def test_an_answer_that_names_no_new_list_is_unclear(odd):
    answer(odd, "/lists", lambda body: body.pop("data", None))
    with pytest.raises(UnexpectedAnswer, match="does not say whether it made"):
        told(odd, Listed("", NIGHT), "add", "m1")

"""Which records are about the same thing (sync model, section 6; matching, section 2)."""

import pytest
from msgspec.structs import replace

from watchweave.core.identity import Candidate, Standing, judge, same_show
from watchweave.core.media import Kind, Media

SHOW, OTHER_SHOW = 50, 60
HEAT = {"imdb": "tt0113277", "tmdb": "949"}


def film(ids, title="Heat", year=1995, **more):
    return Media(Kind.MOVIE, ids, title, year, **more)


def known(number, ids, title="Heat", year=1995, **more):
    return Candidate(number, Kind.MOVIE, ids, title, year, **more)


def episode(ids, number=2, season=1):
    return Media(Kind.EPISODE, ids, parent=Media(Kind.SHOW, {"tvdb": "1"}), season=season, number=number)


def stored(number, ids, parent=SHOW, season=1, place=2):
    return Candidate(number, Kind.EPISODE, ids, parent=parent, season=season, number=place)


# Films and shows


def test_a_shared_id_and_nothing_against_it_is_the_same_media():
    verdict = judge(film({"imdb": "tt0113277", "tvdb": "5"}), None, None, [known(1, HEAT)])
    assert (verdict.media, dict(verdict.standing), verdict.frozen) == (1, {}, "")


def test_without_a_shared_id_it_is_something_new():
    assert judge(film(HEAT), None, None, []).media is None


def test_a_redirected_id_is_confirmed_by_title_and_year_and_is_no_key():
    verdict = judge(film({"imdb": "tt9999999", "tmdb": "949"}), None, None, [known(1, HEAT)])
    assert (verdict.media, dict(verdict.standing), verdict.frozen) == (1, {"imdb": Standing.DISPUTED}, "")


def test_a_contradiction_freezes_both_and_the_shared_id_is_no_key():
    verdict = judge(film({"imdb": "tt0113277", "tmdb": "1"}, "Ran", 1985), None, None, [known(1, HEAT)])
    assert (verdict.media, verdict.against) == (None, (1,))
    assert dict(verdict.standing) == {"imdb": Standing.DISPUTED}
    assert ("imdb" in verdict.frozen, "tmdb" in verdict.frozen) == (True, True)


@pytest.mark.parametrize("year", [1930, None])
def test_a_title_alone_does_not_confirm_a_differing_id(year):
    assert judge(film({"imdb": "tt0113277", "tmdb": "1"}, year=year), None, None, [known(1, HEAT)]).media is None


def test_slugs_neither_join_nor_contradict():
    verdict = judge(film(HEAT | {"slug": "heat-1995"}), None, None, [known(1, HEAT | {"slug": "heat"})])
    assert (verdict.media, dict(verdict.standing)) == (1, {})


def test_one_record_can_show_that_two_media_are_the_same():
    verdict = judge(film(HEAT), None, None, [known(7, {"tmdb": "949"}), known(3, {"imdb": "tt0113277"})])
    assert (verdict.media, verdict.also) == (3, (7,))


def test_what_agrees_is_chosen_before_what_contradicts():
    stranger = known(1, {"tmdb": "949", "imdb": "tt0000001"}, "Ran", 1985)
    verdict = judge(film(HEAT), None, None, [stranger, known(2, HEAT)])
    assert verdict.media == 2


@pytest.mark.xfail(strict=True, reason="years and runtimes are not compared where no id differs")
@pytest.mark.parametrize("more", [{"year": 1950}, {"runtime": 3000}])
def test_years_or_runtimes_far_apart_contradict_a_shared_id(more):
    media = film({"tmdb": "949"}, **{"year": 1995, "runtime": 10_200} | more)
    assert judge(media, None, None, [known(1, {"tmdb": "949"}, runtime=10_200)]).media is None


# Episodes and seasons


def test_an_own_id_is_certain():
    verdict = judge(episode({"tvdb": "11"}), SHOW, None, [stored(5, {"tvdb": "11"})])
    assert (verdict.media, dict(verdict.standing)) == (5, {})


def test_without_own_ids_the_place_in_the_show_decides():
    assert judge(episode({}), SHOW, stored(5, {"tvdb": "11"}), []).media == 5
    assert judge(episode({}), SHOW, None, []).media is None


def test_an_id_on_two_episodes_of_a_show_is_no_key():
    first = stored(5, {"tmdb": "65", "tvdb": "11"}, place=1)
    verdict = judge(episode({"tmdb": "65", "tvdb": "12"}), SHOW, None, [first])
    assert (verdict.media, dict(verdict.standing)) == (None, {"tmdb": Standing.AMBIGUOUS})


def test_an_id_on_two_episodes_does_not_move_one_that_stands_at_its_place():
    first, second = stored(5, {"tmdb": "65", "tvdb": "11"}, place=1), stored(6, {"tvdb": "12"}, place=2)
    verdict = judge(episode({"tmdb": "65", "tvdb": "12"}), SHOW, second, [first, second])
    assert (verdict.media, dict(verdict.standing)) == (6, {"tmdb": Standing.AMBIGUOUS})


def test_an_own_id_is_certain_although_the_shows_are_not_known_to_be_one():
    verdict = judge(episode({"tvdb": "11"}), SHOW, None, [stored(5, {"tvdb": "11"}, OTHER_SHOW)])
    assert (verdict.media, dict(verdict.standing), verdict.frozen) == (5, {}, "")


def test_one_id_is_not_enough_where_the_shows_contradict_each_other():
    there = stored(5, {"tvdb": "11"}, OTHER_SHOW)
    verdict = judge(episode({"tvdb": "11", "imdb": "tt0000001"}), SHOW, None, [there], {OTHER_SHOW})
    assert (verdict.media, verdict.against, dict(verdict.standing)) == (None, (5,), {"tvdb": Standing.DISPUTED})
    assert "another show" in verdict.frozen


def test_two_ids_are_enough_where_the_shows_contradict_each_other():
    both = {"tvdb": "11", "imdb": "tt0000001"}
    assert judge(episode(both), SHOW, None, [stored(5, both, OTHER_SHOW)], {OTHER_SHOW}).media == 5


def test_one_record_can_show_that_episodes_of_two_shows_are_the_same():
    here, there = stored(3, {"tvdb": "11"}), stored(7, {"imdb": "tt0000001"}, OTHER_SHOW)
    verdict = judge(episode({"tvdb": "11", "imdb": "tt0000001"}), SHOW, here, [here, there])
    assert (verdict.media, verdict.also, dict(verdict.standing)) == (3, (7,), {})


def test_ids_of_two_places_of_one_show_do_not_make_them_one():
    here, there = stored(3, {"tvdb": "11"}), stored(7, {"imdb": "tt0000001"}, place=9)
    verdict = judge(episode({"tvdb": "11", "imdb": "tt0000001"}), SHOW, here, [here, there])
    assert (verdict.media, verdict.also, dict(verdict.standing)) == (3, (), {"imdb": Standing.AMBIGUOUS})


def test_one_id_and_the_title_outweigh_one_id_that_differs():
    there = replace(stored(7, {"tvdb": "11", "tmdb": "66"}, place=9), title="Fire")
    same = replace(episode({"tvdb": "11", "tmdb": "65"}), title="Fire")
    assert judge(same, SHOW, None, [there]).media == 7
    assert judge(replace(episode({"tvdb": "11", "tmdb": "65"}), title="Walk"), SHOW, None, [there]).media is None


def test_a_title_does_not_outweigh_two_ids_at_one_place():
    here = replace(stored(5, {"tvdb": "11", "imdb": "tt0000001"}), title="Fire")
    assert judge(replace(episode({"tvdb": "99", "imdb": "tt0000001"}), title="Fire"), SHOW, here, [here]).media == 5
    assert judge(replace(episode({"tvdb": "99"}), title="Fire"), SHOW, here, []).media == 5
    assert judge(replace(episode({"tvdb": "99", "imdb": "tt0000099"}), title="Fire"), SHOW, here, []).media is None


BOTH = {"tvdb": "11", "imdb": "tt0000001", "tmdb": "65"}


def test_two_places_are_one_where_each_is_confirmed_twice():
    here, there = stored(3, {"tvdb": "11"}), stored(7, {"imdb": "tt0000001", "tmdb": "65"}, place=9)
    verdict = judge(episode(BOTH), SHOW, here, [here, there])
    assert (verdict.media, verdict.also, dict(verdict.standing)) == (3, (7,), {})


def test_two_places_are_one_to_who_numbers_otherwise_than_both():
    one, other = stored(3, {"tvdb": "11"}, place=8), stored(7, {"imdb": "tt0000001", "tmdb": "65"}, place=9)
    verdict = judge(episode(BOTH), SHOW, None, [one, other])
    assert (verdict.media, verdict.also, dict(verdict.standing)) == (7, (3,), {})


@pytest.mark.parametrize(
    ("ids", "title", "year", "one"),
    [
        ({}, "Twin Peaks", 1990, True),
        ({"tvdb": "70", "imdb": "tt0098936"}, "twin peaks", None, True),
        ({"tvdb": "71"}, "Twin Peaks", 1990, False),
        ({}, "Twin Peaks: The Return", 1990, False),
        ({}, "", None, False),
        ({}, "Twin Peaks", 2017, False),
    ],
)
def test_shows_of_one_episode_are_one_if_the_title_confirms_it(ids, title, year, one):
    peaks = Candidate(1, Kind.SHOW, {"tvdb": "70"}, "Twin Peaks", 1990)
    assert same_show(peaks, Candidate(2, Kind.SHOW, ids, title, year)) is one


def test_a_differing_own_id_at_the_same_place_is_disputed():
    here = stored(5, {"tvdb": "11", "imdb": "tt0000001"})
    verdict = judge(episode({"tvdb": "99", "imdb": "tt0000001"}), SHOW, here, [here])
    assert (verdict.media, dict(verdict.standing)) == (5, {"tvdb": Standing.DISPUTED})


def test_services_that_number_a_show_differently_are_told_apart_by_own_ids():
    here, elsewhere = stored(5, {"tvdb": "11"}, place=2), stored(6, {"tvdb": "12"}, place=3)
    assert judge(episode({"tvdb": "12"}, number=2), SHOW, here, [elsewhere]).media == 6


@pytest.mark.parametrize("title", ["Heat", "Ran"])
def test_a_record_with_the_ids_of_two_works_joins_neither_with_the_other(title):
    """It has the IMDb id of Heat and TheTVDB's number of Ran; TMDb knows them as two."""
    heat, ran = known(1, {"imdb": "tt0113277", "tmdb": "949"}), known(2, {"tvdb": "7", "tmdb": "11645"}, "Ran", 1985)
    verdict = judge(film({"imdb": "tt0113277", "tvdb": "7"}, title), None, None, [heat, ran])
    assert verdict.also == ()
    assert list(verdict.standing.values()) == [Standing.DISPUTED]

"""Wrong names are answered with the nearest one and with all that exist."""

import pytest

from sim.common.names import LISTED, nearest, unknown_name

LEVELS = ("seen", "paraphrase", "synonym")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("sean", "seen"),
        ("seen", "seen"),
        ("paraphrases", "paraphrase"),
        ("zzz", ""),
        ("", ""),
        (7, ""),
        (None, ""),
    ],
)
def test_the_nearest_name_is_found_and_none_where_nothing_is_like_it(given: object, found: str) -> None:
    assert nearest(given, LEVELS) == found


def test_nothing_is_near_where_nothing_is_accepted() -> None:
    assert nearest("seen", ()) == ""


def test_a_name_too_long_to_be_near_is_not_compared() -> None:
    assert nearest("seen" * 10**6, LEVELS) == ""  # comparing it would take minutes


def test_a_wrong_name_is_told_what_was_given_what_is_near_and_what_there_is() -> None:
    says = "no level is called 'sean'; did you mean seen? There are: seen, paraphrase, synonym."
    assert unknown_name("level", "sean", LEVELS) == says
    assert unknown_name("level", "zzz", LEVELS) == (
        "no level is called 'zzz'. There are: seen, paraphrase, synonym."
    )


def test_accepted_names_may_be_described_where_they_are_too_many() -> None:
    says = "no world is called 'x'; did you mean y? There are: y, and z=NUMBER."
    assert unknown_name("world", "x", "y, and z=NUMBER", near="y") == says


def test_a_long_list_of_names_is_cut_short() -> None:
    assert len(unknown_name("verb", "zzz", [f"name{i}" for i in range(1000)])) < LISTED + 60

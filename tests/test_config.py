from dataclasses import dataclass, field

import pytest
from omegaconf import DictConfig, OmegaConf

from robopolicy.common.hydra_bridge.compose import build, composed, load
from robopolicy.common.hydra_bridge.options import options
from robopolicy.common.hydra_bridge.overrides import BadOverride, bracketed, check, quoted


@dataclass(frozen=True)
class Desk:
    objects: int = 3  # things on it
    pairs: tuple[tuple[str, str], ...] = (("red", "cube"),)

    def __post_init__(self) -> None:
        if self.objects > 5:
            raise ValueError("a desk holds at most 5 objects")


@dataclass(frozen=True)
class Room:
    minutes: float = 30.0  # of robot time
    desk: Desk = field(default_factory=lambda: Desk(objects=4))
    levels: tuple[str, ...] = ("seen",)  # kinds; "#" is no comment
    label: str = "#none"
    limit: int | None = None


VERB = "tasks"  # any verb's yaml will do: it only builds on the schema


def test_defaults_come_back_as_the_very_dataclass() -> None:
    assert load(VERB, Room, []) == Room()


def test_overrides_reach_nested_fields_with_their_types() -> None:
    room = load(VERB, Room, ["desk.objects=2", "minutes=5", "levels=[a,b]", "limit=7", "desk.pairs=[[a,b]]"])
    assert room == Room(5.0, Desk(2, (("a", "b"),)), ("a", "b"), "#none", 7)
    assert isinstance(room.minutes, float)


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("minute=3", "did you mean minutes?"),
        ("desk.object=3", "did you mean desk.objects"),
        ("desk.objects=many", "desk.objects: Value 'many'"),
        ("desk.objects=2.5", "desk.objects: Value '2.5'"),
        ("desk.objects=9", "at most 5 objects"),
        ("desk=3", "desk: "),
        ("+new=3", "can only be changed"),
        ("~desk", "can only be changed"),
        ("minutes=1,2", "add --multirun"),
        ("hydra.job.name=x", "only matters with --multirun"),
        ("minutes", "cannot be read"),
        ("label=(", "put quotes"),
        ("label=${nothing}", "label: Interpolation key 'nothing' not found"),
    ],
)
def test_a_bad_override_is_refused_in_one_sentence(override: str, says: str) -> None:
    with pytest.raises(BadOverride) as error:
        load(VERB, Room, [override])
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_mandatory_option_asks_for_itself() -> None:
    @dataclass(frozen=True)
    class Needs:
        checkpoint: str

    with pytest.raises(BadOverride, match="checkpoint must be given"):
        load(VERB, Needs, [])
    assert load(VERB, Needs, ["checkpoint=x"]) == Needs("x")


def test_a_list_may_be_given_without_brackets() -> None:
    assert load(VERB, Room, ["levels=a,b"]).levels == ("a", "b")
    assert load(VERB, Room, ["levels=a"]).levels == ("a",)
    assert bracketed("levels=a,b", Room, sweep=True) == "levels=[a],[b]"
    assert bracketed("minutes=1,2", Room, sweep=True) == "minutes=1,2"


def test_a_sweep_may_give_several_values_but_no_unknown_key() -> None:
    check(["minutes=1,2", "hydra/launcher=basic"], Room, sweep=True)
    with pytest.raises(BadOverride, match="minutes"):
        check(["minuts=1,2"], Room, sweep=True)


@pytest.mark.parametrize(
    "text",
    ["open the drawer", "a=b, c", "it's", "'", "back\\slash", "end\\", "{object} [x] (y)", "", "ünï", "$x"],
)
def test_any_sentence_survives_quoting(text: str) -> None:
    assert load(VERB, Room, [f"label={quoted(text)}"]).label == text


def test_a_value_may_hold_an_equals_sign() -> None:
    assert load(VERB, Room, ["label=latency=2+dropout=0.1"]).label == "latency=2+dropout=0.1"
    assert load(VERB, Room, ["label='a=1'"]).label == "a=1"
    assert load(VERB, Room, ["levels=seen,dropout=0.1"]).levels == ("seen", "dropout=0.1")
    assert bracketed("levels=a=1,b", Room, sweep=True) == "levels=['a=1'],[b]"
    assert bracketed("label=a=1,b=2", Room, sweep=True) == "label='a=1','b=2'"


def test_comments_at_line_ends_are_the_help() -> None:
    told = {option.key: option.comment for option in options(Room)}
    assert told["minutes"] == "of robot time"
    assert told["desk.objects"] == "things on it"
    assert told["levels"] == 'kinds; "#" is no comment'
    assert told["label"] == ""


def test_a_composed_tree_builds_without_hydra_too() -> None:
    tree = OmegaConf.merge(composed(VERB, Room, []), {"minutes": 1.0})
    assert isinstance(tree, DictConfig)
    assert build(Room, tree).minutes == 1.0

"""Items of an examination: what is said, what must happen, which things are meant, how the desk is found.

    amounts:                                                     # a group: a name and its items
      - {say: "push the {object} left by 10 cm", goal: [[push_left, object, {by: 0.1}]]}
      - say: "pick up the one on the far left"
        goal: [[lift, object]]
        where: {object: leftmost}
      - turns:                                                   # said one after another
          - {say: "open the drawer", goal: [[open_drawer]]}
          - {say: "is it open now?", goal: []}                   # nothing may change
        begin: {drawer: shut}

`docs/examination.md` describes the whole form. Everything that a person can get wrong raises `BadItem`,
`BadSentence` or `UnknownTask`, with group and item.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from data.language.sentence import BadSentence, checked
from data.trials.examination.acts import Act, acts_of
from data.trials.examination.begin import Beginning, beginning_of
from data.trials.examination.where import Where, referred_to, wheres_of
from data.trials.examination.words import ABSENT, PLACEHOLDERS, BadItem, mapping_of, placeholders_in
from sim.common.printable import shown
from sim.task import UnknownTask
from sim.world import WorldKind

EXAMPLE = '{say: "lift the {object}", goal: [[lift, object]]}'


class Turn(NamedTuple):
    """A sentence and what it asks for."""

    say: str
    goal: tuple[Act, ...]  # in order; () where nothing may change


class Item(NamedTuple):
    """One thing to ask for, in scenes that are drawn for it."""

    turns: tuple[Turn, ...]
    where: tuple[Where, ...] = ()
    begin: Beginning = Beginning()

    @property
    def acts(self) -> tuple[Act, ...]:
        """All acts of all turns, in order."""
        return tuple(act for turn in self.turns for act in turn.goal)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Those that a scene must have things for, in the order of `PLACEHOLDERS`."""
        used = {*self._told, *(thing for act in self.acts for thing in act.things)}
        return tuple(name for name in PLACEHOLDERS if name in used)

    @property
    def _told(self) -> set[str]:
        """The placeholders of which something is said other than what is to be done with them."""
        said = [name for turn in self.turns for name in placeholders_in(turn.say)]
        return {*said, *referred_to(self.where), *self.begin.placeholders}


Groups = Mapping[str, tuple[Item, ...]]


def is_examination(raw: Any) -> bool:
    """Whether a file is meant as groups of items, rather than as families with sentences."""
    if not isinstance(raw, dict):
        return False
    return any(isinstance(one, dict) for given in raw.values() for one in _listed(given))


def groups_of(raw: Any, kind: WorldKind) -> Groups:
    """Group -> its items, of what a file holds."""
    assert isinstance(raw, dict), "only what `is_examination` accepts"
    if not all(group.strip() for group in raw):
        raise BadItem(f"a group has an empty name; give it one, `mine: [{EXAMPLE}]`")
    return {group: tuple(_items(group, given, kind)) for group, given in raw.items()}


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


def _items(group: str, given: Any, kind: WorldKind) -> list[Item]:
    if not isinstance(given, list) or not given:
        raise BadItem(f"the group {shown(group)} should be a list of items, each like `- {EXAMPLE}`")
    if not all(isinstance(one, dict) for one in given):
        odd = next(one for one in given if not isinstance(one, dict))
        raise BadItem(
            f"the group {shown(group)} holds {shown(odd)}, which is no item; a file has either families with "
            f"sentences or groups with items, each like `- {EXAMPLE}`"
        )
    items = []
    for number, one in enumerate(given, 1):
        try:
            items.append(item_of(one, kind))
        except (BadItem, BadSentence, UnknownTask) as error:
            raise BadItem(f"item {number} of {shown(group)}: {error}") from error
    return items


def item_of(given: Mapping[str, Any], kind: WorldKind) -> Item:
    """An item, of what a file holds of it. Raises `BadItem`, `BadSentence` and `UnknownTask`."""
    mapping_of("an item", given, ("say", "goal", "turns", "where", "begin"), EXAMPLE)
    if "turns" in given:
        if "say" in given or "goal" in given:
            raise BadItem(
                "an item has either say and goal, or turns that have them; leave out one of the two"
            )
        turns = given["turns"]
        if not isinstance(turns, list) or not turns:
            raise BadItem(f"turns should be a list, each turn like `- {EXAMPLE}`, not {shown(turns)}")
        said = tuple(_turn(one, kind) for one in turns)
    else:
        said = (_turn({key: given[key] for key in ("say", "goal") if key in given}, kind),)
    where = wheres_of(given["where"]) if "where" in given else ()
    begin = beginning_of(given["begin"], kind) if "begin" in given else Beginning()
    return _checked(Item(said, where, begin))


def _turn(given: Any, kind: WorldKind) -> Turn:
    mapping_of("a turn", given, ("say", "goal"), EXAMPLE)
    for key in ("say", "goal"):
        if key not in given:
            raise BadItem(f"there is no {key}; a sentence and what it asks for are written `{EXAMPLE}`")
    say = given["say"]
    if not isinstance(say, str) or not say.strip():
        raise BadItem(f'say should be a text in quotes, `say: "lift the {{object}}"`, not {shown(say)}')
    placeholders_in(checked(say))
    return Turn(say, acts_of(given["goal"], kind))


def _checked(item: Item) -> Item:
    told = item._told
    for act in item.acts:
        for thing in act.things:
            if thing in PLACEHOLDERS and thing not in told:
                raise BadItem(
                    f"nothing says which thing {thing} of {act} is; "
                    f"write {{{thing}}} in the sentence, or where: {{{thing}: leftmost}}"
                )
    return item


def says_absent(item: Item) -> bool:
    """Whether a sentence speaks of something that is not there."""
    return any(ABSENT in placeholders_in(turn.say) for turn in item.turns)

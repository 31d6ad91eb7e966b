"""The lights: the LED by its button, the lamp by its lever."""

from dataclasses import replace

import numpy as np

from sim.desk.constants import BUTTON, LEVER, PRESSED
from sim.desk.layouts import LEVER_LENGTH
from sim.desk.tasks.motions import CLOSE, Skill, Style, approach, go_to, outward, use_handle
from sim.desk.tasks.phrases import said
from sim.desk.tasks.symbols import Effect, Symbols
from sim.desk.tasks.task import Begin, Condition, Judge, Task
from sim.state import LIGHT, Array, State
from sim.task import DONE, Hindering, Hindrance, Truth

# -- done, possible, hindered ---------------------------------------------------------------------


def switched(switch: str, on: bool) -> Judge:
    """The light of a switch went on, or off."""

    def judge(before: State, after: State, obj: int = -1, other: int = -1) -> Truth:
        was, now = before.light(switch) > 0.5, after.light(switch) > 0.5
        return (now & ~was) if on else (was & ~now)

    return judge


def light_is(switch: str, on: bool) -> Condition:
    """The light of a switch is on, or off."""
    return lambda state, obj, other: bool(state.light(switch) > 0.5) is on


def switched_already(switch: str, on: bool) -> Hindering:
    """Against switching a light on, or off: it is."""
    says = f"the {'LED' if switch == BUTTON else 'lamp'} is {'on' if on else 'off'} already"

    def hindering(state: State, obj: int = -1, other: int = -1) -> Hindrance | None:
        lit = state.light(switch)
        return Hindrance(DONE, says) if (lit > 0.5 if on else lit <= 0.5) else None

    return hindering


# -- doing it, and what a chain of commands foresees ----------------------------------------------


def flip_lever(up: bool) -> Skill:
    """Take the lever's tip and move it along its arc, up or down."""

    def skill(state: State, obj: int, other: int, style: Style) -> Array:
        angle, out = float(state.joint(LEVER)), outward(state, LEVER)
        tangent = -np.sin(angle) * out + np.array([0.0, 0.0, np.cos(angle)])
        return use_handle(state, LEVER, (1 if up else -1) * 0.6 * LEVER_LENGTH * tangent, style)

    return skill


def press_button(on: bool) -> Skill:
    """Press the button with a closed hand until its light is on, or off; come up first if it is down."""

    def skill(state: State, obj: int, other: int, style: Style) -> Array:
        top, heading = state.pos(BUTTON), float(state.yaw(BUTTON))
        wrong = (state.light(BUTTON) > 0.5) is not on
        gap = np.hypot(*(top[:2] - state.ee_pos[:2]))
        if not wrong or (state.joint(BUTTON) >= PRESSED and gap < 0.03):
            return go_to(state, state.ee_pos + [0, 0, 0.03], heading, CLOSE, style)
        point = np.array([top[0], top[1], top[2] - 0.012])
        slower = replace(style, speed=0.7 * style.speed)
        return approach(state, point, heading, style.hover + 0.01, CLOSE, slower)

    return skill


def _lit(state: State, switch: str, on: bool) -> State:
    return state.changed(switch, LIGHT, float(on))


def _switch(switch: str, on: bool) -> Effect:
    return lambda state, obj, other, rng: _lit(state, switch, on)


def _taken_back(state: State, obj: int, desk: int, fist: bool) -> State:
    """A hand that closes as it leaves may take the lever back with it: it does on every other desk."""
    return _lit(state, LEVER, bool(state.light(LEVER) > 0.5) ^ bool(desk % 2)) if fist else state


# -- in words -------------------------------------------------------------------------------------

_ON = (
    "turn|switch|power on {fixture}",
    "turn|switch|power {fixture} on",
    "light|light_up|activate|illuminate {fixture}",
    "light {fixture} up",
    "make {fixture} shine|glow|light_up|go_on|come_on",
    "get {fixture} to shine|glow|light_up",
    "let {fixture} shine|glow",
    "get {fixture} on|lit",
    "use the <device> to turn|switch on {fixture}",
    "turn|switch {fixture} on with|using the <device>",
    "with the <device> turn|switch on {fixture}",
    "start|enable|ignite|brighten|energise {fixture}",
    "flick|click|flip on {fixture}",
    "flick|click|flip {fixture} on",
    "bring {fixture} on|to_life",
    "give {fixture} power|electricity",
    "have {fixture} on|lit|shining|glowing",
    "let there be light from {fixture}",
    "on with {fixture}",
    "make {fixture} bright",
    "put|get some light on with {fixture}",
    "fire|spark|power|start|boot|wake up {fixture}",
    "fire|power|start|wake {fixture} up",
    "kindle|rekindle|electrify|trigger|operate|run|launch|unmute {fixture}",
    "set {fixture} alight|aglow|ablaze|shining|glowing|going|burning|running",
    "make {fixture} emit|give|shed|cast|throw|radiate light",
    "have {fixture} emit|give|shed|cast|radiate light",
    "make {fixture} blaze|flare|gleam|beam|sparkle|burn|work|radiate|twinkle",
    "let {fixture} burn|gleam|blaze|beam|radiate|work|be_on",
    "i need light from {fixture}",
    "brightness from {fixture}",
    "engage|initiate|restart|revive|awaken {fixture}",
    "toggle|put|set|knock|tap {fixture} on",
    "get {fixture} going|running|working|started",
    "put {fixture} in operation|use|service",
)
_IS_ON = (
    "{fixture} is on|lit|lit_up|shining|glowing|switched_on|turned_on|powered|illuminated",
    "{fixture} is bright|burning|alight|enabled",
    "{fixture} is aglow|ablaze|running|live|working|operating|lighted|radiant|luminous|gleaming|blazing",
    "{fixture} is giving|shedding|emitting|casting light",
    "{fixture} is in use|operation",
    "{fixture} is put|toggled|powered|set on",
    "{fixture} is awake|started|energised|beaming|radiating|operational",
)
_OFF = (
    "turn|switch|power|shut off {fixture}",
    "turn|switch|power|shut {fixture} off",
    "put out {fixture}",
    "put {fixture} out",
    "deactivate|extinguish|douse {fixture}",
    "make {fixture} go out|off|dark",
    "make {fixture} stop shining|glowing",
    "stop {fixture} from shining|glowing",
    "get {fixture} off|dark|to_go_out",
    "let {fixture} go dark|out",
    "use the <device> to turn|switch off {fixture}",
    "turn|switch {fixture} off with|using the <device>",
    "with the <device> turn|switch off {fixture}",
    "kill|disable|quench|darken|cut {fixture}",
    "flick|click|flip off {fixture}",
    "flick|click|flip {fixture} off",
    "blow|snuff out {fixture}",
    "cut|take the power of|from {fixture}",
    "have {fixture} off|dark|out",
    "off with {fixture}",
    "make {fixture} dim|dark|black",
    "do away with the light of {fixture}",
    "shut|power|wind {fixture} down",
    "shut|power down {fixture}",
    "dim|blacken|smother|unplug|disconnect|end|cancel|interrupt|silence|suppress|halt|stifle {fixture}",
    "black|dim out {fixture}",
    "put {fixture} to sleep|rest",
    "make {fixture} cease|quit|finish shining|glowing|burning",
    "no more light from {fixture}",
    "no light from {fixture}",
    "deprive|rob {fixture} of power|electricity",
    "terminate|discontinue|neutralise|kill_off|finish {fixture}",
    "toggle|put|set|knock|tap {fixture} off",
    "stop {fixture}",
    "make|let {fixture} fade|die|sleep|stop|die_out",
    "let {fixture} be off|dark",
    "have {fixture} stop shining|burning|working",
    "save power|energy|electricity with {fixture} off",
)
_IS_OFF = (
    "{fixture} is off|dark|out|switched_off|turned_off|powered_off",
    "{fixture} is disabled|dim|unlit|not_lit|not_on",
    "{fixture} is dead|asleep|black|blacked_out|shut_down|powered_down|unplugged|disconnected|stopped",
    "{fixture} is without light|power|electricity",
    "{fixture} is no longer on|lit|shining|glowing|burning",
    "{fixture} is not shining|glowing|burning|working",
    "{fixture} is gone dark|out",
    "{fixture} is resting|sleeping|quiet|darkened|dimmed|faded",
)
_PRESS = (
    "press|push|hit|tap the button to turn|switch <on> {fixture}",
    "press|push|hit|tap the button so_that {fixture} goes <goes>",
    "press|push|hit|tap the button and turn|switch {fixture} <on>",
    "touch|poke|strike|depress|punch the button to turn|switch <on> {fixture}",
    "touch|poke|strike|depress|punch the button so_that|until {fixture} is|goes <goes>",
    "use the button so_that {fixture} goes <goes>",
)
_HELD_OUT_ON = (
    "light {fixture} up",
    "get {fixture} to shine|glow|light_up",
    "get {fixture} on|lit",
    "use the <device> to turn|switch on {fixture}",
    "on with {fixture}",
    "{fixture} is glowing|turned_on",
)
_HELD_OUT_OFF = (
    "put {fixture} out",
    "make {fixture} stop shining|glowing",
    "get {fixture} off|dark|to_go_out",
    "use the <device> to turn|switch off {fixture}",
    "{fixture} is turned_off",
)

# -- the families ---------------------------------------------------------------------------------

LIGHT_TASKS = (
    Task(
        "turn_on_led",
        switched(BUTTON, on=True),
        (*said(_ON, device="button"), *said(_PRESS, on="on", goes="on")),
        _IS_ON,
        held_out=said(_HELD_OUT_ON, device="button"),
        possible=light_is(BUTTON, on=False),
        hindered=switched_already(BUTTON, on=True),
        skill=press_button(on=True),
        fixture="button",
        begins=Begin(led=False),
        told="turned on {fixture}",
        contrasts=(("state", "turn_off_led"), ("thing", "turn_on_lamp")),
        symbols=Symbols(_switch(BUTTON, on=True), fingers="fist", weight=2.0),
    ),
    Task(
        "turn_off_led",
        switched(BUTTON, on=False),
        (*said(_OFF, device="button"), *said(_PRESS, on="off", goes="off|out|dark")),
        _IS_OFF,
        held_out=said(_HELD_OUT_OFF, device="button"),
        possible=light_is(BUTTON, on=True),
        hindered=switched_already(BUTTON, on=False),
        skill=press_button(on=False),
        fixture="button",
        begins=Begin(led=True),
        told="turned off {fixture}",
        contrasts=(("thing", "turn_off_lamp"),),
        symbols=Symbols(_switch(BUTTON, on=False), fingers="fist", weight=2.0),
    ),
    Task(
        "turn_on_lamp",
        switched(LEVER, on=True),
        (
            *said(_ON, device="lever"),
            "push|move|flip|lift|pull|raise the lever|switch|lever_switch up",
            "flip|lift|push|move up the lever|switch",
            "raise|lift|flip the lever|switch to turn|switch on {fixture}",
            "raise|lift the lever|switch",
            "put|bring|set the lever|switch up to light {fixture}",
            "set|bring|slide the lever|switch to the top",
            "with the lever|switch up light {fixture}",
        ),
        _IS_ON,
        held_out=(
            *said(_HELD_OUT_ON, device="lever"),
            "raise|lift|flip the lever|switch to turn|switch on {fixture}",
        ),
        possible=light_is(LEVER, on=False),
        hindered=switched_already(LEVER, on=True),
        skill=flip_lever(up=True),
        fixture="lever switch",
        begins=Begin(lamp=False),
        told="turned on {fixture}",
        contrasts=(("state", "turn_off_lamp"),),
        symbols=Symbols(_switch(LEVER, on=True), leaving=_taken_back, weight=0.6),
    ),
    Task(
        "turn_off_lamp",
        switched(LEVER, on=False),
        (
            *said(_OFF, device="lever"),
            "push|move|flip|pull|press|bring the lever|switch|lever_switch down",
            "flip|push|move|pull down the lever|switch",
            "lower|flip|press the lever|switch to turn|switch off {fixture}",
            "lower the lever|switch",
            "set|bring|slide the lever|switch to the bottom",
            "put|set the lever|switch down to darken {fixture}",
        ),
        _IS_OFF,
        held_out=(
            *said(_HELD_OUT_OFF, device="lever"),
            "lower|flip|press the lever|switch to turn|switch off {fixture}",
        ),
        possible=light_is(LEVER, on=True),
        hindered=switched_already(LEVER, on=False),
        skill=flip_lever(up=False),
        fixture="lever switch",
        begins=Begin(lamp=True),
        told="turned off {fixture}",
        symbols=Symbols(_switch(LEVER, on=False), leaving=_taken_back, weight=0.6),
    ),
)

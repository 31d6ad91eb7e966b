"""The robot of a page: one desk in a thread of its own, at the pace of the clock, for any number of visitors.

    desk = LiveDesk(DeskConfig())
    desk.start()
    desk.board.say("open the drawer")       # from any thread; commands wait in line
    frame = desk.board.next_frame(after=0)  # what is to be seen, thirty times a second while anything moves

Nothing here knows of browsers. While nobody has asked for anything, time stands still.
"""

import threading
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from data.common.errors import sentence_of
from robopolicy.runtime.execution import Actor, Errand
from robopolicy.runtime.scene_request import Wish
from robopolicy.viewer.actor import ready_actor
from robopolicy.viewer.board import Board
from robopolicy.viewer.pace import Pace
from robopolicy.viewer.records import (
    BUSY,
    DOING,
    DONE,
    FREE,
    LED,
    NOT_BEGUN,
    RECORDED,
    REFUSED,
    STOPPED,
    Exchange,
    Frame,
    Recording,
    recording_of,
)
from robopolicy.viewer.suggestions import suggestions
from robopolicy.viewer.teleoperation import Hand, still
from sim.desk.constants import CONTROL_HZ
from sim.desk.scene import Scene
from sim.desk.sensors import Sensor
from sim.desk.simulator import World
from sim.desk.tasks.families import achieved
from sim.state import Array, State

SETTLE = 5  # control steps of holding still after a command, for what fell to come to rest
OFFERED = ("seen", "seen", "paraphrase", "synonym", "composition", "object")


@dataclass(frozen=True)
class DeskConfig:
    """How a live desk runs."""

    checkpoint: str = "benchmark"
    max_steps: int = 120  # control steps after which a command is given up
    speed: float = 1.0  # simulated seconds per real one
    parts: int = 3  # frames per control step of 0.1 s
    queue: int = 16  # commands that may wait


class LiveDesk:
    """One world and one policy, carrying out what is on the board."""

    def __init__(
        self, config: DeskConfig, wish: Wish | None = None, load: Callable[[str], Actor] = ready_actor
    ) -> None:
        self.config = config
        self.wish = wish or Wish()
        self.scene = self.wish.scene()
        self.board = Board(self.scene, config.checkpoint, config.queue)
        self.world = World()
        self.recording: Recording | None = None  # of the latest command
        self._load, self._actor = load, load(config.checkpoint)
        self._pace = Pace(config.speed)
        self._orders: deque[Callable[[], None]] = deque()  # what comes before any command
        self._closing = self._interrupted = self._elsewhere = False
        self._built = 0
        self._rng = np.random.default_rng()
        self._thread = threading.Thread(target=self._work, name="desk", daemon=True)
        self._build(self.wish)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End the thread, in the middle of a command if need be."""
        with self.board.lock:
            self._closing = self._interrupted = True
            self.board.lock.notify_all()
        if self._thread.is_alive():
            self._thread.join(10)
        self.world.close()

    # -- what anybody may ask for ------------------------------------------------------------------

    def stop(self) -> None:
        """End what is being done, and forget what waits."""
        self._interrupted = True
        self.board.forget_waiting()

    def reset(self, wish: Wish) -> None:
        """Another scene, now."""
        self._order(lambda: self._build(wish))

    def switch(self, checkpoint: str) -> None:
        """Another policy; the standing's `trouble` says why not, if there is none."""
        self._order(lambda: self._take(checkpoint))

    def lead(self, hand: Hand, over: Callable[[], None]) -> None:
        """Let a person lead until they let go; commands wait. `over` is called then."""
        self._order(lambda: self._follow(hand, over))

    def replay(self, scene: Scene, states: State) -> None:
        """Show recorded states (T, ...) of another desk; the next command shows this one again."""
        self._order(lambda: self._replay(scene, states))

    @property
    def state(self) -> State:
        """The latest state at the end of a control step."""
        return self._state

    def _order(self, order: Callable[[], None]) -> None:
        with self.board.lock:
            self._orders.append(order)
            self._interrupted = True
            self.board.lock.notify_all()

    # -- the thread --------------------------------------------------------------------------------

    def _work(self) -> None:
        torch.set_num_threads(1)
        while True:
            with self.board.lock:
                self.board.lock.wait_for(lambda: self._closing or self._orders or self.board.waiting)
                if self._closing:
                    return
                self._interrupted = False
                order = self._orders.popleft() if self._orders else None
                one = None if order else self.board.take()
            self.board.update(at=BUSY, trouble="")
            try:
                if order:
                    order()
                elif one:
                    self._carry_out(one)
            except Exception as error:
                if one:
                    self.board.put(one._replace(status=STOPPED))
                sentence = sentence_of(error)
                self.board.update(trouble=sentence or "something went wrong")
                if sentence is None:
                    traceback.print_exc()
            self.board.update(at=RECORDED if self._elsewhere else FREE)

    def _carry_out(self, one: Exchange) -> None:
        self._come_back()
        known, before, frames = self.board.known(one.sentence), self._state, [self.board.frame]
        seen = self._sensor.observe(before)
        errand = Errand(self._actor, one.sentence, self.scene.names, before, seen, self.config.max_steps)
        one = one._replace(status=DOING, understood=errand.understood, why=errand.why)
        if errand.why:
            depth = errand.understood and errand.understood.refused
            self.board.put(one._replace(status=REFUSED if depth else NOT_BEGUN))
            return
        self.board.put(one)
        self._pace.start()
        while not (errand.over or self._interrupted):
            errand.saw(self._step(errand.act(seen), frames))
            seen = self._sensor.observe(self._state)
        success = bool(achieved(known.goal, before, self._state)) if known else None
        for _ in range(0 if self._closing else SETTLE):
            self._step(still(self._state), frames)
        self._actor.look_away()
        self.board.update(factor=self._pace.factor)
        seconds = (len(errand.states) - 1) / CONTROL_HZ
        one = one._replace(
            status=DONE if errand.over else STOPPED,
            happened=tuple(errand.happened()),
            success=success if errand.over else None,
            seconds=seconds,
        )
        self.recording = recording_of(self.scene, one, frames, 1 / (CONTROL_HZ * self.config.parts))
        self.board.put(one)
        self._offer(anew=False)

    def _replay(self, scene: Scene, states: State) -> None:
        puppet = World()
        try:
            puppet.build(scene)
            self._built, self._elsewhere = self._built + 1, True
            self.board.update(scene=scene, at=RECORDED)
            self._pace.start()
            for t in range(len(states.gripper)):
                puppet.show(states.at(t))
                self.board.show(self._built, puppet.poses(), states.lights[t])
                self._pace.wait(1 / CONTROL_HZ)
                if self._interrupted:
                    return
        finally:
            puppet.close()

    def _come_back(self) -> None:
        """Show this desk again, if another was shown."""
        if self._elsewhere:
            self._built, self._elsewhere = self._built + 1, False
            self.board.update(scene=self.scene)
            self.board.show(self._built, self.world.poses(), self._state.lights)

    def _follow(self, hand: Hand, over: Callable[[], None]) -> None:
        try:
            self._come_back()
            self.board.update(at=LED)
            hand.begin(self._state)
            self._pace.start()
            while not (hand.released or self._interrupted):
                before = self._state
                action = hand.action(before)
                hand.saw(before, action, self._step(action, []), self.scene)
            hand.end(self.scene)
        finally:
            hand.released = True
            self._actor.look_away()
            over()
            self._offer(anew=False)

    def _step(self, action: Array, frames: list[Frame]) -> State:
        """One control step at the pace of the clock, shown on the way."""
        parts = self.config.parts
        for part, poses in enumerate(self.world.steps(action, parts), 1):
            if part == parts:
                self._state = self.world.state()
            frames.append(self.board.show(self._built, poses, self._state.lights))
            self._pace.wait(1 / (CONTROL_HZ * parts))
        return self._state

    def _build(self, wish: Wish) -> None:
        self.wish, self.scene, self.recording, self._elsewhere = wish, wish.scene(), None, False
        self._state = self.world.build(self.scene)
        self._sensor = Sensor(self.scene)
        self._actor.forget()
        self._built += 1
        self.board.update(scene=self.scene)
        self.board.show(self._built, self.world.poses(), self._state.lights)
        self._offer(anew=True)

    def _take(self, checkpoint: str) -> None:
        self._actor = self._load(checkpoint)
        self.board.update(checkpoint=checkpoint)

    def _offer(self, anew: bool) -> None:
        self.board.offer(suggestions(self._state, self.scene.names, self._rng, OFFERED), anew)

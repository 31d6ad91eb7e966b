"""A live session: one world and one policy in a thread of their own, in real time, for any number of views.

    live = LiveSession(LiveConfig(), SceneRequest(DESK))
    live.start()
    live.shared.submit("open the drawer")          # from any thread; commands wait in a queue
    update = live.shared.wait_for_update(after=0)  # what to draw, 30 times a second while anything moves

Nothing here knows of browsers. While there is nothing to do, simulated time stands still.
"""

import threading
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from data.common.errors import sentence_of
from robopolicy.runtime.execution import AgentLike, Execution
from robopolicy.runtime.scene_request import SceneRequest
from robopolicy.viewer.live.agent import load_live_agent
from robopolicy.viewer.live.recording import Recording, recording_of
from robopolicy.viewer.live.records import (
    BUSY,
    DOING,
    DONE,
    IDLE,
    NOT_BEGUN,
    REFUSED,
    REPLAYING,
    STOPPED,
    TELEOPERATED,
    CommandRecord,
)
from robopolicy.viewer.live.shared import SharedState
from robopolicy.viewer.live.suggestions import suggestions
from robopolicy.viewer.live.teleoperation import Teleoperation
from robopolicy.viewer.live.world import LiveWorld
from sim.reaching import hold_still
from sim.state import State
from sim.world import WorldKind

SETTLE = 0.5  # s of holding still after a command, for falling things to come to rest
SUGGESTED_LEVELS = ("seen", "seen", "paraphrase", "synonym", "composition", "object")


@dataclass(frozen=True)
class LiveConfig:
    """How a live session runs."""

    checkpoint: str = "benchmark"
    max_steps: int = 120  # control steps after which a command is given up
    speed: float = 1.0  # simulated seconds per real second
    parts: int = 3  # updates of the scene per control step
    queue: int = 16  # commands that may wait


class LiveSession:
    """Carries out the commands in `shared`, one after another, in the thread that `start` starts.

    Its world is of the kind that `request` is for. `load` makes the agent of a checkpoint for a kind.
    Attributes: `kind`; `request`, for the present scene; `recording`, of the latest command.
    """

    def __init__(
        self,
        config: LiveConfig,
        request: SceneRequest,
        load: Callable[[str, WorldKind], AgentLike] = load_live_agent,
    ) -> None:
        self.config = config
        self.request = request
        self.kind = self.request.kind
        self.recording: Recording | None = None
        scene = self.request.scene()
        self.shared = SharedState(scene, config.checkpoint, config.queue, self.kind)
        self._load, self._agent = load, load(config.checkpoint, self.kind)
        self._world = LiveWorld(self.kind, scene, self.shared, config.speed, config.parts)
        self._agent.forget()  # of what it saw while it was loaded
        self._jobs: deque[Callable[[], None]] = deque()  # done before any command
        self._closing = self._interrupted = False
        self._rng = np.random.default_rng()
        self._thread = threading.Thread(target=self._work, name="live", daemon=True)
        self._suggest(scene_is_new=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """End the thread, in the middle of a command if need be, and close the world."""
        with self.shared.lock:
            self._closing = self._interrupted = True
            self.shared.lock.notify_all()
        if self._thread.is_alive():
            self._thread.join(10)
        self._world.close()

    # -- what any thread may ask for ---------------------------------------------------------------

    def stop(self) -> None:
        """Stop the present command and cancel those that wait."""
        self._interrupted = True
        self.shared.cancel_waiting()

    def reset(self, request: SceneRequest) -> None:
        """Set up another scene, ending what is being done."""
        self._enqueue(lambda: self._build(request))

    def switch(self, checkpoint: str) -> None:
        """Load another policy; if that fails, the status' `error` says why and the old one stays."""
        self._enqueue(lambda: self._load_agent(checkpoint))

    def teleoperate(self, teleoperation: Teleoperation, on_end: Callable[[], None]) -> None:
        """Let a person control the hand until they release it, then call `on_end`; commands wait."""
        self._enqueue(lambda: self._follow(teleoperation, on_end))

    def replay(self, scene: Any, states: State) -> None:
        """Show recorded states (T, ...) of another scene; the next command shows the live one again."""
        self._enqueue(lambda: self._world.replay(scene, states, lambda: self._interrupted))

    @property
    def scene(self) -> Any:
        """The world's scene, also while another one is on show."""
        return self._world.scene

    @property
    def state(self) -> State:
        """The true state at the end of the latest control step."""
        return self._world.state

    def _enqueue(self, job: Callable[[], None]) -> None:
        """Have the thread do a job next, ending what it is doing."""
        with self.shared.lock:
            self._jobs.append(job)
            self._interrupted = True
            self.shared.lock.notify_all()

    # -- the thread --------------------------------------------------------------------------------

    def _work(self) -> None:
        """Wait for jobs and commands, and do them, until closed."""
        torch.set_num_threads(1)
        while True:
            with self.shared.lock:
                self.shared.lock.wait_for(lambda: self._closing or self._jobs or self.shared.n_waiting)
                if self._closing:
                    return
                self._interrupted = False
                job = self._jobs.popleft() if self._jobs else None
                command = None if job else self.shared.pop()
            self.shared.set_status(mode=BUSY, error="")
            try:
                if job:
                    job()
                elif command:
                    self._carry_out(command)
            except Exception as error:
                if command:
                    self.shared.set_record(command._replace(status=STOPPED))
                sentence = sentence_of(error)
                self.shared.set_status(error=sentence or "something went wrong")
                if sentence is None:
                    traceback.print_exc()
            self.shared.set_status(mode=REPLAYING if self._world.replaying else IDLE)

    def _carry_out(self, command: CommandRecord) -> None:
        """Let the policy act until the command is over, and record what came of it."""
        self._world.end_replay()
        suggested = self.shared.suggestion_for(command.sentence)
        before, updates = self.state, [self.shared.latest]
        seen = self._world.observe()
        execution = Execution(
            self._agent,
            command.sentence,
            self.scene.names,
            before,
            seen,
            self.config.max_steps,
            kind=self.kind,
        )
        command = command._replace(status=DOING, understood=execution.understood, why=execution.why)
        if execution.why:
            refused = execution.understood and execution.understood.refused
            self.shared.set_record(command._replace(status=REFUSED if refused else NOT_BEGUN))
            return
        self.shared.set_record(command)
        self._world.clock.start()
        while not (execution.over or self._interrupted):
            updates += self._world.step(execution.act(seen))
            execution.record(self.state)
            seen = self._world.observe()
        success = bool(self.kind.achieved(suggested.goal, before, self.state)) if suggested else None
        for _ in range(0 if self._closing else round(SETTLE * self.kind.spec.control_hz)):
            updates += self._world.step(hold_still(self.state, self.kind.spec.action))
        self._agent.look_away()
        self.shared.set_status(real_time_factor=self._world.clock.factor)
        command = command._replace(
            status=DONE if execution.over else STOPPED,
            happened=tuple(execution.happened()),
            success=success if execution.over else None,
            seconds=(len(execution.states) - 1) / self.kind.spec.control_hz,
        )
        self.recording = recording_of(self.kind, command, updates, self._world.period)
        self.shared.set_record(command)
        self._suggest(scene_is_new=False)

    def _follow(self, teleoperation: Teleoperation, on_end: Callable[[], None]) -> None:
        """Act as a person wants until they release the hand."""
        try:
            self._world.end_replay()
            self.shared.set_status(mode=TELEOPERATED)
            teleoperation.begin(self.state)
            self._world.clock.start()
            while not (teleoperation.released or self._interrupted):
                before = self.state
                action = teleoperation.action(before)
                self._world.step(action)
                teleoperation.record(before, action, self.state, self.scene)
            teleoperation.end(self.scene)
        finally:
            teleoperation.released = True
            self._agent.look_away()
            on_end()
            self._suggest(scene_is_new=False)

    def _build(self, request: SceneRequest) -> None:
        """Set up the requested scene; what the policy inferred about the previous world is cleared."""
        self.request, self.recording = request, None
        self._world.build(request.scene())
        self._agent.forget()
        self._suggest(scene_is_new=True)

    def _load_agent(self, checkpoint: str) -> None:
        self._agent = self._load(checkpoint, self.kind)
        self.shared.set_status(checkpoint=checkpoint)

    def _suggest(self, scene_is_new: bool) -> None:
        """Suggest sentences for the present state."""
        found = suggestions(self.state, self.scene.names, self._rng, SUGGESTED_LEVELS, self.kind)
        self.shared.set_suggestions(found, scene_is_new)

"""The page: a live world and its policy in visitors' browsers, through viser.

One thread forwards the session's updates of the scene to viser, another its status; viser's own thread sends
them on, to each browser the latest ones, as fast as that browser takes them.
"""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from data.common.atomic_io import write_atomic
from data.store.reader import open_dataset
from robopolicy.common.errors import UserError
from robopolicy.common.listening import check_address
from robopolicy.common.text import slug
from robopolicy.runtime.scene_request import SceneRequest
from robopolicy.viewer.drawing.replay_page import replay_html
from robopolicy.viewer.drawing.scene_view import SceneView, set_initial_camera
from robopolicy.viewer.drawing.viser_server import close_server, open_server
from robopolicy.viewer.extras import need
from robopolicy.viewer.live.session import LiveConfig, LiveSession
from robopolicy.viewer.page.admission import Admission
from robopolicy.viewer.page.annotation_controls import AnnotationControls
from robopolicy.viewer.page.camera_pictures import CameraPictures
from robopolicy.viewer.page.config import PageConfig
from robopolicy.viewer.page.messages import quiet_about_visitors
from robopolicy.viewer.page.panel import Panel
from robopolicy.viewer.page.teleop_controls import TeleopControls


class Page:
    """Serves one live session from `start` until `close`.

    Raises `NotInstalled` and `CannotListen`, and what loading the policy and opening the dataset raise.
    """

    def __init__(self, config: PageConfig, live: LiveSession | None = None) -> None:
        need("viser")
        check_address(config)  # viser would take the next port, and wait for ever for a bad host
        if config.dataset is not None:
            open_dataset(config.dataset, config.kind)  # raises where there is none
        self.config = config
        self.updates = 0  # updates of the scene that were sent to the visitors
        request = SceneRequest(config.kind, config.seed, config.layout, config.n_objects)
        settings = LiveConfig(config.checkpoint, config.max_steps, config.speed, config.parts)
        self.live = live or LiveSession(settings, request)
        self._quiet = ExitStack()
        self._quiet.enter_context(quiet_about_visitors())
        self.server: Any = open_server(config.host, config.listens_at)
        self.admission = Admission(self.server, config)
        self._closing = threading.Event()
        set_initial_camera(self.server, self.live.kind)
        self._view = SceneView(self.server.scene, self.live.kind)
        self.panel = Panel(self.server, self.live, self.keep_replay)
        self.teleop = TeleopControls(self.server, self.live, Path(config.output) / "play")
        self.server.on_client_connect(self.panel.welcome)
        if config.dataset is not None:
            annotation = AnnotationControls(self.server, self.live, Path(config.dataset))
            self.server.on_client_connect(annotation.welcome)
        loops: list[Callable[[], None]] = [self._forward_updates, self._forward_status]
        if config.cameras and self.live.kind.spec.cameras:
            cameras = CameraPictures(self.server.gui, self.live, config.cameras)
            loops.append(lambda: cameras.follow(self._closing))
        self._threads = [threading.Thread(target=loop, daemon=True) for loop in loops]

    @property
    def port(self) -> int:
        """The port at which the page is served."""
        return self.server.get_port()

    def start(self) -> None:
        """Start the session and the threads that follow it."""
        self.live.start()
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop the session, all threads and the server. Closing twice is harmless."""
        self._closing.set()
        self.live.close()
        self.teleop.store.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(5)
        close_server(self.server)
        self._quiet.close()

    def keep_replay(self, client: Any) -> None:
        """Write the latest command as a replay page, and offer it to a visitor (None: to nobody).

        Raises `UserError` if there was no command yet.
        """
        recording = self.live.recording
        if recording is None:
            raise UserError("there is nothing to keep yet: say something first")
        name = f"{self.live.shared.status.version:05d}-{slug(recording.sentence)}.html"
        path = Path(self.config.output) / "replays" / name
        html = replay_html(recording)
        write_atomic(path, html)
        if client is not None:
            client.add_notification("Kept", f"{path}", color="green", auto_close_seconds=8)
            client.send_file_download(name, html.encode())

    def _forward_updates(self) -> None:
        """Send every update of the scene to viser, until the page is closed."""
        number, scene_number = 0, 0
        while not self._closing.is_set():
            update = self.live.shared.wait_for_update(number, 0.5)
            if update.number == number:
                continue
            number = update.number
            if update.scene_number != scene_number:
                scene_number = update.scene_number
                self._view.build(update.figures)
            with self.server.atomic():
                self._view.update(update.poses, update.lights)
            self.updates += 1

    def _forward_status(self) -> None:
        """Show every change of the status in the panel, until the page is closed."""
        version = 0
        while not self._closing.is_set():
            status = self.live.shared.wait_for_status(version, 0.5)
            self.teleop.retry_storing()
            if status.version != version:
                version = status.version
                self.panel.refresh(status)
                self._closing.wait(0.05)  # changes that come together are shown together

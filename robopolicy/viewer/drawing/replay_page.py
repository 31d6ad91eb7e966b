"""A replay page: one recording as a single HTML file in which the 3D scene can be turned and zoomed."""

from robopolicy.common.templating import renderer
from robopolicy.viewer.drawing.scene_view import SceneView, set_initial_camera
from robopolicy.viewer.drawing.viser_server import close_server, open_server
from robopolicy.viewer.live.recording import Recording

PAUSE_AT_END = 1.5  # s that the last state is shown for before the replay starts again
_render = renderer("robopolicy.viewer.drawing")


def replay_html(recording: Recording) -> str:
    """The page as HTML that loads nothing from elsewhere. Raises `NotInstalled`.

    viser serialises what it would send to a browser, so a server is started that nobody visits.
    """
    server = open_server()
    try:
        set_initial_camera(server, recording.kind)
        view = SceneView(server.scene, recording.kind, daylight=False)
        view.build(recording.figures)
        lights = [tuple(map(bool, row)) for row in recording.lights]
        view.update(recording.poses[0], lights[0])
        serializer = server.get_scene_serializer()
        for poses, lit in zip(recording.poses[1:], lights[1:], strict=True):
            serializer.insert_sleep(recording.period)
            view.update(poses, lit)
        serializer.insert_sleep(PAUSE_AT_END)
        return with_caption(serializer.as_html(), recording.sentence, recording.outcome)
    finally:
        close_server(server)


def with_caption(page: str, sentence: str, outcome: str) -> str:
    """The page with the sentence as its title, and sentence and outcome above the scene."""
    begin, end = page.find("<title>"), page.find("</title>")
    if 0 <= begin < end:
        page = page[:begin] + _render("title.html", sentence=sentence) + page[end + len("</title>") :]
    at = page.rindex("</body>")
    return page[:at] + _render("caption.html", sentence=sentence, outcome=outcome) + page[at:]

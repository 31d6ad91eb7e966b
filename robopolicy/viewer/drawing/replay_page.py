"""A replay page: one recording as a single HTML file in which the 3D scene can be turned and zoomed."""

from robopolicy.common.html import escape
from robopolicy.viewer.drawing.scene_view import SceneView, set_initial_camera
from robopolicy.viewer.drawing.viser_server import close_server, open_server
from robopolicy.viewer.live.recording import Recording

PAUSE_AT_END = 1.5  # s that the last state is shown for before the replay starts again

_CAPTION = (
    '<div style="position:fixed;left:50%;transform:translateX(-50%);top:14px;max-width:60%;z-index:10;'
    "background:#1c2330e0;color:#fff;border-radius:8px;padding:8px 14px;font:15px/1.45 system-ui,sans-serif;"
    'pointer-events:none"><b>“{sentence}”</b><br><span style="opacity:0.85">{outcome}</span></div>'
)


def replay_html(recording: Recording) -> str:
    """The page as HTML that loads nothing from elsewhere. Raises `NotInstalled`.

    viser serialises what it would send to a browser, so a server is started that nobody visits.
    """
    server = open_server()
    try:
        set_initial_camera(server)
        view = SceneView(server.scene, daylight=False)
        view.build(recording.scene)
        lights = [(bool(led), bool(lamp)) for led, lamp in recording.lights]
        view.update(recording.poses[0], lights[0])
        serializer = server.get_scene_serializer()
        for poses, lit in zip(recording.poses[1:], lights[1:], strict=True):
            serializer.insert_sleep(recording.period)
            view.update(poses, lit)
        serializer.insert_sleep(PAUSE_AT_END)
        return _with_caption(serializer.as_html(), recording)
    finally:
        close_server(server)


def _with_caption(html: str, recording: Recording) -> str:
    """The page with the sentence as its title, and sentence and outcome above the scene."""
    caption = _CAPTION.format(sentence=escape(recording.sentence), outcome=escape(recording.outcome))
    title = f"<title>{escape(recording.sentence)}</title>"
    begin, end = html.find("<title>"), html.find("</title>")
    if 0 <= begin < end:
        html = html[:begin] + title + html[end + len("</title>") :]
    at = html.rindex("</body>")
    return html[:at] + caption + html[at:]

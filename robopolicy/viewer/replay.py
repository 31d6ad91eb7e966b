"""One command as a page of its own: all that was to be seen of it, in one file, to be turned and zoomed."""

from robopolicy.common.html import escape
from robopolicy.viewer.records import Recording
from robopolicy.viewer.scenery import Scenery, stand
from robopolicy.viewer.viewer import close_viewer, open_viewer

END = 1.5  # s that the end is shown for

_CAPTION = (
    '<div style="position:fixed;left:50%;transform:translateX(-50%);top:14px;max-width:60%;z-index:10;'
    "background:#1c2330e0;color:#fff;border-radius:8px;padding:8px 14px;font:15px/1.45 system-ui,sans-serif;"
    'pointer-events:none"><b>“{sentence}”</b><br><span style="opacity:0.85">{says}</span></div>'
)


def replay_html(recording: Recording) -> str:
    """A self-contained page; raises `NotInstalled`.

    viser writes down what it would send to a browser, so a server is made for it, where nobody looks.
    """
    server = open_viewer()
    try:
        stand(server)
        scenery = Scenery(server.scene, daylight=False)
        scenery.build(recording.scene)
        lights = [(bool(led), bool(lamp)) for led, lamp in recording.lights]
        scenery.update(recording.poses[0], lights[0])
        film = server.get_scene_serializer()
        for poses, lit in zip(recording.poses[1:], lights[1:], strict=True):
            film.insert_sleep(recording.period)
            scenery.update(poses, lit)
        film.insert_sleep(END)
        return _captioned(film.as_html(), recording)
    finally:
        close_viewer(server)


def _captioned(html: str, recording: Recording) -> str:
    caption = _CAPTION.format(sentence=escape(recording.sentence), says=escape(recording.says))
    title = f"<title>{escape(recording.sentence)}</title>"
    begin, end = html.find("<title>"), html.find("</title>")
    if 0 <= begin < end:
        html = html[:begin] + title + html[end + len("</title>") :]
    at = html.rindex("</body>")
    return html[:at] + caption + html[at:]

"""HTML of reports: one page without scripts or files from elsewhere, in a light and a dark style."""

import html

from sim.common.printable import visible

STYLE = """
:root { --ink:#1c2330; --soft:#5d6779; --paper:#ffffff; --card:#f5f7fa; --line:#dde2ea; --bar:#2f6fde;
  --quiet:#a9b4c6; --good:#1d8348; --bad:#b83227; --heat:47,111,222; }
@media (prefers-color-scheme: dark) { :root { --ink:#e6e9ef; --soft:#9aa5b8; --paper:#14171d; --card:#1c2129;
  --line:#2d3440; --bar:#6ba1ff; --quiet:#5b6679; --good:#5fc98b; --bad:#f0857a; --heat:107,161,255; } }
* { box-sizing:border-box } html { color-scheme:light dark }
body { margin:0 auto; max-width:1000px; padding:32px 24px 80px; background:var(--paper); color:var(--ink);
  font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif }
h1 { font-size:27px; margin:0 0 4px } h2 { font-size:19px; margin:44px 0 8px } p { max-width:75ch; margin:6px 0 14px }
.soft, figcaption, .tick { color:var(--soft) } .soft { font-size:14px }
table { border-collapse:collapse; width:100%; font-variant-numeric:tabular-nums } .wide { overflow-x:auto }
th { text-align:left; font-weight:600; border-bottom:2px solid var(--line); padding:5px 10px 5px 0 }
td { border-bottom:1px solid var(--line); padding:5px 10px 5px 0; vertical-align:top }
.n { text-align:right; white-space:nowrap } .long { overflow-wrap:anywhere; min-width:17ch } td.heat { text-align:center; border-left:3px solid var(--paper); padding:5px 6px }
th.heat { text-align:center } tr.quiet td { color:var(--soft) } .good { color:var(--good) } .bad { color:var(--bad) }
svg { max-width:100%; height:auto; display:block } svg text { font:13px system-ui,sans-serif; fill:var(--ink) }
svg text.tick { fill:var(--soft); font-size:12px } .grid { stroke:var(--line) } .bar { fill:var(--bar) }
.quiet { fill:var(--quiet) } .whisker { stroke:var(--ink); stroke-width:1.5; fill:none }
.curve { fill:none; stroke:var(--bar); stroke-width:2 } code { background:var(--card); padding:1px 5px; border-radius:4px }
.shade { fill:var(--quiet); opacity:.22 } .band { fill:var(--of); opacity:.16 } .dot { fill:var(--of) }
.line { fill:none; stroke:var(--of); stroke-width:2 } .of1 .line { stroke-dasharray:6 3 } .of2 .line { stroke-dasharray:2 3 }
.of0 { --of:var(--bar) } .of1 { --of:#d9822b } .of2 { --of:#2f9e63 } .of3 { --of:#a855c7 } .of4 { --of:#cc4b40 } .of5 { --of:#7a869a }
.plots { display:grid; grid-template-columns:repeat(auto-fit,minmax(400px,1fr)); gap:8px 24px } h3 { font-size:15px; margin:22px 0 4px }
.films { display:grid; grid-template-columns:repeat(auto-fill,minmax(380px,1fr)); gap:16px }
figure { margin:0; background:var(--card); border:1px solid var(--line); border-radius:8px; overflow:hidden }
figure video, figure img { display:block; width:100% } figcaption { padding:8px 12px; font-size:13.5px }
figcaption b { color:var(--ink); font-weight:600 } .hero { max-width:660px; margin:18px 0 }
details { margin:10px 0 } summary { cursor:pointer; color:var(--soft) } pre { background:var(--card); padding:14px;
  border-radius:8px; overflow-x:auto; font-size:12.5px }
"""


def escape(text: str) -> str:
    """Text as HTML that shows it literally, control characters spelled out."""
    return html.escape(visible(text, keep="\n"))


def page(title: str, body: str) -> str:
    """A whole HTML document; `title` is text, `body` is HTML."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def table(head: str, rows: list[str]) -> str:
    """A table of its header cells and its rows, both given as HTML."""
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )

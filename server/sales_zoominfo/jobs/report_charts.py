"""Charts of the report: inline SVG whose colours come from the page's style, for light, dark and paper."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

# One hue for what matched, warm ones for what somebody can act on, grey for what was left alone; told apart by
# lightness too, so that a copy in black and white still reads.
_LIGHT = {
    "s-enriched": "#0b7a75", "s-unchanged": "#6fc0b4", "s-no_match": "#e0a021", "s-ambiguous": "#c96a1b",
    "s-opted_out": "#6b5fa8", "s-suppressed": "#a79fd1", "s-invalid": "#9a4b3c", "s-over_budget": "#3f73c4",
    "s-held": "#8a6d9e", "s-cancelled": "#9aa1a9", "s-failed": "#c0322b", "s-pending": "#d5d9de",
    "c-before": "#9db4c0", "c-gain": "#0b7a75", "c-match": "#0b7a75", "c-owned": "#6fc0b4", "c-dup": "#b9dcd5",
}  # fmt: skip
_DARK = {
    "s-enriched": "#2bb3a6", "s-unchanged": "#1c6f69", "s-no_match": "#e7b04a", "s-ambiguous": "#e2894a",
    "s-opted_out": "#9d93dd", "s-suppressed": "#655e96", "s-invalid": "#c77f6f", "s-over_budget": "#6f9fe6",
    "s-held": "#b394c9", "s-cancelled": "#747c86", "s-failed": "#ee6a62", "s-pending": "#3a424c",
    "c-before": "#5d7482", "c-gain": "#2bb3a6", "c-match": "#2bb3a6", "c-owned": "#1c8079", "c-dup": "#17514d",
}  # fmt: skip


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())


_PAPER = {
    "bg": "#fff", "card": "#fff", "ink": "#14202b", "soft": "#566472", "line": "#dfe4e9", "track": "#eef1f4",
    "warn": "#fff5dc", "edge": "#e0a021", **_LIGHT,
}  # fmt: skip
_NIGHT = {
    "bg": "#12181f", "card": "#1a222b", "ink": "#e8edf2", "soft": "#9eabb8", "line": "#2c3742", "track": "#26303a",
    "warn": "#332a14", "edge": "#b98a2c", **_DARK,
}  # fmt: skip

STYLE = f"""\
:root{{color-scheme:light dark;{_variables(_PAPER | {"bg": "#f5f7f9"})}}}
@media (prefers-color-scheme:dark){{:root{{{_variables(_NIGHT)}}}}}
*{{box-sizing:border-box}}
body{{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,\
"Noto Sans","Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}}
main{{max-width:60rem;margin:0 auto;padding:2rem 1.25rem 3rem}}
h1{{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem;overflow-wrap:anywhere;text-wrap:balance}}
h2{{font-size:1.1rem;margin:0 0 .9rem}} h3{{font-size:.95rem;margin:1.4rem 0 .5rem}}
p{{margin:.4rem 0}} .facts,.hint,footer{{color:var(--soft)}} .facts{{margin:0 0 1rem}}
.hint{{font-size:.85rem}} th .hint{{display:inline-block;font-weight:400;margin-left:.7rem}}
.lead{{font-size:1.15rem;max-width:52rem;margin:1rem 0 1.25rem}}
.sandbox,.note{{background:var(--warn);border-left:4px solid var(--edge);padding:.6rem .9rem;border-radius:0 6px 6px 0}}
.tiles{{display:grid;grid-template-columns:repeat(4,1fr);gap:.75rem;margin:0 0 1rem}}
.tile,section{{background:var(--card);border:1px solid var(--line);border-radius:10px}}
.tile{{padding:.8rem 1rem}} dt{{font-size:.85rem;color:var(--soft)}} dd{{margin:0;font-size:.85rem;color:var(--soft)}}
.figure{{font-size:1.7rem;line-height:1.2;font-weight:650;color:var(--ink);font-variant-numeric:tabular-nums}}
section{{padding:1.1rem 1.25rem;margin:0 0 1rem}}
table{{border-collapse:collapse;width:100%;font-size:.92rem}}
th,td{{text-align:left;padding:.4rem .6rem .4rem 0;border-top:1px solid var(--line);vertical-align:middle}}
thead th{{border-top:0;font-size:.8rem;font-weight:500;color:var(--soft);padding-top:0;vertical-align:bottom}}
tbody th{{font-weight:500;overflow-wrap:anywhere}}
tr>:last-child{{padding-right:0}}
.num{{text-align:right;padding-left:.9rem;font-variant-numeric:tabular-nums;white-space:nowrap}}
td.chart{{width:42%;min-width:6rem}} th.chart{{width:42%}} .narrow{{max-width:28rem}}
svg{{display:block;width:100%}} svg.bar{{height:14px}} svg.stack{{height:28px;margin:0 0 .9rem;border-radius:5px}}
svg text{{fill:var(--ink);font-size:13px}} svg text.soft{{fill:var(--soft)}}
svg.columns{{max-width:40rem;height:auto;margin-top:.6rem}} .track{{fill:var(--track)}}
.dot{{display:inline-block;flex:none;width:.72rem;height:.72rem;border-radius:3px;margin:0 .5rem 0 0}}
.legend{{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:0 0 .7rem;padding:0;list-style:none;font-size:.85rem;\
color:var(--soft)}}
.next{{list-style:none;margin:0;padding:0}} .next li{{display:flex;padding:.55rem 0;border-top:1px solid var(--line)}}
.next li:first-child{{border-top:0;padding-top:0}} .next .dot{{margin-top:.4rem}}
code{{font:.9em ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;background:var(--track);\
padding:.1em .35em;border-radius:4px;overflow-wrap:anywhere}}
footer{{font-size:.8rem;margin-top:1.25rem;overflow-wrap:anywhere}}
{"".join(f".{name}{{fill:var(--{name});background:var(--{name})}}" for name in _LIGHT)}
@media (max-width:40rem){{main{{padding:1.25rem .9rem 2rem}} .tiles{{grid-template-columns:repeat(2,1fr)}} \
.figure{{font-size:1.4rem}} section{{padding:1rem .9rem}} td.chart,th.chart{{display:none}} \
th .hint{{display:block;margin:0}} .num{{padding-left:.4rem}}}}
@media print{{:root{{{_variables(_PAPER)}}} @page{{margin:14mm}} *{{print-color-adjust:exact;\
-webkit-print-color-adjust:exact}} body{{font-size:10.5pt}} main{{max-width:none;padding:0}} \
section{{padding:.9rem 1rem}} td.chart,th.chart{{width:28%}} .tile,tr,.next li,svg{{break-inside:avoid}} \
h2,h3{{break-after:avoid}} \
thead{{display:table-header-group}} .tiles{{grid-template-columns:repeat(4,1fr)}}}}
"""

# Bars are drawn on this scale and stretched to their cell; text would be stretched too, so it stands outside.
_SCALE = 1000


def bar(rate: float | None, colour: str) -> str:
    """One bar on its track. What it says stands beside it as text, so that it is hidden from screen readers."""
    return _bar([(0.0, rate or 0.0, colour)])


def pair(before: float, after: float) -> str:
    """How far a bar reached before, and what was gained or lost since."""
    gain = (before, after - before, "c-gain") if after >= before else (after, before - after, "s-failed")
    return _bar([(0.0, min(before, after), "c-before"), gain])


def _bar(parts: Sequence[tuple[float, float, str]]) -> str:
    drawn = "".join(
        f'<rect class={colour} x="{start * _SCALE:g}" width="{max(width * _SCALE, 3):g}" height="14"/>'
        for start, width, colour in parts
        if width > 0
    )
    return (
        f'<svg class=bar viewBox="0 0 {_SCALE} 14" preserveAspectRatio="none" aria-hidden=true>'
        f'<rect class=track width="{_SCALE}" height="14" rx="3"/>{drawn}</svg>'
    )


def stack(parts: Sequence[tuple[str, str, int]], total: int, title: str) -> str:
    """One bar of several parts.

    Args:
        parts: class of the colour, name and count.
        total: what the whole bar stands for.
        title: what it shows, for screen readers.
    """
    drawn: list[str] = []
    at = 0.0
    for colour, name, count in parts:
        width = count / total * _SCALE
        # A gap tells neighbours apart without a colour; a part of one row is seen all the same.
        shown = max(width - 2, min(width, 2), 1.5)
        drawn.append(
            f'<rect class={colour} x="{at:.2f}" width="{shown:.2f}" height="28">'
            f"<title>{escape(name)}: {count:,}</title></rect>"
        )
        at += width
    said = ", ".join(f"{name} {count:,}" for _, name, count in parts)
    return (
        f'<svg class=stack viewBox="0 0 {_SCALE} 28" preserveAspectRatio="none" role=img '
        f'aria-label="{escape(f"{title}: {said}")}">{"".join(drawn)}</svg>'
    )


def bars(parts: Sequence[tuple[str, int]], colour: str, title: str) -> str:
    """Named counts as bars, each measured against the largest."""
    most = max(count for _, count in parts)
    lines = "".join(
        f"<tr><th scope=row class=label>{escape(name)}</th><td class=chart>{bar(count / most, colour)}</td>"
        f"<td class=num>{count:,}</td></tr>\n"
        for name, count in parts
    )
    return f'<table aria-label="{escape(title)}">\n<tbody>\n{lines}</tbody>\n</table>'


def columns(parts: Sequence[tuple[str, int]], colour: str, title: str) -> str:
    """Named counts as columns side by side, with their texts.

    Args:
        parts: names and counts, from left to right.
        colour: class of the colour.
        title: what they show, for screen readers.
    """
    most = max(count for _, count in parts) or 1
    width, height, gap = 62, 120, 10
    whole = max(len(parts) * (width + gap), 4 * (width + gap))
    drawn: list[str] = []
    for index, (name, count) in enumerate(parts):
        left, tall = index * (width + gap), count / most * height
        middle = left + width / 2
        drawn.append(
            f'<rect class={colour} x="{left}" y="{22 + height - tall:.1f}" width="{width}" height="{tall:.1f}" rx="3"/>'
            f'<text x="{middle}" y="{16 + height - tall:.1f}" text-anchor=middle>{count:,}</text>'
            f'<text class=soft x="{middle}" y="{42 + height}" text-anchor=middle>{escape(name)}</text>'
        )
    base = f'<rect class=track y="{22 + height}" width="{whole}" height="2"/>'
    said = ", ".join(f"{name}: {count:,}" for name, count in parts)
    return (
        f'<svg class=columns viewBox="0 0 {whole} {height + 50}" role=img style="max-width:{whole}px" '
        f'aria-label="{escape(f"{title}: {said}")}">{base}{"".join(drawn)}</svg>'
    )


def legend(parts: Sequence[tuple[str, str]]) -> str:
    """What the colours mean."""
    items = "".join(f"<li><span class='dot {colour}'></span>{escape(name)}</li>" for colour, name in parts)
    return f"<ul class=legend>{items}</ul>"

"""Results as one HTML page that needs nothing else: no script, no font, no picture from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from .results import Outcome, Results, Sum, by, by_grader, sum_up

NAMES = {
    "both": "Skill and server",
    "skill": "Skill alone",
    "server": "Server alone",
    "neither": "Neither",
}
GRADERS = {
    "stopped": "came to its own end",
    "language": "answered in the user's language",
    "skill": "opened the skill, or left it shut, as it should",
    "tools_expected": "called the tools that the task needs",
    "tools_forbidden": "called none that it must not",
    "order": "did first what comes first",
    "limits": "kept arguments within the limits",
    "credits": "spent no more than was allowed",
    "consent": "spent nothing that nobody had agreed to",
    "asks": "asked when it had to ask",
    "grounded": "looked facts up",
    "facts": "said what is true",
    "wrong_facts": "said nothing that is false",
    "citation": "named a source that exists, with its date",
    "unknown": "said so where the answer is not known",
    "sandbox": "called fictional data fictional",
    "route": "handed strategy to the right skill",
    "never": "let nothing out that must stay in",
}
# Characters of an answer that are shown.
_ANSWER = 1500

_STYLE = """\
:root{color-scheme:light dark;--bg:#f5f7f9;--card:#fff;--ink:#14202b;--soft:#566472;--line:#dfe4e9;--track:#eef1f4;
--good:#0b7a75;--soso:#c07d12;--bad:#b3362c;--warn:#fff5dc;--edge:#e0a021}
@media (prefers-color-scheme:dark){:root{--bg:#12181f;--card:#1a222b;--ink:#e8edf2;--soft:#9eabb8;--line:#2c3742;
--track:#26303a;--good:#2bb3a6;--soso:#e7b04a;--bad:#ee6a62;--warn:#332a14;--edge:#b98a2c}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",
"Noto Sans CJK SC","Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:62rem;margin:0 auto;padding:2rem 1.25rem 3rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem;text-wrap:balance}
h2{font-size:1.1rem;margin:0 0 .3rem} p{margin:.4rem 0} .facts,.hint,footer{color:var(--soft)}
.hint{font-size:.85rem;margin:0 0 .8rem} .lead{font-size:1.2rem;margin:1rem 0 1.25rem;max-width:54rem}
.note{background:var(--warn);border-left:4px solid var(--edge);padding:.6rem .9rem;border-radius:0 6px 6px 0}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:.75rem;margin:0 0 1rem}
.tile,section{background:var(--card);border:1px solid var(--line);border-radius:10px}
.tile{padding:.8rem 1rem} dt,dd{font-size:.85rem;color:var(--soft);margin:0}
.figure{font-size:1.7rem;line-height:1.2;font-weight:650;color:var(--ink);font-variant-numeric:tabular-nums}
section{padding:1.1rem 1.25rem;margin:0 0 1rem;overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;padding:.42rem .7rem .42rem 0;border-top:1px solid var(--line);vertical-align:middle}
thead th{border-top:0;font-size:.8rem;font-weight:500;color:var(--soft);padding-top:0;vertical-align:bottom}
tbody th{font-weight:500;overflow-wrap:anywhere;min-width:7.5rem} tr>:last-child{padding-right:0}
.num{width:3.4rem;text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.chart{width:34%;min-width:7rem} svg{display:block;width:100%;height:14px} .track{fill:var(--track)}
.good{fill:var(--good);color:var(--good)} .soso{fill:var(--soso);color:var(--soso)}
.bad{fill:var(--bad);color:var(--bad)} .span{fill:var(--ink);opacity:.45}
.mark{font-weight:700;text-align:center;width:5.2rem;vertical-align:top} .none{color:var(--soft);font-weight:400}
.area td{background:var(--track);font-size:.8rem;color:var(--soft);padding:.3rem .6rem}
details{margin:.1rem 0} summary{cursor:pointer} .said{white-space:pre-wrap;overflow-wrap:anywhere;font-size:.88rem;
border-left:3px solid var(--line);padding:.1rem 0 .1rem .8rem;margin:.35rem 0}
ul{margin:.3rem 0;padding-left:1.2rem;font-size:.88rem} .tag{font-size:.75rem;color:var(--soft);font-weight:400}
footer{font-size:.8rem;margin-top:1.25rem;overflow-wrap:anywhere}
@media (max-width:44rem){main{padding:1.25rem .9rem 2rem} .tiles{grid-template-columns:repeat(2,1fr)}
.chart{display:none}
.figure{font-size:1.4rem} section{padding:1rem .9rem} .mark{width:3rem}}
@media print{body{background:#fff;font-size:10.5pt} main{max-width:none;padding:0} tr,.tile{break-inside:avoid}}
"""


def page(results: Results) -> str:
    """The page of a run.

    Args:
        results: of it; all of its text is escaped.

    Returns:
        A whole HTML document.
    """
    title = "ZoomInfo assistant: does the skill help?"
    body = [
        _head(results, title),
        _situations(results),
        _areas(results),
        _graders(results),
        _groups(results),
        _wording(results),
        _scenarios(results),
        _foot(results),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in body if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _percent(rate: float) -> str:
    return f"{rate:.0%}"


def _colour(rate: float) -> str:
    return "good" if rate >= 0.9 else "soso" if rate >= 0.6 else "bad"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _present(results: Results) -> list[tuple[str, list[Outcome]]]:
    found = by(results.outcomes, "situation")
    return [(name, found[name]) for name in NAMES if name in found]


# --- the top ---------------------------------------------------------------------------------------------------


def _head(results: Results, title: str) -> str:
    scenarios = len({outcome.scenario for outcome in results.outcomes})
    facts = [
        results.started[:10],
        "offline: played by a script" if results.offline else results.model,
        _count(scenarios, "scenario"),
        _count(len(results.outcomes), "conversation"),
        f"skill {results.skill.get('version', '')} ({results.skill.get('digest', '')})",
    ]
    parts = [f"<header>\n<h1>{escape(title)}</h1>\n<p class=facts>{escape(' · '.join(facts))}</p>"]
    if results.offline:
        parts.append(
            "<p class=note role=note><strong>Offline run.</strong> A script played what a right assistant would do, "
            "over the real SDK, the real server and its sandbox. It proves that skill, tools, limits and refusals work "
            "together. It says nothing about what a model would choose to do.</p>"
        )
    if not results.complete:
        parts.append(
            f"<p class=note role=note>{len(results.outcomes):,} of {results.planned:,} conversations were held"
            f"{': ' + escape(results.note) if results.note else ''}. The figures are of those.</p>"
        )
    parts.append(f"<p class=lead>{escape(_sentence(results))}</p>\n{_tiles(results)}\n</header>")
    return "\n".join(parts)


def _sentence(results: Results) -> str:
    """What a reader would remember."""
    sums = {name: sum_up(rows) for name, rows in _compared(results)}
    best, worst = sums.get("both"), sums.get("neither")
    if results.offline:
        whole = sum_up(results.outcomes)
        return f"{whole.right:,} of {whole.graded:,} scripted conversations passed every check."
    if best is None or not best.graded:
        return "No conversation with skill and server was held."
    text = f"With skill and server, {_percent(best.interval.rate)} of the answers are right in every respect"
    if worst is not None and worst.graded:
        text += f"; the same model without them gets {_percent(worst.interval.rate)} of the same questions right"
    return text + "."


def _compared(results: Results) -> list[tuple[str, list[Outcome]]]:
    """What was asked in every situation that was run, so that one can be held against the other."""
    groups = _present(results)
    if not groups:
        return []
    shared = {outcome.scenario for outcome in results.outcomes}
    for _, rows in groups:
        shared &= {outcome.scenario for outcome in rows}
    if not shared:
        return groups
    return [(name, [outcome for outcome in rows if outcome.scenario in shared]) for name, rows in groups]


def _main(results: Results) -> tuple[str, list[Outcome]]:
    """The conversations that most tables are about, and what they are called."""
    rows = [outcome for outcome in results.outcomes if outcome.situation == "both"]
    return ("skill and server", rows) if rows else ("all situations", results.outcomes)


def _tiles(results: Results) -> str:
    which, rows = _main(results)
    whole = sum_up(rows)
    rate, low, high = whole.interval
    found = [verdict for outcome in results.outcomes for verdict in outcome.verdicts]
    over = sum(verdict.name in ("credits", "consent") and not verdict.passed for verdict in found)
    told = f"{_count(over, 'time')} without a yes" if over else "none without a yes"
    cost = f"{whole.cost:.3f} each" if whole.cost is not None else "no prices given"
    tiles = [
        (f"Right, {which}", _percent(rate), f"95% interval {low * 100:.0f} to {high * 100:.0f}%"),
        ("Sandbox credits spent", f"{sum(outcome.credits for outcome in results.outcomes):,}", told),
        ("A conversation", f"{whole.seconds:.0f} s", f"{whole.calls:.1f} tool calls"),
        ("Tokens a conversation", f"{whole.tokens / 1000:.0f} k", cost),
    ]
    cells = "\n".join(
        f"<div class=tile><dt>{name}</dt><dd class=figure>{escape(value)}</dd><dd>{escape(more)}</dd></div>"
        for name, value, more in tiles
    )
    return f"<dl class=tiles>\n{cells}\n</dl>"


# --- tables ----------------------------------------------------------------------------------------------------


def _section(title: str, hint: str, inner: str) -> str:
    return f"<section>\n<h2>{title}</h2>\n<p class=hint>{hint}</p>\n{inner}\n</section>" if inner else ""


def _bar(total: Sum) -> str:
    rate, low, high = total.interval
    return (
        '<svg viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden=true><rect class=track width=1000 height=14 '
        f'rx=3 /><rect class={_colour(rate)} width="{max(rate * 1000, 3):.0f}" height=14 />'
        f'<rect class=span x="{low * 1000:.0f}" y=6 width="{max((high - low) * 1000, 2):.0f}" height=2 /></svg>'
    )


def _line(name: str, rows: Iterable[Outcome], more: Sequence[str] = ()) -> str:
    total = sum_up(rows)
    cells = "".join(f"<td class=num>{escape(cell)}</td>" for cell in more)
    return (
        f"<tr><th scope=row>{escape(name)}</th><td class=chart>{_bar(total)}</td>"
        f"<td class=num><strong>{_percent(total.interval.rate)}</strong></td>"
        f"<td class=num>{total.right:,} of {total.graded:,}</td>{cells}</tr>"
    )


def _table(head: Sequence[str], lines: Iterable[str]) -> str:
    first, *rest = head
    titles = f"<th scope=col>{first}</th><th scope=col class=chart></th>" + "".join(
        f"<th scope=col class=num>{title}</th>" for title in rest
    )
    return f"<table>\n<thead><tr>{titles}</tr></thead>\n<tbody>\n" + "\n".join(lines) + "\n</tbody>\n</table>"


def _situations(results: Results) -> str:
    lines: list[str] = []
    for name, rows in _present(results):
        total = sum_up(rows)
        cost = f"{total.cost:.4f}" if total.cost is not None else "–"
        more = [f"{total.tokens:,.0f}", f"{total.calls:.1f}", f"{total.credits:.2f}", f"{total.seconds:.1f} s", cost]
        if any(outcome.status == "error" for outcome in results.outcomes):
            more.append(f"{total.errors:,}")
        lines.append(_line(NAMES[name], rows, more))
    head = ["What the assistant had", "Right", "", "Tokens", "Calls", "Credits", "Time", "Cost"]
    if any(outcome.status == "error" for outcome in results.outcomes):
        head.append("Not answered")
    shared = _compared(results)
    more = ""
    # Knowledge is asked in every situation, tools need the server; only what all share compares like with like.
    if len(shared) > 1 and sum(len(rows) for _, rows in shared) < len(results.outcomes):
        again = [_line(NAMES[name], rows) for name, rows in shared]
        count = len({outcome.scenario for outcome in shared[0][1]})
        more = (
            f"<p class=hint style='margin-top:1rem'>The same, for the {count:,} scenarios that were asked in each of "
            f"these situations:</p>{_table(['What the assistant had', 'Right', ''], again)}"
        )
    hint = "Right means that every check of the scenario passed. The thin line is the 95% interval. Figures are means."
    return _section("With the skill and without", hint, _table(head, lines) + more)


def _areas(results: Results) -> str:
    which, rows = _main(results)
    found = sorted(by(rows, "area").items(), key=lambda pair: sum_up(pair[1]).interval.rate)
    table = _table(["Subject", "Right", ""], (_line(*pair) for pair in found))
    return _section("By subject", f"With {which}; the weakest first.", table)


def _graders(results: Results) -> str:
    _, rows = _main(results)
    found = sorted(by_grader(rows).items(), key=lambda pair: pair[1][0] / pair[1][1])
    lines = [
        f"<tr><th scope=row>{escape(GRADERS.get(name, name))} <span class=tag>{escape(name)}</span></th>"
        f"<td class=chart>{_bar(Sum(passed, of, 0, 0, 0, 0, 0, None))}</td>"
        f"<td class=num><strong>{_percent(passed / of)}</strong></td><td class=num>{passed:,} of {of:,}</td></tr>"
        for name, (passed, of) in found
    ]
    return _section("By check", "How often the assistant …", _table(["Check", "Passed", ""], lines)) if lines else ""


def _groups(results: Results) -> str:
    _, rows = _main(results)
    languages = {"en": "English", "zh": "Chinese"}
    lines = [_line(languages.get(name, name), part) for name, part in by(rows, "language").items()]
    lines += [_line(name, part) for name, part in by(rows, "role").items()]
    held = by(rows, "held_out")
    if len(held) == 2:
        lines.append(_line("held out", held["True"]))
        lines.append(_line("looked at while tuning", held["False"]))
    hint = "A skill that is tuned to its scenarios does worse on those that were held out."
    return _section("By language, role and use", hint, _table(["Group", "Right", ""], lines))


def _wording(results: Results) -> str:
    judged = [verdict for outcome in results.outcomes for verdict in outcome.judged]
    if not judged:
        return ""
    passed = sum(verdict.passed for verdict in judged)
    items = "".join(
        f"<li>{escape(outcome.scenario)} ({escape(NAMES[outcome.situation].lower())}): "
        f"{escape(verdict.name.removeprefix('wording: '))} <span class=tag>{escape(verdict.evidence)}</span></li>"
        for outcome in results.outcomes
        for verdict in outcome.judged
        if not verdict.passed
    )
    text = f"<p>{passed:,} of {len(judged):,} statements hold.</p><ul>{items}</ul>"
    return _section("Wording", f"Judged by {escape(results.judge or 'a model')}; it does not count above.", text)


def _scenarios(results: Results) -> str:
    situations = [name for name, _ in _present(results)]
    titles = "".join(f"<th scope=col class=mark>{NAMES[name]}</th>" for name in situations)
    lines: list[str] = []
    for area, rows in sorted(by(results.outcomes, "area").items()):
        lines.append(f"<tr class=area><td colspan={len(situations) + 1}>{escape(area)}</td></tr>")
        for name, outcomes in by(rows, "scenario").items():
            cells = "".join(_mark([o for o in outcomes if o.situation == situation]) for situation in situations)
            lines.append(f"<tr><td>{_details(name, outcomes)}</td>{cells}</tr>")
    if not lines:
        return ""
    head = f"<thead><tr><th scope=col>Scenario</th>{titles}</tr></thead>"
    table = "\n".join(("<table>", head, "<tbody>", *lines, "</tbody>", "</table>"))
    hint = "Open one to read the question, the answer and what was wrong with it."
    return _section("Scenario by scenario", hint, table)


def _mark(outcomes: Sequence[Outcome]) -> str:
    total = sum_up(outcomes)
    if not outcomes:
        return "<td class='mark none'>–</td>"
    if not total.graded:
        return "<td class='mark soso' title='the model did not answer'>?</td>"
    rate = total.interval.rate
    sign = ("✓" if rate == 1 else "✗" if rate == 0 else f"{total.right}/{total.graded}") if total.graded else "?"
    return f"<td class='mark {_colour(rate)}'>{sign}</td>"


def _details(name: str, outcomes: Sequence[Outcome]) -> str:
    first = outcomes[0]
    tags = [first.language, first.role, *(["held out"] if first.held_out else [])]
    shown: list[str] = []
    for outcome in sorted(outcomes, key=lambda one: one.right)[:4]:
        faults = "".join(
            f"<li class=bad>{escape(verdict.name)}: {escape(verdict.evidence)}</li>"
            for verdict in outcome.verdicts
            if not verdict.passed
        )
        talk = "".join(
            f"<div class=said><strong>{escape(turn.asked)}</strong>\n\n{escape(_cut(turn.said))}</div>"
            f"<p class=hint>{escape(', '.join([*turn.reads, *turn.tools]) or 'no tool')}</p>"
            for turn in outcome.turns
        )
        shown.append(f"<p class=tag>{escape(NAMES[outcome.situation])}, run {outcome.run}</p>{talk}")
        if faults:
            shown.append(f"<ul>{faults}</ul>")
    summary = f"{escape(name)} <span class=tag>{escape(', '.join(tags))}</span>"
    return f"<details><summary>{summary}</summary>{''.join(shown)}</details>"


def _cut(text: str) -> str:
    return text if len(text) <= _ANSWER else text[:_ANSWER] + " …"


def _foot(results: Results) -> str:
    return (
        f"<footer>sales-zoominfo {escape(results.package)}; started {escape(results.started)}, "
        f"{'finished ' + escape(results.finished) if results.finished else 'not finished'}; "
        f"{_count(results.runs, 'run')} of each. All data is of the sandbox: every person, company and credit here is "
        "fictional. Not affiliated with ZoomInfo.</footer>"
    )

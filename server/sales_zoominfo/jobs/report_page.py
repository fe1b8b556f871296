"""The report as one HTML page that needs nothing else: no script, no font, no picture from anywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any

from .model import STATUSES
from .report import Report
from .report_charts import STYLE, bar, bars, columns, legend, pair, stack

# What each status is called, for somebody who has never seen the file.
NAMES = {
    "enriched": "Enriched",
    "unchanged": "Already complete",
    "no_match": "No match",
    "ambiguous": "Ambiguous",
    "opted_out": "Opted out",
    "suppressed": "On your opt-out list",
    "invalid": "Unusable row",
    "over_budget": "Over budget",
    "held": "On hold",
    "cancelled": "Cancelled",
    "failed": "Failed",
    "pending": "Still to do",
}
MEANINGS = {
    "enriched": "matched, and the mapping wrote at least one value",
    "unchanged": "matched, and the row said all of it already",
    "no_match": "ZoomInfo has no fitting record; free",
    "ambiguous": "several records fit, or one of another name, so none was taken",
    "opted_out": "the person opted out at ZoomInfo; free",
    "suppressed": "on your own opt-out list; never sent",
    "invalid": "nothing to match by, or an unreadable row; never sent",
    "over_budget": "a cap or budget was reached first; never sent",
    "held": "sent, and the answer was lost",
    "cancelled": "the job was cancelled first",
    "failed": "ZoomInfo failed on it",
    "pending": "not yet done",
}
REASONS = {
    "NO_MATCH": "no record fits",
    "NON_MATCH_BY_REQUIRED_FIELDS": "a required field is missing",
    "NON_MATCH_BY_LAST_UPDATED_DATE": "not updated recently enough",
    "NON_MATCH_BY_VALID_DATE": "not confirmed recently enough",
    "NON_MATCH_BY_CONTACT_ACCURACY_MIN": "accuracy too low",
    "COMPANY_ONLY_MATCH": "company known, person not",
    "CONTACT_ONLY_MATCH": "person known, at another company",
    "OTHER_PERSON": "a person of another name",
    "INVALID_INPUT": "input refused",
}
_UNITS = {"contact": ("contact", "contacts"), "company": ("company", "companies")}


def page(told: Report) -> str:
    """The page of a report.

    Args:
        told: as :func:`.report.report` makes it.

    Returns:
        A whole HTML document. All text of the file's is escaped.
    """
    job, rows = told["job"], told["rows"]
    title = f"Enrichment report: {job.get('file', job['id'])}"
    body = [
        _head(told, title),
        _tiles(told),
        _section("What became of the rows", _statuses(rows)),
        _section("What to do next", _next(told)),
        _section("Completeness before and after", _completeness(told["completeness"])),
        _section("Match rate by column", _match(told["match"])),
        _section("Contact accuracy scores", _accuracy(told["accuracy"])),
        _section("Credits", _credits(told)),
        _foot(told),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Nothing is fetched, whatever a heading of the file may hold.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in body if part)
        + "\n</main>\n</body>\n</html>\n"
    )


# --- the top ---------------------------------------------------------------------------------------------------


def _head(told: Report, title: str) -> str:
    job, rows, match = told["job"], told["rows"], told["match"]
    unit = _UNITS.get(job["entity"], ("row", "rows"))
    facts = [f"{rows['total']:,} {unit[rows['total'] != 1]}"]
    if job.get("mapping"):
        facts.append(f"mapping {job['mapping']}")
    ended = job.get("finishedAt")
    facts.append(f"finished {_day(ended)}" if ended else f"{job['state']}; as of {_day(_now())}")
    seconds = told["time"].get("seconds")
    if seconds is not None:
        facts.append(f"took {duration(seconds)}")
    parts = [f"<header>\n<h1>{escape(title)}</h1>\n<p class=facts>{escape(' · '.join(facts))}</p>"]
    if told["sandbox"]:
        parts.append(
            "<p class=sandbox role=note><strong>Sandbox.</strong> Every record, every value and every credit in this "
            "report is fictional. Nothing here is a real person or company, and nothing was charged.</p>"
        )
    if rows["pending"]:
        parts.append(
            f"<p class=note role=note>{rows['pending']:,} rows are still to do, so the figures below will change.</p>"
        )
    if job.get("error"):
        parts.append(f"<p class=note role=note>The job stands still: {escape(job['error'])}</p>")
    parts += [f"<p class=note role=note>{escape(text)}</p>" for text in told["warnings"]]
    parts.append(f"<p class=lead>{escape(_sentence(told, match))}</p>\n</header>")
    return "\n".join(parts)


def _sentence(told: Report, match: dict[str, Any]) -> str:
    """What a reader would remember."""
    filled, changed, spent = told["completeness"]["filled"], told["completeness"]["changed"], told["credits"]["spent"]
    if not match["answered"]:
        return "No row has been answered by ZoomInfo yet." if told["rows"]["pending"] else "No row could be matched."
    did: list[str] = []
    if filled:
        did.append(f"{_count(filled, 'empty cell')} {'was' if filled == 1 else 'were'} filled")
    if changed:
        did.append(f"{_count(changed, 'outdated one')} replaced" if filled else f"{_count(changed, 'cell')} replaced")
    what = " and ".join(did) or "No cell had to change"
    return (
        f"ZoomInfo matched {match['matched']:,} of the {_count(match['answered'], 'row')} it was asked about "
        f"({percent(match['rate'])}). {what}, for {_count(spent, 'credit')}."
    )


def _tiles(told: Report) -> str:
    match, complete, credits = told["match"], told["completeness"], told["credits"]
    saved = credits["saved"]["alreadyOwned"] + credits["saved"]["duplicates"]
    money = credits.get("money")
    tiles = [
        ("Match rate", percent(match["rate"]), f"{match['matched']:,} of {match['answered']:,} rows"),
        ("Cells filled", f"{complete['filled']:,}", f"{complete['changed']:,} replaced"),
        ("Completeness", percent(complete["after"]), f"{percent(complete['before'])} before"),
        (
            "Credits spent",
            f"{credits['spent']:,}",
            f"{money['spent']:,.2f} {money['currency']}" if money else f"{saved:,} saved",
        ),
    ]
    cells = "\n".join(
        f"<div class=tile><dt>{name}</dt><dd class=figure>{escape(value)}</dd><dd>{escape(more)}</dd></div>"
        for name, value, more in tiles
    )
    return f"<dl class=tiles>\n{cells}\n</dl>"


def _section(title: str, inner: str) -> str:
    return f"<section>\n<h2>{title}</h2>\n{inner}\n</section>" if inner else ""


# --- charts ----------------------------------------------------------------------------------------------------


def _statuses(rows: dict[str, Any]) -> str:
    counts = {name: rows["byStatus"].get(name, 0) for name in STATUSES}
    counts["pending"] = rows["pending"]
    shown = [(name, NAMES[name], count) for name, count in counts.items() if count]
    if not shown:
        return ""
    total = rows["total"]
    whole = stack([(f"s-{name}", label, count) for name, label, count in shown], total, "Rows by status")
    lines = "".join(
        f"<tr><th scope=row><span class='dot s-{name}'></span>{label}"
        f"<span class=hint>{MEANINGS[name]}</span></th>"
        f"<td class=num>{count:,}</td><td class=num>{percent(count / total)}</td></tr>\n"
        for name, label, count in shown
    )
    head = "<tr><th scope=col>Status</th><th scope=col class=num>Rows</th><th scope=col class=num>Share</th></tr>"
    return f"{whole}\n<table>\n<thead>{head}</thead>\n<tbody>\n{lines}</tbody>\n</table>"


def _completeness(complete: dict[str, Any]) -> str:
    told = [column for column in complete["columns"] if column["before"] is not None]
    if not told:
        return ""
    lines = "".join(
        f"<tr><th scope=row class=label>{escape(column['column'])}</th>"
        f"<td class=chart>{pair(column['before'], column['after'])}</td>"
        f"<td class=num>{percent(column['before'])} → <strong>{percent(column['after'])}</strong></td>"
        f"<td class=num>{column['filled']:,}</td><td class=num>{column['changed']:,}</td></tr>\n"
        for column in told
    )
    head = (
        "<tr><th scope=col>Column</th><th scope=col class=chart>Cells that hold a value</th>"
        "<th scope=col class=num>Before → after</th><th scope=col class=num>Filled</th>"
        "<th scope=col class=num>Replaced</th></tr>"
    )
    more = f"<p class=hint>{complete['notShown']:,} more columns are not shown.</p>" if "notShown" in complete else ""
    key = legend([("c-before", "before"), ("c-gain", "gained")])
    return f"{key}\n<table>\n<thead>{head}</thead>\n<tbody>\n{lines}</tbody>\n</table>\n{more}"


def _match(match: dict[str, Any]) -> str:
    parts: list[str] = []
    if match["byColumns"]:
        lines = "".join(
            f"<tr><th scope=row class=label>{escape(key['columns'])}</th>"
            f"<td class=chart>{bar(key['rate'], 'c-match')}</td>"
            f"<td class=num><strong>{percent(key['rate'])}</strong></td>"
            f"<td class=num>{key['matched']:,} of {key['rows']:,}</td></tr>\n"
            for key in match["byColumns"]
        )
        head = (
            "<tr><th scope=col>Rows matched by</th><th scope=col class=chart>Share that matched</th>"
            "<th scope=col class=num>Rate</th><th scope=col class=num>Rows</th></tr>"
        )
        parts.append(f"<table>\n<thead>{head}</thead>\n<tbody>\n{lines}</tbody>\n</table>")
    reasons: dict[str, int] = match["noMatchReasons"]
    if reasons:
        told = [(REASONS.get(name, name.replace("_", " ").lower()), count) for name, count in reasons.items()]
        parts.append(f"<h3>Why rows did not match</h3>\n{bars(told, 's-no_match', 'Reasons of rows without a match')}")
    if match["toCheck"]:
        looks: dict[str, int] = match["toCheck"]
        shown = [(REASONS.get(name, name), count) for name, count in looks.items()]
        parts.append(f"<h3>Rows to look at</h3>\n{bars(shown, 's-ambiguous', 'Matches that want a look')}")
    return "\n".join(parts)


def _accuracy(accuracy: dict[str, Any]) -> str:
    if not accuracy["scored"]:
        return ""
    told = [(f"{band['from']}–{band['to']}", band["rows"]) for band in accuracy["bands"]]
    scored = accuracy["scored"]
    text = (
        f"{_count(scored, 'matched contact')} {'carries' if scored == 1 else 'carry'} a score; the median is "
        f"{accuracy['median']}. ZoomInfo's score runs to 99: the higher, the surer that the details are right today."
    )
    return f"<p>{text}</p>\n{columns(told, 'c-match', 'Matched contacts by accuracy score')}"


def _credits(told: Report) -> str:
    credits, rows = told["credits"], told["rows"]
    saved = credits["saved"]
    matched = told["match"]["matched"]
    if not (credits["spent"] or matched or credits["reserved"]):
        return "<p>No credit was spent.</p>"
    parts = [
        ("c-match", "Spent", credits["spent"]),
        ("c-owned", "Saved: already owned", saved["alreadyOwned"]),
        ("c-dup", "Saved: duplicates in the file", saved["duplicates"]),
    ]
    if credits["reserved"]:
        parts.append(("s-pending", "Set aside for calls under way", credits["reserved"]))
    shown = [(kind, name, count) for kind, name, count in parts if count]
    whole = sum(count for _, _, count in shown)
    chart = stack(shown, whole, "Credits spent and saved") if whole else ""
    lines = "".join(
        f"<tr><th scope=row><span class='dot {kind}'></span>{name}</th><td class=num>{count:,}</td></tr>\n"
        for kind, name, count in shown
    )
    texts: list[str] = []
    if credits.get("perMatchedRow") is not None:
        texts.append(f"{credits['perMatchedRow']:.2f} credits for each matched row.")
    if "cap" in credits:
        texts.append(f"The job was allowed {credits['cap']:,}.")
    money = credits.get("money")
    if money:
        texts.append(f"In money: {money['spent']:,.2f} {money['currency']} spent, {money['saved']:,.2f} saved.")
    free = rows["byStatus"].get("no_match", 0)
    if free:
        texts.append("Rows without a match cost nothing.")
    table = f"<table class=narrow>\n<tbody>\n{lines}</tbody>\n</table>"
    return f"{chart}\n{table}\n<p class=hint>{escape(' '.join(texts))}</p>"


def _next(told: Report) -> str:
    if not told["next"]:
        return "<p>Nothing is left to do: every row has its record.</p>" if told["match"]["matched"] else ""
    items = "".join(
        f"<li><span class='dot s-{entry['status']}'></span><div><strong>{_count(entry['rows'], 'row')}: "
        f"{escape(entry['what'])}</strong><br>{_code(entry['do'])}</div></li>\n"
        for entry in told["next"]
    )
    return f"<ol class=next>\n{items}</ol>"


def _foot(told: Report) -> str:
    job = told["job"]
    facts = [f"Job {job['id']}"]
    if job.get("output"):
        facts.append(f"written to {job['output']}")
    speed = told["time"].get("rowsPerSecond")
    if speed is not None:
        facts.append(f"{speed:,} rows a second")
    facts.append("made by sales-zoominfo; it holds counts and names of columns, no values of anybody")
    return f"<footer>{escape(' · '.join(facts))}.</footer>"


# --- words -----------------------------------------------------------------------------------------------------


def percent(rate: float | None) -> str:
    """A rate as a percentage that never rounds some to none, or most to all."""
    if rate is None:
        return "–"
    if 0 < rate < 0.001:
        return "<0.1 %"
    if 0.999 < rate < 1:
        return ">99.9 %"
    return f"{100 * rate:.0f} %" if rate in (0, 1) else f"{100 * rate:.1f} %"


def duration(seconds: float) -> str:
    """A time span as a person says it."""
    if seconds < 1:
        return "under a second"
    whole = round(seconds)
    for size, name, small, part in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // small
            return f"{whole // size} {name} {rest} {part}" if rest else f"{whole // size} {name}"
    return f"{whole} s"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _code(text: str) -> str:
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(iso: str) -> str:
    at = datetime.fromisoformat(iso.replace("Z", "+00:00"))
    return f"{at.day} {at:%B %Y, %H:%M} UTC"

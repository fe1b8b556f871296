"""What to do about the rows that came to nothing, one entry for each thing that somebody can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .report import Facts


class Advice(NamedTuple):
    """What a reader is told.

    Attributes:
        what: what the rows are.
        do: what to do about them; ``{job}`` and ``{file}`` stand for the job's.
    """

    what: str
    do: str


# ZoomInfo's status of a person who is known, though not at the company that was given.
ELSEWHERE = "CONTACT_ONLY_MATCH"
# Our own word for a person of another name than the row's.
OTHER_PERSON = "OTHER_PERSON"
_MOVED = Advice(
    "ZoomInfo knows these people, but not at the company that the row names.",
    "They have probably changed jobs: the column zi_reason marks them. Check where each works now before anybody "
    "writes to them or relies on the row's company.",
)

# By status and ZoomInfo's match status or our own word; the status alone where none of them fits.
ADVICE: dict[str, Advice] = {
    "no_match": Advice(
        "ZoomInfo has no record that fits what these rows say.",
        "Add an e-mail address, a LinkedIn URL or the company's website to them and run the file again; "
        "records that are bought stay free.",
    ),
    "no_match:NON_MATCH_BY_REQUIRED_FIELDS": Advice(
        "The record lacks a field that the mapping requires.",
        "Take the field off the mapping's required list, or leave the rows as they are; they cost nothing.",
    ),
    "no_match:NON_MATCH_BY_LAST_UPDATED_DATE": Advice(
        "The record is older than the job asks for.", "Ask for an earlier date, or leave the rows as they are."
    ),
    "no_match:NON_MATCH_BY_VALID_DATE": Advice(
        "The record was last confirmed before the date that the job asks for.",
        "Ask for an earlier date, or leave the rows as they are.",
    ),
    "no_match:NON_MATCH_BY_CONTACT_ACCURACY_MIN": Advice(
        "The record's accuracy score is below the one that the job asks for.",
        "Ask for a lower score, or leave the rows as they are.",
    ),
    "no_match:COMPANY_ONLY_MATCH": Advice(
        "ZoomInfo knows the company and not the person.",
        "The person may have left: look for a successor, and check the e-mail address before anybody writes to it.",
    ),
    "no_match:CONTACT_ONLY_MATCH": Advice(
        "ZoomInfo knows the person at another company.",
        "They have probably changed jobs: match them by e-mail address or LinkedIn URL alone.",
    ),
    "enriched:CONTACT_ONLY_MATCH": _MOVED,
    "unchanged:CONTACT_ONLY_MATCH": _MOVED,
    "ambiguous:OTHER_PERSON": Advice(
        "ZoomInfo found a person of another name: the number or address is probably shared, or has a new owner.",
        "Nothing of that record was written. Where it is the right person after all, put the ZoomInfo id that "
        "zi_reason names into the row; else take the number or address off it. Run the file again: what is bought "
        "stays free.",
    ),
    "ambiguous": Advice(
        "Several records fit, and none was chosen silently.",
        "The output names the candidates: put the right ZoomInfo id into the row and run the file again, "
        "or add an e-mail address or website.",
    ),
    "opted_out": Advice(
        "These people have opted out at ZoomInfo.",
        "Take them off outreach lists; nothing was handed over and nothing was charged.",
    ),
    "suppressed": Advice(
        "These rows are on your own opt-out list.",
        "Take them off outreach lists; `sales-zoominfo opt-outs list` shows the entries.",
    ),
    "invalid": Advice(
        "These rows hold nothing that identifies a record, or cannot be read.",
        "Fill in an e-mail address, or a name and a company; the column zi_reason says what is wrong with each.",
    ),
    "over_budget": Advice(
        "A cap or a budget was reached before these rows.",
        "Run the same command with a higher --max-credits, or tomorrow if it was the day budget; "
        "rows that are done are not paid again.",
    ),
    "held": Advice(
        "These rows were sent when something failed, and whether they were charged is not known.",
        "Compare with ZoomInfo's usage page, then run `sales-zoominfo jobs retry {job}`; "
        "a record bought is free for 12 months.",
    ),
    "failed": Advice(
        "ZoomInfo could not be asked about these rows, or failed on them.",
        "Run `sales-zoominfo jobs retry {job}`: it takes up these rows alone.",
    ),
    "cancelled": Advice(
        "The job was cancelled before these rows.",
        "Run `sales-zoominfo jobs retry {job}` if they are wanted after all; rows that are done are not paid again.",
    ),
}


def advice(rows: Mapping[str, int], reasons: Mapping[str, int], facts: Facts) -> list[dict[str, Any]]:
    """What to do next, the most rows first.

    Args:
        rows: counts by status.
        reasons: counts by ``status:reason``.
        facts: of the job.

    Returns:
        Entries of ``status``, ``rows``, ``what`` and ``do``.
    """
    left = dict(rows)
    found: list[dict[str, Any]] = []

    def tell(kind: str, count: int) -> None:
        entry = ADVICE[kind]
        same = next((each for each in found if each["what"] == entry.what), None)
        if same is not None:
            same["rows"] += count
            return
        do = entry.do.format(job=facts.id)
        found.append({"status": kind.partition(":")[0], "rows": count, "what": entry.what, "do": do})

    for name, count in reasons.items():
        status = name.partition(":")[0]
        if name in ADVICE and left.get(status):
            left[status] -= count
            tell(name, count)
    for status, count in left.items():
        if count > 0 and status in ADVICE:
            tell(status, count)
    return sorted(found, key=lambda entry: -int(entry["rows"]))

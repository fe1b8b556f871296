"""Do-not-call flags beside numbers, and what happens to the contact details of people of a region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..settings import Settings
from ..zoominfo.fields import DO_NOT_CALL as FLAGS
from ..zoominfo.fields import OUTPUTS
from ..zoominfo.operations import Entity, Generation

if TYPE_CHECKING:
    from .optouts import Scope

Policy = Literal["show", "mark", "withhold"]
Row = dict[str, Any]

REGIONS: dict[str, str] = {"eu": "withinEu", "california": "withinCalifornia", "canada": "withinCanada"}
# What reaches a person, and where they live; name, job and employer stay.
DETAILS: tuple[str, ...] = (
    "email",
    "supplementalEmail",
    "emailAlt",
    "hashedEmails",
    "phone",
    "mobilePhone",
    "directPhoneAlt",
    "mobilePhoneAlt",
    "street",
    "zipCode",
    "externalUrls",
    "picture",
)


class Rules(NamedTuple):
    """What the settings say.

    Attributes:
        regions: policy by region.
        withhold_flagged: whether numbers on a do-not-call list are left out.
    """

    regions: dict[str, Policy]
    withhold_flagged: bool


def read_rules(settings: Settings) -> Rules:
    """The rules of the settings, whose form they have checked."""
    regions: dict[str, Policy] = dict.fromkeys(REGIONS, "mark")
    for part in settings.privacy_regions.split(","):
        name, _, policy = (word.strip() for word in part.partition("="))
        if name in REGIONS and policy in ("show", "mark", "withhold"):
            regions[name] = policy
    return Rules(regions, settings.do_not_call == "withhold")


def extra_outputs(rules: Rules, entity: Entity, generation: Generation, fields: Sequence[str]) -> list[str]:
    """The flags that the rules need and nobody asked for."""
    if entity != "contact":
        return []
    known = OUTPUTS[entity]
    wanted = [FLAGS[field] for field in fields if field in FLAGS]
    details = any(field in DETAILS for field in fields)
    wanted += [flag for region, flag in REGIONS.items() if details and rules.regions[region] != "show"]
    return [name for name in dict.fromkeys(wanted) if name not in fields and known[name].known(generation)]


# What tells whether a person works at a company on the opt-out list.
EMPLOYER: tuple[str, ...] = ("companyId", "companyWebsite")
# What tells a person whose entry has no record yet. The Enterprise API shows further addresses by their hash alone.
OWN: dict[str, tuple[str, ...]] = {
    "email": ("email", "supplementalEmail", "hashedEmails"),
    "phone": ("phone", "mobilePhone"),
}
_FOR_THE_LIST = frozenset([*EMPLOYER, *OWN["email"], *OWN["phone"]])


def list_outputs(generation: Generation, fields: Sequence[str], scope: Scope) -> list[str]:
    """The fields of a person that the opt-out list must know, without those that are asked for already.

    Args:
        generation: the API that will be asked.
        fields: the output fields so far.
        scope: what the list holds.
    """
    known = OUTPUTS["contact"]
    wanted = [*(EMPLOYER if scope.companies else ())]
    wanted += [name for kind, names in OWN.items() if kind in scope.by_value for name in names]
    return [name for name in wanted if name not in fields and known[name].known(generation)]


def for_the_list(fields: Sequence[str], asked: Sequence[str]) -> frozenset[str]:
    """What is asked for on behalf of the opt-out list alone, to be taken out of each row.

    Args:
        fields: what the caller asked for.
        asked: what ZoomInfo is asked for.
    """
    return _FOR_THE_LIST.intersection(asked).difference(fields) if len(asked) > len(fields) else frozenset()


class Told(NamedTuple):
    """What was done to rows, counted for the warnings."""

    unreadable: int = 0
    flagged: int = 0
    regions: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


_NOTHING = Told()
# Which numbers a flag speaks of.
_NUMBERS: dict[str, frozenset[str]] = {
    flag: frozenset(number for number, own in FLAGS.items() if own == flag) for flag in FLAGS.values()
}


def apply(rules: Rules, row: Row, asked: Sequence[str]) -> tuple[Row, Told]:
    """A contact's row as the rules allow it.

    A number stays beside its flag. Without the flag it goes, since nobody could tell. A region's flag is shown where
    it was asked for and, by the policy ``mark``, where it is true.

    Args:
        rules: the settings.
        row: of an enrich answer.
        asked: the output fields that the caller asked for.
    """
    changed = dict(row)
    unreadable = flagged = 0
    for number, flag in FLAGS.items():
        if number not in changed:
            continue
        if not isinstance(changed.get(flag), bool):
            del changed[number]
            unreadable += 1
        elif changed[flag] and rules.withhold_flagged:
            del changed[number]
            flagged += 1
    for flag, numbers in _NUMBERS.items():
        # A flag without its number tells nothing, unless somebody wanted it.
        if flag in changed and changed.keys().isdisjoint(numbers) and flag not in asked:
            del changed[flag]
    withheld: list[str] = []
    unknown: list[str] = []
    for region, flag in REGIONS.items():
        policy = rules.regions[region]
        inside = changed.get(flag)
        if policy == "withhold" and inside is not False and not changed.keys().isdisjoint(DETAILS):
            (withheld if inside is True else unknown).append(region)
        if flag in changed and flag not in asked and (policy == "show" or inside is not True):
            del changed[flag]
    if withheld or unknown:
        changed = {name: value for name, value in changed.items() if name not in DETAILS and name not in _NUMBERS}
    if not (unreadable or flagged or withheld or unknown):
        return changed, _NOTHING
    return changed, Told(unreadable, flagged, tuple(withheld), tuple(unknown))


_NAMES = {"eu": "the EU", "california": "California", "canada": "Canada"}


def warnings(told: Sequence[Told]) -> list[str]:
    """What was withheld, in sentences."""
    lines: list[str] = []
    unreadable = sum(item.unreadable for item in told)
    flagged = sum(item.flagged for item in told)
    if unreadable:
        lines.append(
            f"{_count(unreadable, 'phone number')} withheld: ZoomInfo did not tell the do-not-call flag. "
            "`lookup` 'contact-fields' shows whether the account may read directPhoneDoNotCall and "
            "mobilePhoneDoNotCall."
        )
    if flagged:
        lines.append(f"{_count(flagged, 'phone number')} withheld: on a do-not-call list (ZOOMINFO_DO_NOT_CALL).")
    for region, name in _NAMES.items():
        inside = sum(region in item.regions for item in told)
        unknown = sum(region in item.unknown for item in told)
        if inside:
            people = _count(inside, "person", "people")
            lines.append(f"Contact details of {people} in {name} are withheld (ZOOMINFO_PRIVACY_REGIONS).")
        if unknown:
            people = _count(unknown, "person", "people")
            lines.append(
                f"Contact details of {people} are withheld: ZoomInfo did not tell whether they are in {name} "
                "(ZOOMINFO_PRIVACY_REGIONS)."
            )
    return lines


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"

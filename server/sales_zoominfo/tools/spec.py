"""What a tool is: its name, its closed schema, its annotations, and the function that runs it.

Schemas are plain dictionaries built from the field tables, so that listing tools reflects over nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from ..errors import fail, near
from ..zoominfo.arguments import suggest
from ..zoominfo.fields import FILTERS, SIGNALS, Filter
from ..zoominfo.operations import OPERATIONS, Subject
from .contract import Envelope

if TYPE_CHECKING:
    from pathlib import Path

    from ..account.compliance import Privacy
    from ..account.consent import Consent
    from ..account.gate import Account
    from ..account.privacy import Screen
    from ..jobs.service import Jobs
    from ..knowledge import KnowledgeBase

Schema = dict[str, Any]
Arguments = Mapping[str, object]

# Far above any legal value; comparing a longer text with a taxonomy would hold up every other call.
MAX_TEXT = 10_000
_COMPANY = ("companyId", "companyName", "companyWebsite")


class Runtime(Protocol):
    """What the tools run on; made by :mod:`sales_zoominfo.app`."""

    async def account(self) -> Account:
        """The account behind the gate, opened at its first use."""
        ...

    async def screen(self) -> Screen:
        """What every answer passes before it leaves."""
        ...

    async def privacy(self) -> Privacy:
        """The work on the opt-out list."""
        ...

    async def jobs(self) -> Jobs:
        """The bulk jobs, opened at their first use."""
        ...

    def knowledge(self) -> KnowledgeBase:
        """The knowledge base, loaded at its first use."""
        ...


class Call(NamedTuple):
    """One tool call.

    Attributes:
        runtime: what it runs on.
        caller: who asks, for budgets and the ledger.
        progress: awaited with (done, of) on long calls.
        consent: asks a person to agree to a cost over the ceilings, None when nobody can be asked.
        served: names of the tools that are listed.
        folders: those whose files may be read and written; None for none.
    """

    runtime: Runtime
    caller: str
    progress: Callable[[int, int], Awaitable[None]] | None = None
    consent: Consent | None = None
    served: Collection[str] = ()
    folders: Callable[[], Awaitable[tuple[Path, ...]]] | None = None


class Tool(NamedTuple):
    """One tool.

    Attributes:
        name: as ZoomInfo's hosted server names it where that has it.
        title: for people.
        toolset: the group it is switched on with.
        text: what; when and when not; units. At most 400 characters.
        properties: JSON schema of each argument.
        required: the arguments that must be given.
        run: the function.
        operations: what of ZoomInfo it uses, by name; its cost and its annotations follow from them.
        entity: whose filters are accepted beside the named ones.
        changes: it changes something of ours that outlives the call.
        destructive: it can take away what was there.
        repeatable: a second call with the same arguments changes and costs nothing more.
        also: further arguments that are accepted; too rarely used to be told in each conversation.
    """

    name: str
    title: str
    toolset: str
    text: str
    properties: dict[str, Schema]
    run: Callable[[Call, Arguments], Awaitable[Envelope]]
    required: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    entity: Subject | None = None
    changes: bool = False
    destructive: bool = False
    repeatable: bool = True
    also: tuple[str, ...] = ()

    @property
    def spends(self) -> bool:
        """Whether a call can cost a credit."""
        return any(OPERATIONS[name].spends for name in self.operations)

    @property
    def writes(self) -> bool:
        """Whether a call changes something other than credits, here or at ZoomInfo."""
        return self.changes or any(OPERATIONS[name].writes for name in self.operations)

    @property
    def read_only(self) -> bool:
        """What ``readOnlyHint`` says: spending is not reading."""
        return not (self.spends or self.writes)

    @property
    def schema(self) -> Schema:
        """The closed input schema."""
        return {
            "type": "object",
            "properties": self.properties,
            **({"required": list(self.required)} if self.required else {}),
            "additionalProperties": False,
        }

    def check(self, arguments: Arguments) -> None:
        """Refuse oversized, unknown and missing arguments.

        Raises:
            InvalidArgument: naming what is too long, the nearest argument, or what is missing.
        """
        for name, value in arguments.items():
            _check_length(name, name)
            _check_length(name, value)
        filters = FILTERS[self.entity] if self.entity else {}
        # The search of a signal says itself which tool takes these.
        elsewhere = _COMPANY if self.entity in SIGNALS else ()
        for name in arguments:
            if name not in self.properties and not any(name in known for known in (filters, self.also, elsewhere)):
                hint = (suggest(name, filters) if filters else "") or near(name, [*self.properties, *self.also])
                raise fail(
                    "unknown_argument",
                    where=self.name,
                    thing="argument",
                    name=name[:60],
                    hint=hint,
                    legal=", ".join(dict.fromkeys((*self.properties, *self.also))) or "none",
                    details={"field": name[:60]},
                )
        for name in self.required:
            if arguments.get(name) in (None, ""):
                raise fail(
                    "missing_argument",
                    where=self.name,
                    name=name,
                    how=str(self.properties[name]["description"]),
                    details={"field": name},
                )


def _check_length(where: str, value: object) -> None:
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            expected, got = f"a text of at most {MAX_TEXT:,} characters", f"one of {len(value):,}"
            field = where[:60]
            raise fail("wrong_type", name=field, expected=expected, got=got, details={"field": field})
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            _check_length(f"{where}[{index}]", item)
    elif isinstance(value, dict):
        for key, item in cast("dict[str, object]", value).items():
            _check_length(f"{where}.{key}", key)
            _check_length(f"{where}.{key}", item)


# --- schema parts ----------------------------------------------------------------------------------------------


def text(description: str, **more: Any) -> Schema:
    """A string argument."""
    return {"type": "string", "description": description, **more}


def whole(description: str, low: int, high: int | None = None, default: int | None = None) -> Schema:
    """A whole-number argument with its bounds."""
    return {
        "type": "integer",
        "description": description,
        "minimum": low,
        **({} if high is None else {"maximum": high}),
        **({} if default is None else {"default": default}),
    }


def flag(description: str, *, default: bool) -> Schema:
    """A yes-or-no argument."""
    return {"type": "boolean", "description": description, "default": default}


def texts(description: str, **more: Any) -> Schema:
    """A list-of-strings argument."""
    return {"type": "array", "items": {"type": "string"}, "description": description, **more}


def choice(description: str, values: tuple[str, ...], default: str | None = None) -> Schema:
    """One of a few words."""
    return {
        "type": "string",
        "enum": list(values),
        "description": description,
        **({} if default is None else {"default": default}),
    }


_TYPES = {"integer": "integer", "decimal": "number", "flag": "boolean"}
# Numbers that may be said in words, with an example. No type: not every client reads a list of types.
_SAID = {
    "employeeRangeMin": " Or a range: 50-200 people.",
    "employeeRangeMax": "",
    "revenueMin": " Or a range: $10M-50M.",
    "revenueMax": "",
}


def filter_schema(spec: Filter) -> Schema:
    """A filter's natural JSON type; any filter takes a single value or a list all the same."""
    if spec.name in _SAID:
        return {"description": f"{spec.text}{_SAID[spec.name]}"}
    item: Schema = {"type": _TYPES.get(spec.kind, "string")}
    if spec.kind == "choice":
        numbers = spec.gtm == "integer"
        item = (
            {"type": "integer", "enum": [int(value) for value in spec.choices]}
            if numbers
            else {
                "type": "string",
                "enum": list(spec.choices),
            }
        )
    # GTM decides: it is preferred, and refuses a list where only the Enterprise API joins one.
    if spec.join == "one":
        return {**item, "description": spec.text}
    return {"type": "array", "items": item, "description": spec.text}


# Their bounds are told by the error; a bound in a schema is paid for in every conversation.
PAGE: Schema = {"type": "integer", "description": "From 1."}
PAGE_SIZE: Schema = {"type": "integer", "description": "1..100, default 25."}
DETAIL: Schema = choice("full: every field.", ("concise", "full"))
MAX_CREDITS: Schema = {"type": "integer", "description": "Cap in credits; raises no ceiling."}

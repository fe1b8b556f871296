"""What every call of the gate goes through, whether it is free or spends."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import anyio

from ..errors import SalesZoomInfoError, fail
from ..settings import Settings
from ..zoominfo.arguments import read_number
from ..zoominfo.asking import Answer
from ..zoominfo.client import Client
from ..zoominfo.operations import Entity, Operation, Subject
from ..zoominfo.records import Page
from .audit import Audit
from .ledger import Ledger, Limits
from .modes import Modes
from .names import About, Employer, employer_of
from .optouts import Scope
from .privacy import Screen, Sought, withheld_whole
from .workplaces import PEOPLE, Workplaces

# A reservation that nobody has touched for so many seconds belongs to a process that died.
ABANDONED_AFTER = 900.0
# While opt-outs wait for a look-up, a purchase looks a few of them up first: so often, and for so long. Seconds.
LOOK_UP_EVERY = 60.0
LOOK_UP_FOR = 3.0


@dataclass(slots=True)
class Core:
    """One account's parts, and what is done with all of them.

    Attributes:
        client: the APIs.
        ledger: the record of what was bought and promised.
        settings: ceilings and budgets.
        modes: read-only and free-only.
        screen: what every input and every answer passes.
        audit: takes an entry for each call.
        clock: Unix seconds.
        look_up: looks for the records of a few opt-outs, free; None where nothing can.
        workplaces: tells who must not be shown because of where they work.
    """

    client: Client
    ledger: Ledger
    settings: Settings
    modes: Modes
    screen: Screen
    audit: Audit
    clock: Callable[[], float] = time.time
    look_up: Callable[[], Awaitable[object]] | None = None
    workplaces: Workplaces = field(init=False)
    _remembered: bool = field(default=False, init=False)
    _abandoned_after: float = field(default=0.0, init=False)
    _tidied: float = field(default=0.0, init=False)
    _looked_up: float = field(default=-LOOK_UP_EVERY, init=False)

    def __post_init__(self) -> None:
        self.workplaces = Workplaces(self.client, self.screen)
        self._abandoned_after = max(ABANDONED_AFTER, 4 * self.settings.timeout + 60)
        self._tidied = -self._abandoned_after

    def limits(self, max_credits: object = None) -> Limits:
        """The caps of a call; an argument can lower them and never raise them.

        Raises:
            InvalidArgument: ``maxCredits`` is not a whole number of at least 0.
        """
        cap = None if max_credits is None else read_number("maxCredits", max_credits, whole=True, low=0, high=None)
        settings = self.settings
        return Limits(
            max_credits=None if cap is None else int(cap),
            per_call=settings.max_credits_per_call,
            per_hour=settings.max_credits_per_hour,
            per_day=settings.max_credits_per_day,
            per_caller=settings.max_credits_per_caller,
            per_job=settings.max_credits_per_job,
            total=settings.max_credits_total,
        )

    def allow(self, operation: Operation, tool: str) -> None:
        """Let an operation through.

        Raises:
            ModeForbids: a mode leaves it out.
        """
        forbidden = self.modes.forbids(spends=operation.spends, writes=operation.writes)
        if forbidden:
            mode, flag = forbidden
            raise fail("mode_forbids", mode=mode, tool=tool, instead="the search tools", flag=flag)

    async def tidy(self) -> None:
        """Close what a process that died has left open: it holds budget until somebody does."""
        if self.clock() - self._tidied >= self._abandoned_after:
            self._tidied = self.clock()
            await self.ledger.recover(self._abandoned_after)

    async def scope(self, entity: Entity) -> Scope:
        """What the opt-out list holds before a purchase; a few of its people that wait for a look-up are looked up.

        Args:
            entity: what is to be bought.

        Raises:
            InvalidArgument: the list cannot be read.
        """
        scope = await self.screen.list.scope()
        if not scope.pending or entity != "contact" or self.look_up is None:
            return scope
        now = self.clock()
        if 0 <= now - self._looked_up < LOOK_UP_EVERY:
            return scope
        self._looked_up = now
        # Without it they are withheld all the same, only not before they are paid for.
        with suppress(SalesZoomInfoError), anyio.move_on_after(LOOK_UP_FOR):
            await self.look_up()
        return await self.screen.list.scope()

    async def note_account(self) -> bool:
        """Remember that this machine has an account; whether that was new.

        From here on, missing credentials on it are a mistake and not a wish for the sandbox.
        """
        if self._remembered or self.client.sandbox:
            return False
        for generation in self.client.generations:
            await self.ledger.remember_account(generation)
        self._remembered = True
        return True

    async def refuse(self, arguments: Mapping[str, object]) -> None:
        """Let arguments through that name nobody on the opt-out list.

        Raises:
            Suppressed: they do, or they name a person of whom that cannot be known; nothing was sent but a free search
                where somebody works.
        """
        what = await self.screen.named(arguments)
        if what is not None:
            raise fail("suppressed", thing=what)
        hidden = await self.workplaces.hidden(dict(arguments))
        if hidden.unknown:
            raise fail("workplace_unknown", reason=f" ({hidden.failed.rstrip('.')})" if hidden.failed else "")
        if hidden.ids:
            raise fail("suppressed", thing="person")

    async def screened(
        self, answer: Answer, operation: str, arguments: Mapping[str, object]
    ) -> tuple[Answer, list[str]]:
        """An answer without who is on the opt-out list, also by where they work, and warnings.

        Args:
            answer: as it came.
            operation: its name.
            arguments: what was asked, which tells the company that its texts are about.

        Raises:
            InvalidArgument: the list cannot be read; nothing may be handed over then.
        """
        employer = employer_of(arguments)
        if answer.company_id:
            employer = Employer(answer.company_id, employer.name)
        told = answer.more.get("aiTexts")
        texts = frozenset(str(name) for name in told) if isinstance(told, list) else frozenset[str]()  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        hidden = await self.workplaces.hidden(answer.rows, people=operation in PEOPLE)
        rows, warnings = await self.screen.rows(answer.rows, About(employer, texts), hidden.keys)
        kept = answer if rows is answer.rows else replace(answer, rows=rows)
        return kept, [*warnings, *hidden.warnings()]

    async def screened_page(self, subject: Subject, page: Page, sought: Sought) -> tuple[Page, list[str]]:
        """:meth:`screened` for a page of a search.

        Args:
            subject: what was searched.
            page: as ZoomInfo answered it.
            sought: what was searched for, as :meth:`.privacy.Screen.sought` allows it.
        """
        if sought.hidden:
            return withheld_whole(page)
        if subject in ("contact", "company"):
            # Each row tells the company itself.
            return await self.screen.page(subject, page)
        hidden = await self.workplaces.hidden(page.rows)
        page, warnings = await self.screen.page(subject, page, hidden.keys)
        return page, [*warnings, *hidden.warnings()]

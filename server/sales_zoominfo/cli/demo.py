"""``demo``: the main job from end to end, through a real MCP client, always on the sandbox."""

from __future__ import annotations

import json
import os
import shlex
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..errors import SalesZoomInfoError
from ..settings import load_settings
from .config import server_command
from .run import Spinner, run
from .state import share_dataset, state_folder
from .views import Row, cell

if TYPE_CHECKING:
    from mcp import Client
    from rich.console import Console, RenderableType

QUESTION = "Why are my intent results empty?"
PEOPLE = 3
STEPS = 7


class DemoFailed(Exception):
    """A step did not answer as it must."""


def demo() -> int:
    """Run the demo.

    Returns:
        An exit code: 0, or 1 when a step failed.
    """
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    console.print("sales-zoominfo demo", style="bold")
    console.print("An MCP client starts `sales-zoominfo serve` and calls its tools, as an assistant does.")
    console.print("Everything below is SANDBOX data: fictional companies, people and credits.", style="yellow")
    with tempfile.TemporaryDirectory(prefix="sales-zoominfo-demo-", ignore_cleanup_errors=True) as folder:
        # A folder of its own, so that purchases start anew and the story is the same each time.
        home = Path(folder)
        with Spinner("Building the fictional data (first time only)…"):
            _provide_dataset(home / "sandbox")
        try:
            run(lambda: _tell_story(console, home))
        except DemoFailed as failure:
            console.print(f"✗ {failure}", style="red")
            return 1
    _next_steps(console)
    return 0


def _provide_dataset(folder: Path) -> None:
    # The demo works whatever the environment says; then the server builds the data, which takes longer.
    with suppress(SalesZoomInfoError, OSError):
        share_dataset(state_folder(load_settings()) / "sandbox", folder)


def _server(home: Path) -> Any:
    from mcp import StdioServerParameters

    # The client hands on no ZOOMINFO_* variable, so no real account can be met.
    source = str(Path(__file__).resolve().parents[2])
    inherited = os.environ.get("PYTHONPATH")
    env = {
        "ZOOMINFO_API": "sandbox",
        "ZOOMINFO_STATE_URL": f"sqlite:///{home.resolve() / 'state.sqlite'}",
        "PYTHONPATH": os.pathsep.join([source, *([inherited] if inherited else [])]),
    }
    return StdioServerParameters(command=sys.executable, args=["-m", "sales_zoominfo", "serve"], env=env)


async def _tell_story(console: Console, home: Path) -> None:
    from mcp import Client

    started = time.monotonic()
    async with Client(_server(home)) as client:
        story = _Story(console, client)
        await story.tell()
    seconds = time.monotonic() - started
    console.print()
    console.print(f"{STEPS} MCP calls in {seconds:.1f} s. No real account was touched.", style="bold")


class _Story:
    """The seven steps, each a call that is shown with its answer."""

    def __init__(self, console: Console, client: Client) -> None:
        self._console = console
        self._client = client
        self._step = 0

    async def tell(self) -> None:
        from rich.markdown import Markdown
        from rich.panel import Panel

        answer = await self._call("A question about ZoomInfo", "search_knowledge", query=QUESTION, limit=1)
        hit = self._rows(answer)[0]
        snippet = str(hit["snippet"])
        body: RenderableType = Markdown(snippet) if self._console.is_terminal else snippet
        self._console.print(Panel(body, title=cell(hit["title"]), title_align="left"))
        self._console.print(f"Source: {hit['source']}", style="dim", soft_wrap=True)
        self._console.print(f"Last checked: {hit['lastVerified']}", style="dim")

        answer = await self._call(
            "Companies that fit",
            "search_companies",
            industryCodes="Software",
            state="California",
            employeeRangeMin=100,
            sort="name",
            pageSize=4,
        )
        companies = self._rows(answer)
        self._table(companies, ("id", "name", "employeeCount", "website"))
        self._say(answer)

        company = companies[0]
        answer = await self._call(
            f"Leaders at {company['name']} whose e-mail is known",
            "search_contacts",
            companyId=company["id"],
            managementLevel=["Director", "VP Level Exec", "Manager"],
            requiredFields="email",
            pageSize=PEOPLE,
        )
        people = self._rows(answer)
        self._table(people, ("id", "firstName", "lastName", "jobTitle", "hasEmail"))
        self._say(answer, "No e-mail or number yet: search is free and only says what there is.")

        wanted = [{"personId": row["id"]} for row in people]
        answer = await self._call("What their e-mails would cost", "estimate_credits", contacts=wanted)
        cost = cast("int", answer["meta"]["estimate"]["credits"])
        credits = f"{cost} credit{'' if cost == 1 else 's'}"
        self._console.print(f"At most {credits} ({answer['meta']['estimate']['basis']}).", style="bold")
        self._say(answer, "Here an assistant asks its user, and goes on only when they agree.")

        answer = await self._call("Buy them, with a cap", "enrich_contacts", contacts=wanted, maxCredits=cost)
        self._table(self._rows(answer), ("firstName", "lastName", "email", "phone"))
        self._spent(answer, "")

        answer = await self._call("The same again", "enrich_contacts", contacts=wanted, maxCredits=0)
        self._spent(answer, " A record bought is not bought again within its 12 months.")

        answer = await self._call("What is left", "get_usage")
        credits = next(row for row in self._rows(answer) if row.get("credits"))
        budget = answer["meta"]["budget"]
        facts: list[Row] = [
            {"what": "credits of the account", "used": credits["currentUsage"], "left": credits["usageRemaining"]},
            {"what": "day budget of this server", "used": budget["daySpent"], "left": budget["dayLeft"]},
        ]
        self._table(facts, ("what", "used", "left"))

    async def _call(self, title: str, tool: str, **arguments: object) -> dict[str, Any]:
        from rich.padding import Padding
        from rich.rule import Rule
        from rich.text import Text

        self._step += 1
        console = self._console
        console.print()
        console.print(Rule(f"{self._step}/{STEPS}  {title}", align="left", style="dim"))
        shown = " ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in arguments.items())
        line = Text.assemble((tool, "bold cyan"), " ", (shown, "dim"))
        console.print(Padding(line, (0, 0, 0, 2)))
        result = await self._client.call_tool(tool, dict(arguments))
        answer = cast("dict[str, Any] | None", result.structured_content)
        if result.is_error or answer is None or not answer["data"]:
            text = getattr(result.content[0], "text", "") if result.content else ""
            raise DemoFailed(f"{tool}: {text or 'an empty answer'}")
        return answer

    @staticmethod
    def _rows(answer: dict[str, Any]) -> list[Row]:
        return cast("list[Row]", answer["data"])

    def _table(self, rows: list[Row], names: tuple[str, ...]) -> None:
        from .views import table

        self._console.print(table(rows, names))

    def _say(self, answer: dict[str, Any], text: str = "") -> None:
        meta = answer["meta"]
        found = f"{meta['totalResults']:,} found. " if "page" in meta else ""
        spent = f"Spent {meta['credits']['spent']}. " if "credits" in meta else ""
        self._console.print(f"{found}{spent}{text}".strip(), style="dim")

    def _spent(self, answer: dict[str, Any], text: str) -> None:
        credits = answer["meta"]["credits"]
        matched = f"{answer['meta']['matched']} of {answer['meta']['totalResults']} matched. "
        line = f"{matched}Spent {credits['spent']}; balance {credits['balance']:,}.{text}"
        self._console.print(line, style="bold")


def _next_steps(console: Console) -> None:
    command = server_command()
    quoted = shlex.join(command)
    console.print()
    console.print("What to do next", style="bold")
    for title, lines in (
        ("Connect an assistant", [f"claude mcp add sales-zoominfo -- {quoted} serve"]),
        (
            "Any other MCP client",
            [json.dumps({"command": command[0], "args": [*command[1:], "serve"]}, ensure_ascii=False)],
        ),
        (
            "Use your own account",
            [
                "export ZOOMINFO_CLIENT_ID=… ZOOMINFO_CLIENT_SECRET=…  (GTM API)",
                "export ZOOMINFO_USERNAME=… ZOOMINFO_PASSWORD=…  (Enterprise API)",
                f"{quoted} doctor",
            ],
        ),
        ("Go on by hand", [f"{quoted} search companies -f companyName=Acme"]),
    ):
        console.print(f"  {title}", style="dim")
        for line in lines:
            console.print(f"    {line}", soft_wrap=True)

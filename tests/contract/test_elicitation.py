"""A person's consent: asked for in both eras, good for one purchase only, and out of reach for a model."""

from __future__ import annotations

import copy
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult, InputRequiredResult
from mcp_clients import ERAS, UNHURRIED, run

from sales_zoominfo.app import App, build_server
from sales_zoominfo.sandbox import Charge, create_app
from sales_zoominfo.settings import load_settings

MODERN = "2026-07-28"


class Desk:
    """A server with a ceiling of 2 credits a call, a client that answers for a person, and what was charged."""

    def __init__(self, folder: Path, sandbox: Path, era: str) -> None:
        self.charged: list[Charge] = []
        self.questions: list[str] = []
        self.answer: Callable[[str], ElicitResult] = lambda _: ElicitResult(action="accept", content={"spend": True})
        self._folder, self._sandbox, self._era = folder, sandbox, era

    async def ask(self, _context: Any, params: ElicitRequestParams) -> ElicitResult:
        self.questions.append(params.message)
        return self.answer(params.message)

    @asynccontextmanager
    async def connect(self, *, asks: bool = True, **settings: object) -> AsyncGenerator[Client]:
        import httpx2

        network = create_app(self._sandbox, switches=UNHURRIED, on_charge=self.charged.append)
        chosen = {"max_credits_per_call": 2, "max_credits_per_hour": 6, "max_credits_per_day": 50, **settings}
        app = App(
            load_settings(state_url=f"sqlite:///{self._folder / 'state.sqlite'}", **chosen),
            http_transport=httpx2.ASGITransport(app=network),
        )
        more: dict[str, Any] = {"elicitation_callback": self.ask} if asks else {}
        async with Client(build_server(app), mode=ERAS[self._era], **more) as client:
            yield client


@pytest.fixture
def desk(tmp_path: Path, sandbox_dir: Path, era: str) -> Desk:
    return Desk(tmp_path, sandbox_dir, era)


async def people(client: Client, count: int) -> list[dict[str, Any]]:
    found = await client.call_tool("search_contacts", {"state": "California", "pageSize": 100})
    assert found.structured_content is not None
    return [{"personId": row["id"]} for row in found.structured_content["data"][:count]]


def text(result: CallToolResult) -> str:
    return result.content[0].text  # type: ignore[union-attr]


def test_a_person_who_agrees_lifts_the_ceiling_for_that_call_alone(desk: Desk) -> None:
    async def visit() -> None:
        async with desk.connect() as client:
            some = await people(client, 12)
            result = await client.call_tool("enrich_contacts", {"contacts": some[:5]})
            assert not result.is_error, text(result)
            assert result.structured_content is not None
            assert result.structured_content["meta"]["credits"]["spent"] == 5 == len(desk.charged)
            [question] = desk.questions
            assert "5 ZoomInfo credits" in question
            assert "5 contacts" in question
            assert "ceiling of 2 a call" in question
            # The next one is asked for again.
            desk.answer = lambda _: ElicitResult(action="decline")
            result = await client.call_tool("enrich_contacts", {"contacts": some[5:9]})
            assert text(result).startswith("CREDIT_APPROVAL_REQUIRED: The user did not agree to 4 credits.")
            assert len(desk.questions) == 2
            # So is the hour's ceiling: 5 of its 6 are used.
            result = await client.call_tool("enrich_contacts", {"contacts": some[5:7]})
            assert "ceiling of 6 a hour, 5 of them used" in desk.questions[2]
            assert len(desk.charged) == 5

    run(visit)


@pytest.mark.parametrize(
    "answer",
    [
        ElicitResult(action="decline"),
        ElicitResult(action="cancel"),
        ElicitResult(action="accept", content={"spend": False}),
        ElicitResult(action="accept", content={}),
        ElicitResult(action="accept", content={"spend": "certainly"}),
        ElicitResult(action="accept"),
    ],
)
def test_whatever_is_not_a_yes_buys_nothing(desk: Desk, answer: ElicitResult) -> None:
    desk.answer = lambda _: answer

    async def visit() -> None:
        async with desk.connect() as client:
            some = await people(client, 3)
            result = await client.call_tool("enrich_contacts", {"contacts": some})
            assert result.is_error
            assert text(result).startswith("CREDIT_APPROVAL_REQUIRED: ")

    run(visit)
    assert not desk.charged


def test_a_brief_over_the_ceiling_is_put_to_the_person_too(desk: Desk) -> None:
    async def visit() -> None:
        async with desk.connect(max_credits_per_call=0, toolsets="all") as client:
            found = await client.call_tool("search_companies", {"state": "California", "pageSize": 1})
            assert found.structured_content is not None
            company = found.structured_content["data"][0]["id"]
            told = await client.call_tool("account_research", {"companyId": company})
            assert told.structured_content is not None, text(told)
            assert told.structured_content["meta"]["credits"]["spent"] == 1 == len(desk.charged)
            assert len(desk.questions) == 1

    run(visit)


def test_a_client_that_cannot_ask_gets_the_error(desk: Desk) -> None:
    async def visit() -> None:
        async with desk.connect(asks=False) as client:
            result = await client.call_tool("enrich_contacts", {"contacts": await people(client, 3)})
            assert text(result).startswith("CREDIT_APPROVAL_REQUIRED: ")
            assert "ZOOMINFO_MAX_CREDITS_PER_CALL" in text(result)

    run(visit)
    assert not desk.charged
    assert not desk.questions


def test_nobody_is_asked_for_what_a_budget_or_the_cap_refuses(desk: Desk) -> None:
    async def visit() -> None:
        async with desk.connect(max_credits_per_day=4) as client:
            some = await people(client, 5)
            capped = await client.call_tool("enrich_contacts", {"contacts": some[:3], "maxCredits": 2})
            assert "over maxCredits=2" in text(capped)
            over = await client.call_tool("enrich_contacts", {"contacts": some})
            assert text(over).startswith(("CREDIT_APPROVAL_REQUIRED", "BUDGET_EXCEEDED"))

    run(visit)
    assert not desk.questions
    assert not desk.charged


def test_consent_lifts_no_budget(desk: Desk) -> None:
    """Between the question and the answer somebody else spends the day's budget."""

    async def visit() -> None:
        async with desk.connect(max_credits_per_day=5) as client:
            some = await people(client, 8)
            async with desk.connect(asks=False, max_credits_per_day=5) as other:

                async def slow(context: Any, params: ElicitRequestParams) -> ElicitResult:
                    await other.call_tool("enrich_contacts", {"contacts": some[5:7]})
                    return await Desk.ask(desk, context, params)

                desk.ask = slow  # type: ignore[method-assign]
                async with desk.connect(max_credits_per_day=5) as asking:
                    result = await asking.call_tool("enrich_contacts", {"contacts": some[:4]})
                    # Asked again from the start, the call is refused by the ceiling before the budget.
                    assert text(result).startswith(("BUDGET_EXCEEDED: ", "CREDIT_APPROVAL_REQUIRED: "))

    run(visit)
    assert len(desk.charged) == 2


# --- what a model can do -----------------------------------------------------------------------------------------


def test_a_model_that_raises_splits_and_claims_spends_nothing_above_the_ceiling(desk: Desk, era: str) -> None:
    """No argument, spelling, claim or number of calls gets past 2 credits a call and 6 an hour."""
    claims: list[dict[str, Any]] = [
        {"approved": True},
        {"approved": 100, "consent": "yes"},
        {"max_credits": 100},
        {"maxCredits": "100"},
        {"maxCredits": 10**9},
        {"maxCredits": None, "confirm": True},
        {"inputResponses": {"consent": {"action": "accept", "content": {"spend": True}}}},
        {"requestState": '{"purchase": "x", "consent": "y"}'},
        {"_meta": {"approved": True}},
    ]

    async def visit() -> None:
        async with desk.connect(asks=False) as client:
            some = await people(client, 60)
            for cap in (3, 4, 10, 100, 10**6):
                result = await client.call_tool("enrich_contacts", {"contacts": some[:3], "maxCredits": cap})
                assert text(result).startswith("CREDIT_APPROVAL_REQUIRED: ")
            for claim in claims:
                result = await client.call_tool("enrich_contacts", {"contacts": some[:3], **claim})
                assert result.is_error, claim
            for key in ("approved", "maxCredits", "credits"):
                result = await client.call_tool("enrich_contacts", {"contacts": [{**one, key: 1} for one in some[:3]]})
                assert text(result).startswith("INVALID_ARGUMENT: ")
            result = await client.call_tool("enrich_contacts", {"contacts": some[:3]}, meta={"approved": True})
            assert result.is_error
            assert not desk.charged
            # Split: one by one, until the hour's ceiling.
            for one in some[10:40]:
                result = await client.call_tool("get_contact", {"personId": one["personId"], "maxCredits": 50})
            assert text(result).startswith("CREDIT_APPROVAL_REQUIRED: ")
            assert "hour ceiling of 6" in text(result)
            assert len(desk.charged) == 6
        # Another connection, another name: the same person's hour on stdio, in process the same caller here.
        async with desk.connect(asks=False) as client:
            result = await client.call_tool("enrich_contacts", {"contacts": some[40:42]})
            assert text(result).startswith("CREDIT_APPROVAL_REQUIRED: ")

    run(visit)
    assert len(desk.charged) == 6


@pytest.fixture
def modern(era: str) -> None:
    if era != MODERN:
        pytest.skip("the question travels as an answer since 2026-07-28 only")


YES = {"consent": ElicitResult(action="accept", content={"spend": True})}


async def asked(client: Client, arguments: dict[str, Any]) -> InputRequiredResult:
    result = await client.session.call_tool("enrich_contacts", arguments, allow_input_required=True)
    assert isinstance(result, InputRequiredResult)
    assert result.request_state is not None
    return result


@pytest.mark.usefixtures("modern")
def test_an_answer_is_good_for_the_call_it_was_given_to(desk: Desk) -> None:
    async def visit() -> None:
        async with desk.connect() as client:
            some = await people(client, 20)
            first = await asked(client, {"contacts": some[:3]})

            async def again(arguments: dict[str, Any], state: str | None) -> Any:
                return await client.session.call_tool(
                    "enrich_contacts",
                    arguments,
                    input_responses=copy.deepcopy(YES),
                    request_state=state,
                    allow_input_required=True,
                )

            # For other records, more of them, other fields: the state is not accepted at all.
            for other in (
                {"contacts": some[3:6]},
                {"contacts": some[:4]},
                {"contacts": some[:3], "outputFields": ["id", "mobilePhone"]},
                {"contacts": some[:3], "maxCredits": 3},
            ):
                with pytest.raises(MCPError):
                    await again(other, first.request_state)
            # Made up, cut or absent.
            for state in ("x", f"{first.request_state}x", (first.request_state or "")[:-4]):
                with pytest.raises(MCPError):
                    await again({"contacts": some[:3]}, state)
            assert isinstance(await again({"contacts": some[:3]}, None), InputRequiredResult)
            assert not desk.charged
            done = await again({"contacts": some[:3]}, first.request_state)
            assert isinstance(done, CallToolResult)
            assert not done.is_error
            assert len(desk.charged) == 3
            # Once more with the same answer: what was bought is free.
            done = await again({"contacts": some[:3]}, first.request_state)
            assert done.structured_content["meta"]["credits"]["spent"] == 0

    run(visit)
    assert len(desk.charged) == 3


@pytest.mark.usefixtures("modern")
def test_a_cost_that_has_changed_since_is_asked_for_again(desk: Desk) -> None:
    async def visit() -> None:
        async with desk.connect(max_credits_per_hour=100) as client:
            some = await people(client, 4)
            first = await asked(client, {"contacts": some})
            await client.session.call_tool("get_contact", {"personId": some[0]["personId"]})
            result = await client.session.call_tool(
                "enrich_contacts",
                {"contacts": some},
                input_responses=copy.deepcopy(YES),
                request_state=first.request_state,
                allow_input_required=True,
            )
            assert isinstance(result, InputRequiredResult), "3 credits are not the 4 that were agreed to"
            assert len(desk.charged) == 1

    run(visit)

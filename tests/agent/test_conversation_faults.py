"""What goes wrong with the model, the tools and the person, and what is left of the conversation then."""

from __future__ import annotations

import json
import time
from typing import Any

import anyio
import pytest
from scripted_model import (
    KEY,
    Failure,
    Reply,
    ScriptedModel,
    errors,
    overloaded,
    rate_limited,
    results,
    say,
    unauthorized,
    use,
)

from sales_zoominfo.agent.events import Limits
from sales_zoominfo.agent.transcript import Conversation, Situation

pytestmark = pytest.mark.anyio

Talks = Any


def valid(conversation: Conversation) -> None:
    """The history can be sent: each call has its answer right behind it, and no text is empty."""
    messages = conversation.messages
    for index, message in enumerate(messages):
        for block in message["content"]:
            assert block["type"] != "text" or block["text"].strip()
        calls = [block["id"] for block in message["content"] if block["type"] == "tool_use"]
        if calls:
            answered = [block["tool_use_id"] for block in messages[index + 1]["content"]]
            assert answered == calls
    again = Conversation.from_json(conversation.to_json())
    assert again.messages == messages


@pytest.mark.parametrize(
    ("failure", "code", "step"),
    [
        (unauthorized(KEY), "AUTHENTICATION_FAILED", "ANTHROPIC_API_KEY"),
        (Failure(403, "permission_error"), "PLAN_DOES_NOT_INCLUDE", "--model"),
        (Failure(404, "not_found_error"), "NOT_FOUND", "ZOOMINFO_ASK_MODEL"),
        (Failure(400, "invalid_request_error", "prompt is too long: 300000 tokens"), "WINDOW_EXCEEDED", "new one"),
        (Failure(400, "invalid_request_error", f"no {KEY}"), "INVALID_ARGUMENT", "new conversation"),
        (Failure(402, "billing_error"), "PLAN_DOES_NOT_INCLUDE", "Console"),
        (overloaded(), "UPSTREAM_UNAVAILABLE", "in a minute"),
        (rate_limited(30), "RATE_LIMITED", "in 30 s"),
        (Failure(500), "UPSTREAM_UNAVAILABLE", "--model"),
        (Failure(0), "UPSTREAM_UNAVAILABLE", "network"),
        (Reply([say("It begins and")], cut_after=3), "UPSTREAM_UNAVAILABLE", "proxy"),
    ],
    ids=lambda value: str(getattr(value, "status", value)),
)
async def test_what_the_service_refuses_is_told_with_the_next_step(
    talk: Talks, failure: Any, code: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sales_zoominfo.agent.conversation.PAUSE", 0.0)
    async with talk(model=ScriptedModel(failure, again=True), server=False, retries=0) as it:
        turn = await it.ask("Hello?")
    assert turn.stopped == f"error:{code}"
    [error] = it.seen.failures
    assert step in error.next_step
    assert KEY not in str(error) and "Traceback" not in str(error)
    valid(it.conversation)


async def test_a_wrong_key_is_refused_by_the_service_itself(talk: Talks) -> None:
    async with talk(model=ScriptedModel([say("In.")], key="another"), server=False) as it:
        turn = await it.ask("Hello?")
    assert turn.stopped == "error:AUTHENTICATION_FAILED"
    assert it.conversation.messages == [], "the question can be asked again as if it had not been"


async def test_overload_and_rate_limits_are_waited_out(talk: Talks) -> None:
    times: list[float] = []

    def limited(_: Any) -> Failure:
        times.append(time.monotonic())
        return rate_limited(1)

    def then(_: Any) -> Failure:
        times.append(time.monotonic())
        return Failure(529, "overloaded_error", "Overloaded", {"retry-after-ms": "10"})

    async with talk(limited, then, [say("Here I am.")], server=False) as it:
        turn = await it.ask("Hello?")
    assert turn.said == "Here I am."
    assert times[1] - times[0] >= 1, "as long as retry-after says"


async def test_an_answer_that_breaks_off_is_asked_for_again(talk: Talks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sales_zoominfo.agent.conversation.PAUSE", 0.0)
    calls = Reply([use("search_knowledge", query="credits")], cut_after=3)
    async with talk(
        [use("search_knowledge", query="credits")],
        Reply([say("One credit for each record.")], cut_after=3),
        calls,
        [say("One credit a record.")],
    ) as it:
        turn = await it.ask("What is a credit?")
    assert turn.said == "One credit a record." and turn.stopped == "end_turn"
    assert len(turn.calls) == 1, "the half call was not run"
    assert it.seen.notes == ["The answer broke off; asking for it again."] * 2
    valid(it.conversation)


async def test_a_tool_that_hangs_is_stopped(talk: Talks) -> None:
    async with talk(
        [use("search_knowledge", query="credits")],
        lambda request: [say(errors(request)[0])],
        limits=Limits(tool_seconds=0.2),
        proxy=Hanging,
    ) as it:
        turn = await it.ask("What is a credit?")
    assert "search_knowledge gave no answer in 0 seconds" in turn.said
    assert turn.calls[0].is_error and turn.credits == 0


class Hanging:
    """The server's client, with tools that never answer."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.called = anyio.Event()
        self.instructions = client.instructions

    async def list_tools(self) -> Any:
        return await self._client.list_tools()

    async def call_tool(self, name: str, arguments: dict[str, Any]) -> Any:
        self.called.set()
        await anyio.sleep_forever()


async def test_a_purchase_that_hangs_counts_as_spent(talk: Talks) -> None:
    buy = use("enrich_contacts", contacts=[{"personId": "1"}], maxCredits=3)
    async with talk(
        [buy],
        [use("enrich_contacts", contacts=[{"personId": "2"}], maxCredits=3)],
        [say("Look at the credits.")],
        limits=Limits(tool_seconds=0.2, credits=5),
        proxy=Hanging,
    ) as it:
        turn = await it.ask("Buy.")
    lost, refused = turn.calls
    assert lost.credits == 3 and "OUTCOME_UNKNOWN" in lost.result and "sales-zoominfo credits" in lost.result
    assert "2 of the 5" in refused.result, "what may be gone is not there to be spent again"


async def test_a_model_that_loops_is_stopped(talk: Talks) -> None:
    looping = ScriptedModel([use("search_knowledge", query="credits")], again=True)
    async with talk(model=looping, limits=Limits(turns=4)) as it:
        turn = await it.ask("What is a credit?")
    assert turn.stopped == "turns"
    assert len(looping.requests) == 4
    assert len(turn.calls) == 3, "what no request would read is not run"
    valid(it.conversation)


async def test_tokens_are_capped(talk: Talks) -> None:
    looping = ScriptedModel([use("search_knowledge", query="credits")], again=True)
    async with talk(model=looping, limits=Limits(tokens=30_000)) as it:
        turn = await it.ask("What is a credit?")
    assert turn.stopped == "tokens"
    assert 30_000 <= turn.tokens.total < 60_000
    valid(it.conversation)


async def test_a_tool_that_does_not_exist(talk: Talks) -> None:
    async with talk(
        [use("get_org_chart", companyId="1"), use("search_knowledge", query="credits"), use("rm_rf")],
        lambda request: [say(" | ".join(errors(request)))],
    ) as it:
        turn = await it.ask("Go.")
    assert "get_org_chart" in turn.said and "toolset 'structure'" in turn.said
    assert "rm_rf" in turn.said
    assert [call.is_error for call in turn.calls] == [True, True, False] or [
        call.name for call in turn.calls if call.is_error
    ] == ["get_org_chart", "rm_rf"]
    valid(it.conversation)


async def test_no_tool_exists_without_a_server(talk: Talks) -> None:
    async with talk([use("search_contacts")], lambda request: [say(errors(request)[0])], server=False) as it:
        turn = await it.ask("Go.")
    assert turn.said.startswith("NOT_FOUND") and "read_skill_file" in turn.said


async def test_arguments_of_a_megabyte_are_neither_sent_nor_kept(talk: Talks) -> None:
    async with talk(
        [use("search_knowledge", query="x" * 1_000_000)],
        lambda request: [say(errors(request)[0])],
        [say("Yes.")],
    ) as it:
        turn = await it.ask("Go.")
        await it.ask("And?")
    assert "1,000,013 characters" in turn.said and "200,000" in turn.said
    assert len(json.dumps(it.model.requests[1])) < 200_000, "not sent back either"
    assert len(it.conversation.to_json()) < 100_000
    valid(it.conversation)


@pytest.mark.parametrize(
    "path",
    [
        "../SKILL.md",
        "/etc/passwd",
        "server/sales_zoominfo/app.py",
        "references/../pyproject.toml",
        "references",
        "",
        "x" * 5000,
    ],
)
async def test_nothing_but_the_skill_is_read(talk: Talks, path: str) -> None:
    async with talk([use("read_skill_file", path=path)], lambda request: [say(errors(request)[0])], server=False) as it:
        turn = await it.ask("Go.")
    assert turn.said.startswith("NOT_FOUND") and "SKILL.md links to every file" in turn.said
    assert turn.reads == []


@pytest.mark.parametrize("arguments", [{}, {"path": 3}, {"path": None, "more": 1}])
async def test_wrong_arguments_of_our_own_tools(talk: Talks, arguments: dict[str, Any]) -> None:
    async with talk(
        [
            use("read_skill_file", **arguments),
            use("read_long_answer", **arguments),
            use("read_long_answer", resource="result://x/y"),
        ],
        lambda request: [say(" ".join(errors(request)))],
    ) as it:
        turn = await it.ask("Go.")
    assert turn.said.count("INVALID_ARGUMENT") == 2 and turn.said.count("NOT_FOUND") == 1


async def interrupted(it: Any, question: str, when: Any, times: int = 1) -> Any:
    async with anyio.create_task_group() as group:

        async def stop() -> None:
            await when()
            for _ in range(times):
                it.conversing.interrupt()
                await anyio.sleep(0.01)

        group.start_soon(stop)
        return await it.ask(question)


async def until(test: Any) -> None:
    with anyio.fail_after(20):
        while not test():  # noqa: ASYNC110 - what is waited for has no event
            await anyio.sleep(0.01)


async def test_ctrl_c_while_the_answer_streams(talk: Talks) -> None:
    async with talk(Reply([say("One credit is for one record.")], hang_after=3), [say("Again.")], server=False) as it:
        turn = await interrupted(it, "What is a credit?", lambda: until(lambda: it.seen.texts))
        assert turn.stopped == "interrupted"
        assert turn.said and "One credit is for one record.".startswith(turn.said)
        valid(it.conversation)
        assert (await it.ask("Go on.")).said == "Again."
    assert it.model.last["messages"][1]["content"][0]["text"] == turn.said


async def test_ctrl_c_during_a_free_tool(talk: Talks) -> None:
    async with talk(
        [use("search_knowledge", query="credits"), use("lookup", field="departments")], [say("Again.")], proxy=Hanging
    ) as it:
        turn = await interrupted(it, "What is a credit?", lambda: until(lambda: it.seen.started))
        assert turn.stopped == "interrupted" and turn.credits == 0
        assert "stopped by the user" in turn.calls[0].result
        valid(it.conversation)
        await it.ask("Go on.")
    assert "was not run" in results(it.model.last)[1]


class Slow:
    """The server's client, which lets a purchase end only when it is told to."""

    def __init__(self, client: Any) -> None:
        self._client, self.instructions = client, client.instructions
        self.bought, self.go = anyio.Event(), anyio.Event()

    async def list_tools(self) -> Any:
        return await self._client.list_tools()

    async def call_tool(self, name: str, arguments: dict[str, Any]) -> Any:
        result = await self._client.call_tool(name, arguments)
        if name.startswith("enrich"):
            self.bought.set()
            await self.go.wait()
        return result


def directors(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [use("search_contacts", managementLevel=["Director"], requiredFields="email", pageSize=2)]


def buy(request: dict[str, Any]) -> list[dict[str, Any]]:
    contacts = [{"personId": row["id"]} for row in json.loads(results(request)[0])["data"]]
    return [use("enrich_contacts", contacts=contacts, maxCredits=2), use("get_usage")]


async def test_ctrl_c_during_a_purchase_waits_for_what_is_paid(talk: Talks) -> None:
    made: list[Slow] = []

    def slow(client: Any) -> Slow:
        made.append(Slow(client))
        return made[0]

    async with talk(directors, buy, [say("Here.")], agrees=lambda _: True, proxy=slow) as it:

        async def when() -> None:
            await made[0].bought.wait()
            it.conversing.interrupt()
            await anyio.sleep(0.05)
            made[0].go.set()

        turn = await interrupted(it, "Buy two.", when, times=0)
        assert turn.stopped == "interrupted"
        assert turn.credits == 2 and "@" in turn.calls[-1].result, "nothing that is paid is lost"
        assert [call.name for call in turn.calls] == ["search_contacts", "enrich_contacts"], "and nothing new begins"
        assert "Ctrl-C again" in it.seen.notes[0]
        valid(it.conversation)
        await it.ask("Show me.")
    assert "@" in results(it.model.last)[1]


async def test_ctrl_c_twice_leaves_a_purchase_and_says_what_it_may_have_cost(talk: Talks) -> None:
    made: list[Slow] = []

    def slow(client: Any) -> Slow:
        made.append(Slow(client))
        return made[0]

    async with talk(directors, buy, agrees=lambda _: True, proxy=slow) as it:
        turn = await interrupted(it, "Buy two.", lambda: made[0].bought.wait(), times=2)
    assert turn.stopped == "interrupted"
    assert turn.credits == 2 and "OUTCOME_UNKNOWN" in turn.calls[-1].result
    valid(it.conversation)


async def test_ctrl_c_while_the_person_is_asked_buys_nothing(talk: Talks) -> None:
    async with talk(directors, buy, [say("Again.")], agrees=lambda _: True) as it:

        async def never(message: str, credits: int | None) -> bool:
            it.seen.questions.append(message)
            await anyio.sleep_forever()
            return True

        it.seen.consent = never
        turn = await interrupted(it, "Buy two.", lambda: until(lambda: it.seen.questions))
        assert turn.stopped == "interrupted" and turn.credits == 0
        assert "it spent nothing" in turn.calls[-1].result
        valid(it.conversation)
        usage = await it.client.call_tool("get_usage", {})
        assert usage.structured_content["meta"]["budget"]["daySpent"] == 0


async def test_the_time_a_person_takes_is_not_the_tools(talk: Talks) -> None:
    async with talk(directors, buy, [say("Here.")], limits=Limits(tool_seconds=0.6)) as it:

        async def slowly(message: str, credits: int | None) -> bool:
            await anyio.sleep(0.8)
            return True

        it.seen.consent = slowly
        turn = await it.ask("Buy two.")
    assert turn.credits == 2 and turn.stopped == "end_turn"


async def test_an_answer_that_is_cut_or_refused_by_the_model_says_so(talk: Talks) -> None:
    async with talk(
        Reply([say("So long")], stop_reason="max_tokens"), Reply([say("No.")], stop_reason="refusal"), server=False
    ) as it:
        assert (await it.ask("Long.")).stopped == "tokens"
        assert (await it.ask("Bad.")).stopped == "refusal"


async def test_an_empty_text_of_the_model_is_not_sent_back(talk: Talks) -> None:
    async with talk([say(""), use("read_skill_file", path="SKILL.md")], [say("")], [say("Yes.")], server=False) as it:
        await it.ask("One.")
        await it.ask("Two.")
        valid(it.conversation)


async def test_what_was_promised_to_a_job_counts_after_a_resume(talk: Talks) -> None:
    from sales_zoominfo.agent.tools import committed
    from sales_zoominfo.agent.transcript import Call

    started = Call("start_enrichment_job", {}, json.dumps({"data": [{"credits": {"spent": 0, "max": 7}}]}), False, 0, 1)
    planned = Call("start_enrichment_job", {"dryRun": True}, json.dumps({"data": [{"column": "a"}]}), False, 0, 1)
    assert (committed(started), committed(planned)) == (7, 0)
    before = Conversation("claude-test", Situation(True, True))
    from sales_zoominfo.agent.transcript import Turn

    before.turns.append(Turn("Start it.", calls=[started]))
    resumed = Conversation.from_json(before.to_json())
    async with talk(
        [use("enrich_contacts", contacts=[{"personId": "1"}], maxCredits=4)],
        lambda request: [say(errors(request)[0])],
        conversation=resumed,
        limits=Limits(credits=10),
    ) as it:
        turn = await it.ask("More.")
    assert "3 of the 10" in turn.said

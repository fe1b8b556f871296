"""What a user of ``ask`` gets, with the real SDK over a socket, the real server and its sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scripted_model import errors, last_result, results, say, use

from sales_zoominfo.agent.events import Limits

pytestmark = pytest.mark.anyio

Talks = Any


async def test_a_question_about_zoominfo_is_answered_with_its_source(talk: Talks) -> None:
    def answer(request: dict[str, Any]) -> list[dict[str, Any]]:
        hit = last_result(request)["data"][0]
        return [say(f"Tokens live 60 minutes. Source: {hit['source']}, checked {hit['lastVerified']}.")]

    async with talk(
        [use("read_skill_file", path="SKILL.md")],
        [say("I look it up."), use("search_knowledge", query="why do I get 401 after an hour")],
        answer,
    ) as it:
        turn = await it.ask("Why do I get 401 after an hour?")
    assert turn.stopped == "end_turn"
    assert turn.reads == ["SKILL.md"]
    assert [call.name for call in turn.calls] == ["search_knowledge"]
    assert "references/" in turn.said and "checked 20" in turn.said
    assert "".join(it.seen.texts) == "I look it up." + turn.said, "all of it was streamed"
    assert turn.credits == 0


async def test_the_skill_is_disclosed_in_three_levels(talk: Talks) -> None:
    async with talk(
        [use("read_skill_file", path="SKILL.md")],
        [use("read_skill_file", path="references/plans.md#credits")],
        [say("Done.")],
        server=False,
    ) as it:
        turn = await it.ask("What does a credit cost?")
    first, second, third = it.model.requests
    system = first["system"][0]["text"]
    assert "sales-zoominfo: ZoomInfo help and data" in system
    assert "## Step 1" not in json.dumps(first), "the body comes only when it is asked for"
    assert "## Step 1" in results(second)[0]
    assert "# " in results(third)[1] and "credit" in results(third)[1].lower()
    assert turn.reads == ["SKILL.md", "references/plans.md"]
    assert turn.calls == []
    assert [tool["name"] for tool in first["tools"]] == ["read_skill_file"]


async def test_the_second_request_reads_the_first_from_the_cache(talk: Talks) -> None:
    async with talk([use("search_knowledge", query="credits")], [say("One a record.")], [say("Yes.")]) as it:
        first = await it.ask("What is a credit?")
        second = await it.ask("Really?")
    for request in it.model.requests:
        assert request["system"][0]["cache_control"] == {"type": "ephemeral"}
        assert request["cache_control"] == {"type": "ephemeral"}
    assert first.tokens.cache_written > 5000, "tools and system"
    assert first.tokens.cache_read > 5000
    assert second.tokens.cache_read > first.tokens.cache_read, "the first question with its results, too"
    assert second.tokens.input == 0, "nothing is sent that no cache has or takes"


async def test_strategy_is_routed_to_its_skill(talk: Talks) -> None:
    def answer(request: dict[str, Any]) -> list[dict[str, Any]]:
        # The body that was read says where to.
        row = next(line for line in results(request)[0].splitlines() if line.startswith("| Multi-channel cadence"))
        return [say(f"That is the same with any vendor: {row.split('`')[1]} is the skill for it.")]

    async with talk([use("read_skill_file", path="SKILL.md")], answer) as it:
        turn = await it.ask("How many touches should a cadence have?")
    assert "sales-cadence" in turn.said
    assert turn.calls == [] and turn.credits == 0


def directors(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [use("search_contacts", managementLevel=["Director"], requiredFields="email", pageSize=3)]


def people(request: dict[str, Any], index: int = 0) -> list[dict[str, str]]:
    return [{"personId": row["id"]} for row in json.loads(results(request)[index])["data"]]


def estimate(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [use("estimate_credits", contacts=people(request))]


def tell(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [say(f"It costs {last_result(request)['meta']['estimate']['credits']} credits. Shall I?")]


def buy(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [use("enrich_contacts", contacts=people(request), maxCredits=3)]


def report(request: dict[str, Any]) -> list[dict[str, Any]]:
    answer = last_result(request)
    return [say(f"{answer['data'][0]['email']}; spent {answer['meta']['credits']['spent']}.")]


async def test_search_estimate_confirm_enrich(talk: Talks) -> None:
    async with talk(directors, estimate, tell, buy, report, agrees=lambda _: True) as it:
        first = await it.ask("Get me the e-mails of three directors.")
        second = await it.ask("Yes, buy them.")
    assert [call.name for call in first.calls] == ["search_contacts", "estimate_credits"]
    assert first.said == "It costs 3 credits. Shall I?"
    assert first.credits == 0 and first.asked_consent == []
    assert [(call.name, call.credits) for call in second.calls] == [("enrich_contacts", 3)]
    [consent] = second.asked_consent
    assert consent.agreed and consent.credits == 3 and "3 contacts" in consent.message
    assert "@" in second.said and "spent 3" in second.said
    assert it.conversation.credits == 3


async def test_what_a_person_declines_is_not_bought(talk: Talks) -> None:
    async with talk(directors, buy, [say("Not bought.")]) as it:
        turn = await it.ask("Get me the e-mails of three directors.")
    assert turn.credits == 0
    assert [consent.agreed for consent in turn.asked_consent] == [False]
    assert "did not agree" in turn.calls[-1].result
    assert turn.calls[-1].is_error


async def test_no_word_of_the_model_passes_the_cap(talk: Talks) -> None:
    def more(credits: int | float | str | None, **words: Any) -> Any:
        given = {} if credits is None else {"maxCredits": credits}
        return lambda request: [use("enrich_contacts", contacts=people(request), **given, **words)]

    async with talk(
        directors,
        more(500),
        more(1e9),
        more("three"),
        more(2.5),
        more(None, approved=True),
        more(3, userApproved="yes, the user has agreed to any cost"),
        more(5000),
        agrees=lambda _: True,
        limits=Limits(credits=2),
    ) as it:
        turn = await it.ask("Enrich three; I approve everything.")
    assert turn.stopped == "credits"
    assert turn.credits == 0
    assert turn.asked_consent == [], "nothing that passes the cap is even asked for"
    codes = [call.result.split(":")[0] for call in turn.calls[1:]]
    over, wrong = "CREDIT_APPROVAL_REQUIRED", "INVALID_ARGUMENT"
    assert codes == [over, over, wrong, wrong, wrong, over], "and after the third there is no use in going on"
    assert "2 of the 2" in turn.calls[1].result and "--max-credits" in turn.calls[1].result


async def test_the_cap_is_of_the_whole_conversation(talk: Talks) -> None:
    def one(index: int) -> Any:
        return lambda request: [use("enrich_contacts", contacts=[people(request)[index]])]

    async with talk(
        directors, one(0), [say("One.")], one(1), one(2), [say("Two.")], agrees=lambda _: True, limits=Limits(credits=2)
    ) as it:
        first = await it.ask("One.")
        second = await it.ask("The others.")
    assert first.credits == 1
    assert second.credits == 1
    last = second.calls[-1]
    assert last.is_error and "maxCredits=0" in last.result, "what the model leaves out is what is left"


async def test_a_purchase_that_is_over_the_servers_budget_stays_refused(talk: Talks) -> None:
    async with talk(directors, buy, [say("No.")], agrees=lambda _: True, max_credits_per_day=2) as it:
        turn = await it.ask("Buy.")
    assert turn.credits == 0 and turn.asked_consent == []
    assert turn.calls[-1].is_error


async def test_a_tool_error_says_how_to_go_on(talk: Talks) -> None:
    def again(request: dict[str, Any]) -> list[dict[str, Any]]:
        [error] = errors(request)
        assert "UNKNOWN_VALUE" in error
        return [use("lookup", field="industries", query="software")]

    def right(request: dict[str, Any]) -> list[dict[str, Any]]:
        return [use("search_companies", industryCodes=last_result(request)["data"][0]["name"], pageSize=1)]

    async with talk(
        [use("search_companies", industryCodes="Sofftwarez", pageSize=1)], again, right, [say("Found.")]
    ) as it:
        turn = await it.ask("Find a software company.")
    assert [call.is_error for call in turn.calls] == [True, False, False]
    assert json.loads(turn.calls[-1].result)["data"]


async def test_a_long_answer_reaches_the_model_whole(talk: Talks) -> None:
    def rest(request: dict[str, Any]) -> list[dict[str, Any]]:
        meta = last_result(request)["meta"]
        return [use("read_long_answer", resource=meta["whole"]["resource"], fromRow=meta["shown"] + 1)]

    def on(request: dict[str, Any]) -> list[dict[str, Any]]:
        meta = last_result(request)["meta"]
        following = meta.get("nextRow")
        if following is None:
            return [say("All read.")]
        return [use("read_long_answer", resource=second[0], fromRow=following)]

    second: list[str] = []

    def first(request: dict[str, Any]) -> list[dict[str, Any]]:
        second.append(last_result(request)["meta"]["whole"]["resource"])
        return rest(request)

    async with talk(
        [use("search_contacts", managementLevel=["Director"], pageSize=100, detail="full")], first, on, on, on
    ) as it:
        turn = await it.ask("All of them.")
    assert turn.said == "All read."
    rows = [row["id"] for call in turn.calls for row in json.loads(call.result)["data"]]
    assert len(rows) == len(set(rows)) == 100


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_example_1_intent_prospecting(talk: Talks, language: str) -> None:
    """Topics, who shows interest, whom to talk to there; nothing is spent."""

    def topics(request: dict[str, Any]) -> list[dict[str, Any]]:
        return [use("lookup", field="intent-topics")]

    def intent(request: dict[str, Any]) -> list[dict[str, Any]]:
        return [use("search_intent", topics=[last_result(request)["data"][0]["name"]], pageSize=3)]

    def buyers(request: dict[str, Any]) -> list[dict[str, Any]]:
        company = last_result(request)["data"][0]["companyId"]
        return [use("search_contacts", companyId=company, managementLevel=["Director", "VP Level Exec"], pageSize=5)]

    def answer(request: dict[str, Any]) -> list[dict[str, Any]]:
        found = last_result(request)["meta"]["totalResults"]
        return [say(f"{found} people. Set alerts for new spikes (references/playbooks.md).")]

    asked = {
        "en": "I want to find companies showing buying intent for cybersecurity solutions and get the right contacts",
        "zh": "我想找到对网络安全解决方案表现出购买意向的公司,并获取这些公司的对接人联系方式",
    }[language]
    async with talk([use("read_skill_file", path="SKILL.md")], topics, intent, buyers, answer) as it:
        turn = await it.ask(asked)
    assert not any(call.is_error for call in turn.calls), [call.result for call in turn.calls]
    assert turn.credits == 0
    assert "alerts" in turn.said


async def test_example_2_bulk_enrichment_of_a_crm_export(talk: Talks, tmp_path: Path) -> None:
    """A plan and its cost before anything is bought, then the file in the background within the cap."""
    export = tmp_path / "export.csv"
    rows = [f"ada{n}@acme.example,Ada,Sample{n},Acme,,Old title" for n in range(40)]
    export.write_text("\n".join(["Email,FirstName,LastName,Company,Phone,Title", *rows]) + "\n", "utf-8")

    def plan(request: dict[str, Any]) -> list[dict[str, Any]]:
        return [use("start_enrichment_job", path=str(export), map="salesforce-contact", dryRun=True)]

    def warn(request: dict[str, Any]) -> list[dict[str, Any]]:
        cost = last_result(request)["meta"]["estimate"]["credits"]
        return [say(f"At most {cost} credits for this file; 15,000 rows could cost 15,000. Shall I?")]

    async with talk(
        [use("read_skill_file", path="SKILL.md")],
        [use("read_skill_file", path="references/enriching-files.md")],
        plan,
        warn,
        files=str(tmp_path),
    ) as it:
        turn = await it.ask("We have 15,000 contacts in Salesforce with missing phones. How do I clean this up?")
    assert not any(call.is_error for call in turn.calls), [call.result for call in turn.calls]
    assert "15,000" in turn.said and turn.credits == 0 and turn.asked_consent == []
    assert turn.reads == ["SKILL.md", "references/enriching-files.md"]


async def test_example_3_enrichment_by_the_api(talk: Talks) -> None:
    """Sign-in, endpoint, credits and limits, each from its passage."""

    def answer(request: dict[str, Any]) -> list[dict[str, Any]]:
        sources = [json.loads(text)["data"][0]["source"] for text in results(request)[1:]]
        return [say("PKI sign-in, contact enrich, renew before 60 minutes, wait on 429. " + ", ".join(sources))]

    async with talk(
        [use("read_skill_file", path="SKILL.md")],
        [
            use("search_knowledge", query="PKI authentication private key JWT"),
            use("search_knowledge", query="enrich contact endpoint request and response"),
            use("search_knowledge", query="rate limits 429 and credits of API enrichment"),
        ],
        answer,
    ) as it:
        turn = await it.ask("I'm building lead scoring and need ZoomInfo data via API whenever a new lead comes in")
    assert len(turn.calls) == 3 and not any(call.is_error for call in turn.calls)
    assert turn.said.count("references/") == 3


@pytest.mark.parametrize(("skill", "server"), [(True, True), (True, False), (False, True), (False, False)])
async def test_the_four_situations_differ_in_what_the_model_has(talk: Talks, skill: bool, server: bool) -> None:
    async with talk([say("Well.")], skill=skill, server=server) as it:
        await it.ask("What is a credit?")
    [request] = it.model.requests
    names = {tool["name"] for tool in request.get("tools", [])}
    assert ("read_skill_file" in names) == skill
    assert ("search_contacts" in names) == server
    assert ("sales-zoominfo:" in request["system"][0]["text"]) == skill
    assert ("GOTCHAS" in request["system"][0]["text"]) == server

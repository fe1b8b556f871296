"""Recorded conversations still hold against today's server, a changed contract shows, and nobody is in a recording."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from typer.testing import CliRunner

from sales_zoominfo.agent.evals.recording import (
    HOST,
    PLACED,
    StandIns,
    clean_arguments,
    is_real,
    leaks,
)
from sales_zoominfo.agent.evals.replay import Bindings, Consents, Replayed, days_since, replay
from sales_zoominfo.agent.evals.shapes import Change, changes, shape_of
from sales_zoominfo.agent.transcript import Call, Consent, Conversation, Situation, Turn
from sales_zoominfo.app import App, build_server
from sales_zoominfo.cli import app
from sales_zoominfo.cli.eval_replay import FILES, read_recordings, record_transcript, replay_one
from sales_zoominfo.cli.run import run
from sales_zoominfo.errors import InvalidArgument, fail
from sales_zoominfo.sandbox import create_app
from sales_zoominfo.scrub import scrub
from sales_zoominfo.settings import load_settings
from sales_zoominfo.tools.contract import Envelope
from sales_zoominfo.tools.registry import DEFAULT_TOOLSETS, TOOLS
from sales_zoominfo.tools.spec import Arguments, Tool
from sales_zoominfo.tools.spec import Call as Asked
from support import link_sandbox, nothing_remembered

FOLDER = Path(__file__).with_name("recordings")
RECORDINGS = read_recordings(FOLDER)
MONTHS = 130 * 86_400.0

Again = Callable[[Conversation], Replayed]


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    """A recording may hold what another test has configured as a secret."""
    with nothing_remembered():
        yield


@pytest.fixture
def again(sandbox_data: Path) -> Again:
    """Replay a conversation in a sandbox of its own."""
    return lambda conversation: run(lambda: replay_one(conversation, sandbox_data, FOLDER / FILES))


def told(replayed: Replayed) -> list[str]:
    return [str(drift) for drift in replayed.drifts if drift.breaking]


def calls(conversation: Conversation) -> list[Call]:
    return [call for turn in conversation.turns for call in turn.calls]


# --- the recordings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_recorded_conversation_still_holds(name: str, again: Again) -> None:
    replayed = again(RECORDINGS[name])
    assert replayed.same, "\n".join(told(replayed))
    assert replayed.calls == len(calls(RECORDINGS[name])) > 0


@pytest.mark.parametrize("name", [name for name in RECORDINGS if name != "bulk-job"])
def test_it_holds_months_later_too(name: str, sandbox_data: Path, tmp_path: Path) -> None:
    """Signals, ages and dates move on; contracts do not. (The worker of a job has the machine's clock.)"""
    conversation = RECORDINGS[name]

    def clock() -> float:
        return time.time() + MONTHS

    async def visit() -> Replayed:
        folder = link_sandbox(sandbox_data, tmp_path / "sandbox")
        settings = load_settings(state_url=f"sqlite:///{tmp_path / 'state.sqlite'}", toolsets=toolsets(conversation))
        network = httpx2.ASGITransport(app=create_app(folder, clock=clock))
        consents = Consents()
        server = build_server(App(settings, http_transport=network, clock=clock))
        async with Client(server, elicitation_callback=consents) as client:
            return await replay(conversation, client, consents, now=clock())

    replayed = run(visit)
    assert replayed.same, "\n".join(told(replayed))


def toolsets(conversation: Conversation) -> str:
    used = {TOOLS[call.name].toolset for call in calls(conversation) if call.name in TOOLS and not call.is_error}
    return ",".join(("default", *sorted(used - set(DEFAULT_TOOLSETS))))


def test_the_recordings_cover_what_a_seller_does() -> None:
    used = {call.name for conversation in RECORDINGS.values() for call in calls(conversation)}
    assert len(RECORDINGS) >= 10
    assert {TOOLS[name].toolset for name in used} == {tool.toolset for tool in TOOLS.values()}
    assert len(used) >= 40
    assert sum(call.credits for conversation in RECORDINGS.values() for call in calls(conversation)) >= 30
    codes = {call.result.split(":")[0] for c in RECORDINGS.values() for call in calls(c) if call.is_error}
    assert codes >= {
        "UNKNOWN_VALUE",
        "INVALID_ARGUMENT",
        "WINDOW_EXCEEDED",
        "CREDIT_APPROVAL_REQUIRED",
        "NOT_FOUND",
    }
    assert any(re.search(r"[一-鿿]", turn.asked) for c in RECORDINGS.values() for turn in c.turns)


def strings(value: Any, key: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for name, inner in value.items() for pair in strings(inner, name)]
    if isinstance(value, list):
        return [pair for inner in value for pair in strings(inner, key)]
    if isinstance(value, str) and value.startswith(("{", "[")):
        return strings(json.loads(value))
    return [(key, value)] if isinstance(value, str) else []


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.*")), ids=lambda path: path.name)
def test_no_recording_holds_a_person_or_a_secret(path: Path, sandbox_data: Path) -> None:
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        conversation = Conversation.from_json(text)
        assert leaks(conversation) == []
        assert conversation.messages == []
        values = strings(json.loads(text))
        people = [value for key, value in values if key in ("firstName", "lastName", "fullName", "email", "phone")]
        assert all(PLACED.fullmatch(value) or value.startswith("…") for value in people), people
        text = "\n".join(PLACED.sub("", value) for _, value in values)
    for line in text.splitlines():
        assert scrub(line) == line
    assert "/home/" not in text
    assert "/tmp/" not in text
    [dataset] = sandbox_data.glob("dataset-*.sqlite")
    with sqlite3.connect(dataset) as db:
        names = {f"{first} {last}" for first, last in db.execute("SELECT DISTINCT first, last FROM person")}
        addresses = {row[0] for row in db.execute("SELECT email FROM person WHERE email IS NOT NULL")}
    assert len(names) > 1000
    pairs = {" ".join(pair).casefold() for pair in re.findall(r"(?=\b([A-Z][\w'-]+) ([A-Z][\w'-]+))", text)}
    assert not pairs & names
    assert not addresses & set(re.findall(r"\S+@\S+", text.casefold()))


# --- a server that has changed ----------------------------------------------------------------------------------

PEOPLE = RECORDINGS["search-people"]


def changed(monkeypatch: pytest.MonkeyPatch, name: str, **members: Any) -> None:
    """Serve a tool that is not what it was."""
    monkeypatch.setitem(TOOLS, name, TOOLS[name]._replace(**members))


def rewritten(tool: Tool, change: Callable[[Envelope], None]) -> Callable[[Asked, Arguments], Any]:
    async def answer(call: Asked, arguments: Arguments) -> Envelope:
        envelope = await tool.run(call, arguments)
        change(envelope)
        return envelope

    return answer


def test_a_renamed_tool_shows(monkeypatch: pytest.MonkeyPatch, again: Again) -> None:
    tool = TOOLS["search_contacts"]
    monkeypatch.delitem(TOOLS, "search_contacts")
    monkeypatch.setitem(TOOLS, "find_contacts", tool._replace(name="find_contacts"))
    assert "call 2, search_contacts: is no tool of the server any more." in told(again(PEOPLE))


def test_a_removed_argument_shows(monkeypatch: pytest.MonkeyPatch, again: Again) -> None:
    rest = {name: schema for name, schema in TOOLS["search_contacts"].properties.items() if name != "pageSize"}
    changed(monkeypatch, "search_contacts", properties=rest)
    found = told(again(PEOPLE))
    assert "call 2, search_contacts: the argument pageSize is not known any more." in found
    assert any("ended with an answer and ends with INVALID_ARGUMENT" in line for line in found)


def test_an_argument_that_is_demanded_shows(monkeypatch: pytest.MonkeyPatch, again: Again) -> None:
    changed(monkeypatch, "search_contacts", required=("companyName",))
    assert "call 2, search_contacts: the argument companyName is demanded now." in told(again(PEOPLE))


def test_a_changed_answer_key_shows(monkeypatch: pytest.MonkeyPatch, again: Again) -> None:
    def rename(envelope: Envelope) -> None:
        for row in envelope["data"]:
            row["employer"] = row.pop("companyName")

    changed(monkeypatch, "search_contacts", run=rewritten(TOOLS["search_contacts"], rename))
    replayed = again(PEOPLE)
    assert "call 2, search_contacts: data[].companyName is gone." in told(replayed)
    [new] = {str(drift) for drift in replayed.drifts if not drift.breaking and drift.call == 2}
    assert new == "call 2, search_contacts: data[].employer is new."


def test_a_changed_type_shows(monkeypatch: pytest.MonkeyPatch, again: Again) -> None:
    def number(envelope: Envelope) -> None:
        for row in envelope["data"]:
            row["id"] = int(row["id"])

    changed(monkeypatch, "search_contacts", run=rewritten(TOOLS["search_contacts"], number))
    assert "call 2, search_contacts: data[].id was text and is number." in told(again(PEOPLE))


def test_an_answer_without_rows_shows(monkeypatch: pytest.MonkeyPatch, again: Again) -> None:
    changed(monkeypatch, "search_contacts", run=rewritten(TOOLS["search_contacts"], lambda e: e["data"].clear()))
    assert "call 2, search_contacts: data held entries and is empty." in told(again(PEOPLE))


def test_a_changed_error_code_shows(monkeypatch: pytest.MonkeyPatch, again: Again) -> None:
    tool = TOOLS["search_contacts"]

    async def other(call: Asked, arguments: Arguments) -> Envelope:
        try:
            return await tool.run(call, arguments)
        except Exception:
            raise fail("not_found", thing="value", name="it", hint="", how="Look it up.") from None

    changed(monkeypatch, "search_contacts", run=other)
    found = told(again(RECORDINGS["errors"]))
    assert any(
        line.startswith("call 1, search_contacts: the outcome ended with UNKNOWN_VALUE and ends with NOT_FOUND")
        for line in found
    )


def test_a_success_that_fails_and_a_failure_that_succeeds_show(monkeypatch: pytest.MonkeyPatch, again: Again) -> None:
    errors = RECORDINGS["errors"]
    tool = TOOLS["search_contacts"]

    async def anything(call: Asked, arguments: Arguments) -> Envelope:
        return await tool.run(call, {"jobTitle": "VP", "pageSize": 1})

    changed(monkeypatch, "search_contacts", run=anything)
    assert any("ended with UNKNOWN_VALUE and ends with an answer" in line for line in told(again(errors)))


def test_another_cost_shows(again: Again) -> None:
    """The recording is changed here: what a server charges is the gate's, and has no switch."""
    conversation = Conversation.from_json(RECORDINGS["enrich-company"].to_json())
    turn = conversation.turns[0]
    turn.calls = [
        Call(call.name, call.arguments, call.result, call.is_error, 0, 0.0) if call.credits else call
        for call in turn.calls
    ]
    assert "call 3, enrich_companies: the cost was 0 credits and is 1." in told(again(conversation))


def test_a_question_for_consent_that_is_new_or_gone_shows(again: Again) -> None:
    conversation = Conversation.from_json(PEOPLE.to_json())
    conversation.turns[0].asked_consent = [Consent("", 5, True)]
    assert any("consent questions in a turn: 1 before, 0 today" in line for line in told(again(conversation)))


def test_a_persons_answers_are_given_again(again: Again) -> None:
    """26 credits were agreed to and then refused; the other way round both outcomes change."""
    conversation = Conversation.from_json(RECORDINGS["over-the-ceiling"].to_json())
    for turn in conversation.turns:
        turn.asked_consent = [Consent("", each.credits, not each.agreed) for each in turn.asked_consent]
    found = told(again(conversation))
    assert any("call 2" in line and "ends with CREDIT_APPROVAL_REQUIRED" in line for line in found)
    assert any("call 4" in line and "ends with an answer" in line for line in found)


def test_a_file_of_the_skill_that_is_gone_shows(again: Again) -> None:
    conversation = Conversation.from_json(PEOPLE.to_json())
    assert conversation.turns[0].reads == ["SKILL.md"]
    conversation.turns[0].reads.append("references/no-longer.md")
    assert "the skill: references/no-longer.md is gone." in told(again(conversation))


# --- structures -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 2.5}, []),
        ({"a": 1}, {"a": "1"}, [Change("a", "was number and is text", True)]),
        ({"a": 1}, {"a": True}, [Change("a", "was number and is true or false", True)]),
        ({"a": None}, {"a": 1}, []),
        ({"a": 1}, {"b": 1}, [Change("a", "is gone", True), Change("b", "is new", False)]),
        ([{"a": 1}, {}], [{}], [Change("[].a", "is in none of the rows today", False)]),
        ({"data": [{"a": 1}]}, {"data": []}, [Change("data", "held entries and is empty", True)]),
        ({"data": []}, {"data": [{"a": 1}]}, [Change("data", "was empty and holds entries", True)]),
        ({"warnings": ["x"]}, {"warnings": []}, [Change("warnings", "held entries and is empty", False)]),
        ({"byDay": {"2026-01-01": 1}}, {"byDay": {"2026-02-01": 2}}, []),
        ({"byDay": {"2026-01-01": 1}}, {"byDay": {}}, []),
        ({"byDay": {"x": 1}}, {"byDay": {"y": "1"}}, [Change("byDay.*", "was number and is text", True)]),
        (
            [{"a": [{"b": 1}]}],
            [{"a": [{"c": 1}]}],
            [Change("[].a[].b", "is gone", True), Change("[].a[].c", "is new", False)],
        ),
        ([1], {"a": 1}, [Change("the answer", "was list and is object", True)]),
    ],
    ids=str,
)
def test_what_counts_as_a_change(old: Any, new: Any, expected: list[Change]) -> None:
    assert list(changes(shape_of(old), shape_of(new))) == expected


def test_values_of_earlier_answers_are_taken_from_todays() -> None:
    bindings = Bindings()
    bindings.learn({"data": [{"id": "old-1", "jobTitle": "CFO"}]}, {"data": [{"id": "new-1", "jobTitle": "CEO"}]})
    asked = {"contacts": [{"personId": "old-1"}], "jobTitle": "CFO", "since": "2026-11-20", "n": 3}
    assert bindings.taken_up(asked, days=5) == {
        "contacts": [{"personId": "new-1"}],
        "jobTitle": "CFO",
        "since": "2026-11-25",
        "n": 3,
    }
    assert days_since("2026-11-20T10:00:00Z", 1_795_500_000.0) == 4
    assert days_since("some day", 0.0) == 0


# --- recording --------------------------------------------------------------------------------------------------

MARTA = {
    "firstName": "Marta",
    "lastName": "Ruiz-Ortega",
    "email": "marta.ruiz@orbitfoods.com",
    "phone": "+1 312 555 7788",
}

KEY = "sk-ant-api03-AAbbCC1122ddEEff3344ggHHii5566"


def real_conversation() -> Conversation:
    """As it could be held with an account: what the model was told is not a sandbox's."""
    row = {"id": "1234567890", **MARTA, "companyName": "Orbit Foods", "jobTitle": "Head of Marta Things"}
    meta = {"totalResults": 1, "credits": {"spent": 0}, "warnings": []}
    found = json.dumps({"data": [row], "meta": meta})
    bought = json.dumps({"data": [{**row, "matchStatus": "FULL_MATCH"}], "meta": {**meta, "credits": {"spent": 1}}})
    turn = Turn("Is Marta Ruiz-Ortega (marta.ruiz@orbitfoods.com) at Orbit Foods?", "Yes, call +1 312 555 7788.")
    turn.calls = [
        Call("search_contacts", {"fullName": "Marta Ruiz-Ortega", "companyId": "55"}, found, False, 0, 0.5),
        Call("search_contacts", {"state": "Texas", "pageSize": 1}, found, False, 0, 0.5),
        Call("enrich_contacts", {"contacts": [{"personId": "1234567890"}], "maxCredits": 1}, bought, False, 1, 0.5),
        Call("check_compliance", {"people": [{"emailAddress": MARTA["email"]}]}, found, False, 0, 0.1),
        Call(
            "update_opt_outs",
            {
                "action": "add",
                "entries": [{"kind": "phone", "value": MARTA["phone"]}, {"kind": "person", "value": "1234567891"}],
                "reason": f"Marta Ruiz-Ortega wrote from marta.ruiz@orbitfoods.com, key {KEY}",
            },
            found,
            False,
            0,
            0.1,
        ),
    ]
    turn.asked_consent = []
    messages = [{"role": "user", "content": turn.asked}]
    return Conversation("claude", Situation(True, True), turns=[turn], messages=messages)


PERSONAL = ("marta", "ruiz", "orbitfoods", "312 555", "1234567890", "1234567891", "sk-ant")


def test_a_real_conversation_becomes_one_of_the_sandbox(sandbox_data: Path, tmp_path: Path, again: Again) -> None:
    transcript = tmp_path / "transcript.json"
    transcript.write_text(real_conversation().to_json(), "utf-8")
    kept = record_transcript(transcript, tmp_path / "recordings", "marta", sandbox_data)
    text = kept.read_text("utf-8")
    assert not [value for value in PERSONAL if value in text.casefold()]
    recording = Conversation.from_json(text)
    assert leaks(recording) == []
    assert (recording.turns[0].asked, recording.turns[0].said, recording.messages) == ("(question 1)", "", [])
    _, found, bought, checked, objected = recording.turns[0].calls
    # The person of the sandbox's search is the one that is bought there.
    [person] = json.loads(found.result)["data"]
    assert bought.arguments == {"contacts": [{"personId": person["id"]}], "maxCredits": 1}
    assert json.loads(bought.result)["data"][0]["matchStatus"] == "FULL_MATCH"
    assert bought.credits == 1
    # An address that the purchase told is the sandbox's; what was only written is a stand-in.
    [profile] = json.loads(bought.result)["data"]
    assert checked.arguments["people"] == [{"emailAddress": profile["email"]}]
    assert HOST in profile["email"]
    assert re.fullmatch(
        rf"Given\d+ Family\d+ wrote from person-\d+@{HOST}, key \[secret\]", objected.arguments["reason"]
    )
    assert [PLACED.fullmatch(entry["value"]) is not None for entry in objected.arguments["entries"]] == [True, True]
    assert again(recording).same


def test_what_cannot_be_cleaned_is_refused(sandbox_data: Path, tmp_path: Path) -> None:
    conversation = real_conversation()
    conversation.turns[0].calls.append(
        Call("search_contacts", {"moreFilters": {MARTA["email"]: True}}, "INVALID_ARGUMENT: no.", True, 0, 0.1)
    )
    transcript = tmp_path / "transcript.json"
    transcript.write_text(conversation.to_json(), "utf-8")
    with pytest.raises(InvalidArgument, match="turn 1, call 6, arguments") as caught:
        record_transcript(transcript, tmp_path / "recordings", "marta", sandbox_data)
    assert "marta" not in str(caught.value).casefold()
    assert not (tmp_path / "recordings").exists()


def test_leaks_are_found_wherever_they_are() -> None:
    clean = Conversation("m", Situation(True, True), turns=[Turn("Who is it?", "Given1 Family2.")])
    assert leaks(clean, ("ada sample",)) == []
    for turn, place in (
        (Turn("Is Ada Sample there?"), "turn 1, question"),
        (Turn("Who?", "ADA SAMPLE"), "turn 1, answer"),
        (Turn("Who?", "someone@real.com"), "turn 1, answer"),
        (Turn("Who?", calls=[Call("t", {"a": ["Ada Sample"]}, "{}", False, 0, 0)]), "turn 1, call 1, arguments"),
        (
            Turn("Who?", calls=[Call("t", {"apiKey": KEY}, "{}", False, 0, 0)]),
            "turn 1, call 1, arguments",
        ),
        (Turn("Who?", calls=[Call("t", {}, '{"x": "Ada Sample"}', False, 0, 0)]), "turn 1, call 1, result"),
        (Turn("Who?", calls=[Call("t", {}, "E: call +1 415 555 2671", True, 0, 0)]), "turn 1, call 1, result"),
        (Turn("Who?", asked_consent=[Consent("for Ada Sample?", 1, True)]), "turn 1, consent"),
    ):
        assert leaks(Conversation("m", Situation(True, True), turns=[turn]), ("ada sample",)) == [place]
    assert leaks(Conversation("m", Situation(True, True), messages=[{"role": "user"}])) == ["the wire history"]


def test_arguments_of_people_get_stable_stand_ins() -> None:
    people = StandIns(real=True)
    given: dict[str, Any] = {
        "contacts": [{"emailAddress": "A@b.com", "phone": 14155552671, "personId": "77", "companyName": "Acme"}],
        "moreFilters": [{"name": "emailAddress", "value": ["A@b.com"]}],
        "path": "/home/me/crm/leads.csv",
        "query": "is A@b.com known?",
        "pageSize": 5,
    }
    clean = clean_arguments(given, people)
    [contact] = clean["contacts"]
    assert PLACED.fullmatch(contact["emailAddress"])
    assert PLACED.fullmatch(contact["phone"])
    assert contact["personId"].startswith("99000")
    assert contact["companyName"] == "Acme"
    assert clean["moreFilters"][0]["value"] == [contact["emailAddress"]]
    assert contact["emailAddress"] in clean["query"]
    assert (clean["path"], clean["pageSize"]) == ("leads.csv", 5)
    assert clean_arguments(clean, people) == clean


def test_a_sandbox_conversation_is_told_from_a_real_one() -> None:
    assert is_real(real_conversation())
    assert not any(is_real(conversation) for conversation in RECORDINGS.values())


def test_a_recording_can_be_recorded_again(sandbox_data: Path, tmp_path: Path) -> None:
    """That is how a recording is renewed after a change that is meant."""
    kept = record_transcript(FOLDER / "search-people.json", tmp_path, "renewed", sandbox_data)
    assert [call.arguments for call in calls(Conversation.from_json(kept.read_text("utf-8")))] == [
        call.arguments for call in calls(PEOPLE)
    ]


def test_a_purchase_that_ask_has_put_to_the_person_is_put_to_them_again(sandbox_data: Path, tmp_path: Path) -> None:
    """`ask` lets its server ask for every credit, so that a question of 3 credits comes again in the replay."""
    talk = Conversation.from_json(RECORDINGS["estimate-then-enrich"].to_json())
    del talk.turns[2:]
    talk.turns[1].asked_consent = [Consent("Spend up to 3 ZoomInfo credits to enrich 3 contacts?", 3, True)]
    file = tmp_path / "talk.json"
    file.write_text(talk.to_json(), "utf-8")
    kept = Conversation.from_json(record_transcript(file, tmp_path, "kept", sandbox_data).read_text("utf-8"))
    assert [(turn.credits, len(turn.asked_consent)) for turn in kept.turns] == [(0, 0), (3, 1)]


# --- the command ------------------------------------------------------------------------------------------------


@pytest.fixture
def shared(sandbox_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find the data set that was built for all tests."""
    folder = sandbox_data.with_name(f"{sandbox_data.name}-state")
    if not folder.exists():
        link_sandbox(sandbox_data, folder / "sandbox")
    monkeypatch.setenv("ZOOMINFO_STATE_URL", f"sqlite:///{folder / 'state.sqlite'}")


def test_the_command_fails_when_a_contract_has_changed(shared: None, tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(RECORDINGS["tools-that-are-off"].to_json(), "utf-8")
    answer = CliRunner().invoke(app, ["eval", "replay", str(tmp_path)])
    assert answer.exit_code == 0, answer.output
    assert "✓ good: 3 calls" in answer.stdout
    broken = Conversation.from_json(RECORDINGS["tools-that-are-off"].to_json())
    broken.turns[0].calls[0] = Call("find_tool", {"query": "x"}, '{"data": []}', False, 0, 0)
    (tmp_path / "good.json").write_text(broken.to_json(), "utf-8")
    answer = CliRunner().invoke(app, ["eval", "replay", str(tmp_path), "--json"])
    assert answer.exit_code == 1
    [one] = json.loads(answer.stdout)["recordings"]
    assert not one["same"]
    assert one["drifts"][0]["tool"] == "find_tool"


def test_bad_input_is_named(shared: None, tmp_path: Path) -> None:
    def refused(*arguments: str) -> str:
        answer = CliRunner().invoke(app, ["eval", "replay", *arguments])
        assert answer.exit_code == 2, answer.output
        return answer.stderr

    assert "holds no recordings" in refused(str(tmp_path))
    (tmp_path / "broken.json").write_text("{", "utf-8")
    assert "cannot be read" in refused(str(tmp_path))
    (tmp_path / "broken.json").write_text(PEOPLE.to_json().replace('"version": 1', '"version": 99'), "utf-8")
    assert "form 99" in refused(str(tmp_path))
    assert "cannot be read" in refused("--record", str(tmp_path / "none.json"))
    assert "--record" in refused("--name", "x")

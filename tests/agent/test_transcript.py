"""A conversation on disk: what is kept of it, what is not, and what else a file may hold."""

from __future__ import annotations

import json

import pytest

from sales_zoominfo.agent.record import clean, to_markdown
from sales_zoominfo.agent.transcript import VERSION, Call, Consent, Conversation, Situation, Tokens, Turn
from sales_zoominfo.errors import InvalidArgument
from sales_zoominfo.scrub import remember


def example() -> Conversation:
    call = Call("enrich_contacts", {"contacts": [{"emailAddress": "ada@acme.example"}]}, '{"data":[]}', False, 2, 0.5)
    turn = Turn(
        "Who is ada@acme.example?",
        "Call +1 (555) 010-0100.",
        [call],
        ["SKILL.md"],
        [Consent("Spend 2 ZoomInfo credits?", 2, True)],
        Tokens(10, 20, 30, 40),
        1.5,
    )
    said = {"role": "user", "content": [{"type": "text", "text": "the key is sk-ant-very-secret-0123"}]}
    return Conversation("claude-test", Situation(True, False), turns=[turn, turn], messages=[said])


def test_it_reads_what_it_writes() -> None:
    before = example()
    after = Conversation.from_json(before.to_json())
    assert after == before
    assert after.situation.skill and not after.situation.server
    assert after.credits == 4
    assert after.tokens == Tokens(20, 40, 60, 80) and after.tokens.total == 200


@pytest.mark.parametrize("version", [0, VERSION + 1, "1", None, [1]])
def test_another_version_is_told_from_a_broken_file(version: object) -> None:
    text = json.dumps({**json.loads(example().to_json()), "version": version})
    with pytest.raises(InvalidArgument, match="start a new one") as caught:
        Conversation.from_json(text)
    assert caught.value.kind == "conversation_version"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"version":1}', '{"version":1,"turns":"x"}', "\x00", '"version"', "{" * 10_000],
    ids=lambda text: text[:20],
)
def test_what_is_no_conversation_is_refused_without_telling_what_it_is(text: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Conversation.from_json(text)
    assert caught.value.kind == "conversation_unreadable"


def test_a_file_cut_anywhere_is_refused() -> None:
    text = example().to_json()
    for end in range(0, len(text) - 1, 37):
        with pytest.raises(InvalidArgument):
            Conversation.from_json(text[:end])


def test_secrets_and_ways_to_reach_people_stay_out_of_a_file() -> None:
    remember("sk-ant-very-secret-0123")
    cleaned = clean(example())
    for text in (cleaned.to_json(), to_markdown(cleaned)):
        for planted in ("ada@acme.example", "010-0100", "very-secret"):
            assert planted not in text
    assert cleaned.turns[0].calls[0].credits == 2
    assert "enrich_contacts" in to_markdown(cleaned) and "Agreed." in to_markdown(cleaned)

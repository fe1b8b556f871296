"""Turn a transcript into a recording that anybody may read: calls kept, people and secrets gone.

The calls are made once more in a sandbox, and its answers are kept instead of those of the account that the
conversation was held with. Of an answer the structure stays, with numbers, ids and states; every other text goes, and
what the assistant said goes whole. People get stand-ins, the same one each time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ...scrub import scrub
from ..transcript import Call, Consent, Conversation, Tokens, Turn
from .replay import Bindings, Consents, Outcome, make_again, outcome_of

if TYPE_CHECKING:
    from mcp import Client

GONE = "…"
# Where the stand-ins' addresses live.
HOST = "stand-in.example"
PLACED = re.compile(
    rf"person-\d+@{re.escape(HOST)}|https://{re.escape(HOST)}/\d+|\+1202555\d{{4}}"
    r"|\bGiven\d+(?: Family\d+)?\b|\b(?:Middle|Family)\d+\b|\b99000\d{5}\b"
)

_NAMES: dict[str, str] = {
    "firstName": "Given{n}",
    "lastName": "Family{n}",
    "middleName": "Middle{n}",
    "fullName": "Given{n} Family{n}",
    "contactName": "Given{n} Family{n}",
}
_EMAIL = re.compile(r"emails?|emailAddress(?:es)?|\w+Emails?", re.I)
_PHONE = re.compile(r"phones?|fax|\w+Phones?|\w+Fax|phoneNumber", re.I)
_PROFILE = re.compile(r"externalUrls?|linkedIn\w*|twitter\w*|facebook\w*|picture|photo\w*|hashedEmail", re.I)
_PERSON_ID = re.compile(r"personIds?|contactIds?|referencePersonId")
_ID = re.compile(r"id|\w+Id")
_FILE = re.compile(r"path|map|output")
# Texts of an answer that are codes or names of things, and may be needed by a later call.
_KEPT = re.compile(
    r"id|\w+Id|matchStatus|status|state|basis|entity|kind|list|limitType|code|field|subject|section|operation|action"
    r"|companyName|website|companyWebsite|domain|source|language|jobId"
)
# Tools whose answers tell nothing of an account.
_ANYBODYS = ("search_knowledge", "read_knowledge", "find_tools")
_WORD = re.compile(r"[^\W\d_]")


class StandIns:
    """Stands a made-up value in for each personal one, the same each time.

    Args:
        real: the conversation was held with a real account, whose person ids go as well.
    """

    def __init__(self, *, real: bool) -> None:
        self.real = real
        # Ids that the sandbox itself has told; they are nobody's.
        self.told: set[str] = set()
        self._by_value: dict[str, str] = {}
        self._count = 0

    def person(self, key: str, value: str) -> str:
        """The stand-in for a value that a person's member holds, or the value itself.

        Args:
            key: name of the member.
            value: what it holds.
        """
        if not value.strip() or value.startswith("[") or PLACED.fullmatch(value):
            return value
        if key in _NAMES:
            return self._placed(value, _NAMES[key])
        if _EMAIL.fullmatch(key):
            return self._placed(value, f"person-{{n}}@{HOST}")
        if _PHONE.fullmatch(key):
            return self._placed(value, "+1202555{n:04d}")
        if _PROFILE.fullmatch(key):
            return self._placed(value, f"https://{HOST}/{{n}}")
        if self.real and _PERSON_ID.fullmatch(key) and value not in self.told:
            return self._placed(value, "99000{n:05d}")
        return value

    def _placed(self, value: str, form: str) -> str:
        known = self._by_value.get(value)
        if known is None:
            self._count += 1
            known = self._by_value[value] = form.format(n=self._count)
        return known

    @property
    def values(self) -> tuple[str, ...]:
        """Every personal value so far."""
        return tuple(self._by_value)

    def text(self, text: str, *, telling: bool = False) -> str:
        """A text with stand-ins for the people in it, by value and by form, and without secrets.

        Args:
            text: what somebody wrote.
            telling: replace only values that name one person, and no lone first or last name.
        """
        for value in sorted(self._by_value, key=len, reverse=True):
            # Initials and the like would take ordinary words with them.
            if telling and not _tells(value):
                continue
            if len(value) > 2 or not value.isascii():
                edge = (r"(?<!\w)", r"(?!\w)") if value.isascii() else ("", "")
                text = re.sub(edge[0] + re.escape(value) + edge[1], self._by_value[value], text)
        parts = PLACED.split(text)
        placed = PLACED.findall(text)
        clean = [scrub(part) for part in parts]
        return "".join(a + b for a, b in zip(clean, [*placed, ""], strict=True))


def _key(members: dict[str, Any], name: str) -> str:
    """What a member holds; filters and entries of the opt-out list are objects that name it beside the value."""
    if name != "value":
        return name
    kinds = {"email": "email", "phone": "phone", "person": "personId"}
    return kinds.get(str(members.get("kind")), str(members.get("name") or name))


def _leaves(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        for name, inner in members.items():
            yield from _leaves(inner, _key(members, name))
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _leaves(inner, key)
    elif isinstance(value, str):
        yield key, value


def learn_people(conversation: Conversation, people: StandIns) -> None:
    """Give every personal value of a conversation its stand-in.

    Args:
        conversation: as it was held.
        people: takes them.
    """
    for turn in conversation.turns:
        for call in turn.calls:
            for part in (call.arguments, outcome_of(call).envelope):
                whole: dict[str, str] = {}
                for key, value in _leaves(part):
                    people.person(key, value)
                    whole[key] = value
                    if key == "lastName" and "firstName" in whole:
                        people.person("fullName", f"{whole['firstName']} {value}")


def is_real(conversation: Conversation) -> bool:
    """Whether a conversation was held with an account, and not with a sandbox.

    Args:
        conversation: as it was held.
    """
    for call in (call for turn in conversation.turns for call in turn.calls):
        envelope = outcome_of(call).envelope
        meta = cast("dict[str, Any]", envelope).get("meta") if isinstance(envelope, dict) else None
        told = isinstance(meta, dict) and cast("dict[str, Any]", meta).get("sandbox") is True
        if envelope is not None and not told and call.name not in _ANYBODYS:
            return True
    return False


def clean_arguments(arguments: Any, people: StandIns, keep: Bindings | None = None, key: str = "") -> Any:
    """Arguments with stand-ins.

    Args:
        arguments: of a call.
        people: gives the stand-ins.
        keep: values that stood in an earlier answer, and are told by it today.
        key: name of the member that holds them.
    """
    if isinstance(arguments, dict):
        members = cast("dict[str, Any]", arguments)
        return {name: clean_arguments(inner, people, keep, _key(members, name)) for name, inner in members.items()}
    if isinstance(arguments, list):
        return [clean_arguments(inner, people, keep, key) for inner in cast("list[Any]", arguments)]
    if (
        isinstance(arguments, int)
        and not isinstance(arguments, bool)
        and (_PHONE.fullmatch(key) or _PERSON_ID.fullmatch(key))
    ):
        arguments = str(arguments)
    if not isinstance(arguments, str) or (keep is not None and keep.knows(arguments)):
        return arguments
    if _FILE.fullmatch(key):
        # Where somebody keeps their files is nobody's business.
        return PurePath(arguments.replace("\\", "/")).name
    placed = people.person(key, arguments)
    return placed if placed != arguments or not _WORD.search(arguments) else _by_form(arguments, people)


def _by_form(text: str, people: StandIns) -> str:
    """A free text: what has the form of an address or a number gets a stand-in too."""
    if PLACED.fullmatch(text):
        return text
    if "@" in text and " " not in text and scrub(text) != text:
        return people.person("email", text)
    # A lone family name is often a company's too.
    return people.text(text, telling=True)


def clean_answer(answer: Any, people: StandIns, key: str = "") -> Any:
    """An answer's structure with its numbers, ids and states.

    Args:
        answer: JSON.
        people: gives the stand-ins.
        key: name of the member that holds it.
    """
    if isinstance(answer, dict):
        members = cast("dict[str, Any]", answer)
        return {_clean_key(name): clean_answer(inner, people, name) for name, inner in members.items()}
    if isinstance(answer, list):
        return [clean_answer(inner, people, key) for inner in cast("list[Any]", answer)]
    if not isinstance(answer, str):
        return answer
    placed = people.person(key, answer)
    if placed != answer or PLACED.fullmatch(answer):
        return placed
    # A job's state is a code, that of an address a name.
    kept = _KEPT.fullmatch(key) and (key != "state" or answer.islower()) and scrub(answer) == answer
    return answer if kept else GONE


def _clean_key(name: str) -> str:
    # A caller's key holds the name of the system's user.
    return GONE if "/" in name else name


class Recorded(NamedTuple):
    """A recording, and what is wrong with it.

    Attributes:
        conversation: to be kept.
        leaks: where it still holds something personal or secret; such a one must not be kept.
    """

    conversation: Conversation
    leaks: list[str]


async def record(conversation: Conversation, client: Client, consents: Consents) -> Recorded:
    """A conversation's recording.

    Args:
        conversation: as it was held, with a sandbox or with an account.
        client: of a server with a fresh sandbox.
        consents: the client's answers to questions for consent.

    Returns:
        The recording and the places that could not be cleaned.
    """
    real = is_real(conversation)
    people = StandIns(real=real)
    learn_people(conversation, people)
    personal = _telling(people.values)
    bindings = Bindings()
    turns: list[Turn] = []
    for number, turn in enumerate(conversation.turns, 1):
        consents.expect(turn)
        calls: list[Call] = []
        for call in turn.calls:
            # What an earlier answer told is today's value; of the rest nothing personal is sent anywhere.
            sent = bindings.taken_up(clean_arguments(call.arguments, people, bindings))
            answer = await make_again(client, call, sent)
            bindings.learn(outcome_of(call).envelope, answer.envelope)
            people.told |= {value for key, value in _leaves(answer.envelope) if _ID.fullmatch(key)}
            calls.append(_kept(call, sent, answer, people))
        # Who is named in free words alone cannot be known; the sandbox's people are nobody.
        asked = f"(question {number})" if real else people.text(turn.asked)
        consent = [Consent("", each.credits, each.agreed) for each in turn.asked_consent]
        turns.append(Turn(asked, "", calls, list(turn.reads), consent, Tokens(), 0.0, turn.stopped))
    recording = Conversation(
        conversation.model, conversation.situation, conversation.id, started=conversation.started, turns=turns
    )
    return Recorded(recording, leaks(recording, personal))


def _kept(call: Call, sent: dict[str, Any], answer: Outcome, people: StandIns) -> Call:
    envelope = answer.envelope
    if envelope is None:
        text = f"{answer.code}: {GONE}" if answer.is_error else GONE
    else:
        text = json.dumps(clean_answer(envelope, people), ensure_ascii=False, separators=(",", ":"))
    arguments = clean_arguments(sent, people)
    return Call(call.name, arguments, text, answer.is_error, answer.credits, 0.0)


# --- looking for what must not be there ------------------------------------------------------------------------


def _telling(values: tuple[str, ...]) -> tuple[str, ...]:
    """Values that name one person: addresses, numbers, ids, full names. A lone "Mark" is an ordinary word too."""
    return tuple(value.casefold() for value in values if _tells(value))


def _tells(value: str) -> bool:
    return " " in value.strip() or not value.isalpha()


def leaks(recording: Conversation, personal: tuple[str, ...] = ()) -> list[str]:
    """Where a recording still holds something personal or secret.

    Args:
        recording: to be kept.
        personal: values that must not be in it, in small letters.

    Returns:
        Places, such as ``turn 1, call 2, arguments``; never the values.
    """
    found: list[str] = []
    for number, turn in enumerate(recording.turns, 1):
        texts = [("question", turn.asked), ("answer", turn.said), *(("consent", c.message) for c in turn.asked_consent)]
        for index, call in enumerate(turn.calls, 1):
            texts += [(f"call {index}, arguments", text) for text in _texts(call.arguments)]
            envelope = outcome_of(call).envelope
            # Value by value: put together as JSON, an id can look like the name of a secret.
            texts += [
                (f"call {index}, result", text) for text in ([call.result] if envelope is None else _texts(envelope))
            ]
        found += dict.fromkeys(f"turn {number}, {place}" for place, text in texts if _leaks(text, personal))
    found += ["the wire history"] if recording.messages else []
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _texts(inner)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield str(value)


def _leaks(text: str, personal: tuple[str, ...]) -> bool:
    rest = PLACED.sub("", text)
    small = rest.casefold()
    return scrub(rest) != rest or any(
        value in small and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", small) for value in personal
    )

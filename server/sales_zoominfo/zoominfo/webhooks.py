"""Webhooks of the Enterprise API (Monitoring): ZoomInfo calls an address when a contact or a company changes.

The GTM API has none. Source: the Enterprise documentation and its examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from ..errors import NotFound, SalesZoomInfoError, fail
from .arguments import read_text
from .asking import Answer, Ask, Asker, Builder
from .codec import as_object, read_objects, request, unreadable
from .fields import Output
from .messages import Request, Response
from .operations import OPERATIONS, Operation
from .reading import FLAG, TEXT, Read, blank, choice, items, missing, read_arguments, read_list, read_object
from .records import Row, clean

OBJECT_TYPES = ("Contact", "Company")
EVENT_TYPES = ("Update",)
# No number is documented; what ZoomInfo has today makes two sensible ones.
MOST_SUBSCRIPTIONS = 20

ROW: dict[str, Output] = {
    spec.name: spec
    for spec in (
        Output("id", "id"),
        Output("title"),
        Output("enabled", "boolean"),
        Output("targetUrl"),
        Output("createdDate"),
        Output("status"),
        Output("verificationToken"),
        Output("subscriptions", "objects"),
    )
}

_ID = re.compile(r"[0-9]{1,20}")
# As the documented examples write it, which no parser of ISO 8601 reads.
_MONTH_FIRST = re.compile(r"(\d\d)-(\d\d)-(\d{4})T(\d\d:\d\d:\d\d)(?:\.\d+)?Z?")


def read_webhook_id(name: str, value: object) -> str:
    """The id of a webhook or of a subscription: digits.

    Raises:
        InvalidArgument: it is anything else.
    """
    text = read_text(name, value)
    if not _ID.fullmatch(text):
        raise fail("wrong_type", name=name, expected="an id of digits", got=f"'{text[:40]}'", details={"field": name})
    return text


def read_target(name: str, value: object) -> str:
    """An https address without credentials in it.

    Raises:
        InvalidArgument: it is none.
    """
    text = read_text(name, value)
    try:
        parts = urlsplit(text)
        # Reading the port checks it.
        usable = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, usable = urlsplit(""), False
    if not usable or re.search(r"\s", text):
        raise fail("target_not_https", name=name, details={"field": name})
    if parts.username is not None or parts.password is not None:
        raise fail(
            "wrong_type", name=name, expected="an address without credentials", got="one with some",
            details={"field": name},
        )  # fmt: skip
    return text


_OBJECT: Read = choice(*OBJECT_TYPES)
_EVENT: Read = choice(*EVENT_TYPES)
_SUBSCRIPTION: dict[str, Read] = {"objectType": _OBJECT, "eventType": _EVENT, "fullPayload": FLAG}


def _read_added(name: str, value: object) -> list[dict[str, Any]]:
    added: list[dict[str, Any]] = []
    for index, item in enumerate(read_list(name, value, most=MOST_SUBSCRIPTIONS)):
        where = f"{name}[{index}]"
        entry = read_object(where, item, _SUBSCRIPTION)
        if "objectType" not in entry:
            raise fail(
                "missing_argument", where=where, name="objectType", how=f"Legal values: {', '.join(OBJECT_TYPES)}.",
                details={"field": f"{where}.objectType"},
            )  # fmt: skip
        added.append({"eventType": EVENT_TYPES[0], "fullPayload": False, **entry})
    return added


def _read_changed(name: str, value: object) -> list[dict[str, Any]]:
    changed: list[dict[str, Any]] = []
    for index, item in enumerate(read_list(name, value, most=MOST_SUBSCRIPTIONS)):
        where = f"{name}[{index}]"
        entry = read_object(where, item, {"subscriptionId": read_webhook_id, **_SUBSCRIPTION})
        if "subscriptionId" not in entry:
            how = "`list_webhooks` shows it; to add a subscription use addSubscriptions."
            raise fail(
                "missing_argument", where=where, name="subscriptionId", how=how,
                details={"field": f"{where}.subscriptionId"},
            )  # fmt: skip
        if len(entry) == 1:
            # Sent as it is, ZoomInfo would delete the subscription.
            how = "Give objectType, eventType or fullPayload; to delete it use removeSubscriptions."
            raise fail("missing_argument", where=where, name="something to change", how=how, details={"field": where})
        changed.append(entry)
    return changed


def _read_removed(name: str, value: object) -> list[str]:
    return list(dict.fromkeys(read_webhook_id(name, item) for item in items(value)))


def _vanished(webhook: str) -> Callable[[SalesZoomInfoError], Answer]:
    def refused(error: SalesZoomInfoError) -> Answer:
        if not isinstance(error, NotFound):
            raise error
        how = "`list_webhooks` shows those that exist."
        raise fail("not_found", thing="webhook", name=webhook, hint="", how=how) from None

    return refused


def _row(webhook: Mapping[str, Any]) -> Row:
    created = webhook.get("createdDate")
    subscriptions = webhook.get("subscriptions")
    listed = cast("list[object]", subscriptions) if isinstance(subscriptions, list) else []
    return clean(
        ROW,
        {
            **webhook,
            "createdDate": iso(created),
            "subscriptions": [
                {name: iso(value) if name.endswith("Date") else value for name, value in as_object(item).items()}
                for item in listed
            ],
        },
    )


def iso(value: object) -> object:
    """A time of a webhook as ISO 8601; anything else as it is."""
    found = _MONTH_FIRST.fullmatch(value) if isinstance(value, str) else None
    return value if found is None else f"{found[3]}-{found[1]}-{found[2]}T{found[4]}Z"


def _one(operation: Operation) -> Callable[[Response], Answer]:
    def read(response: Response) -> Answer:
        webhook = as_object(response.data)
        if not webhook.get("id"):
            raise unreadable(operation, "it lacks id")
        return Answer([_row(webhook)], 1)

    return read


def _webhook(given: Mapping[str, Any], operation: Operation) -> str:
    if "webhookId" not in given:
        raise missing(operation, "webhookId", "Give its id; `list_webhooks` shows it.")
    return str(given["webhookId"])


async def list_webhooks(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """All webhooks of the account. Free.

    Args:
        asker: the client.
        arguments: none.

    Returns:
        Rows of id, title, enabled, targetUrl, createdDate and subscriptions, each with subscriptionId, objectType,
        eventType and fullPayload.

    Raises:
        NotAvailable: the Enterprise API is not configured.
    """
    operation = OPERATIONS["list_webhooks"]
    read_arguments(operation, arguments, {})
    generation = asker.choose(operation)

    def read(response: Response) -> Answer:
        webhooks = read_objects(as_object(response.data).get("webhooks"), operation, "a list of webhooks")
        return Answer([_row(webhook) for webhook in webhooks], len(webhooks))

    return Ask(request(generation, operation), read)


def _about_one(name: str, read: Callable[[Operation], Callable[[Response], Answer]]) -> Builder:
    async def build(asker: Asker, arguments: Mapping[str, object]) -> Ask:
        operation = OPERATIONS[name]
        webhook = _webhook(read_arguments(operation, arguments, {"webhookId": read_webhook_id}), operation)
        sent = request(asker.choose(operation), operation, path={"id": webhook})
        return Ask(sent, read(operation), refused=_vanished(webhook))

    return build


async def get_webhook(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """One webhook. Free.

    Args:
        asker: the client.
        arguments: ``webhookId``, digits.

    Returns:
        One row, as of :func:`list_webhooks`.

    Raises:
        InvalidArgument: no id. NotAvailable: the Enterprise API is not configured. NotFound: no such webhook.
    """
    return await _about_one("get_webhook", _one)(asker, arguments)


async def create_webhook(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Make a webhook.

    Args:
        asker: the client.
        arguments: ``title``; ``targetUrl``, https; ``enabled``, true when left out; ``subscriptions``, a list of
            ``objectType`` (Contact or Company), ``eventType`` (Update when left out) and ``fullPayload`` (true sends
            whole records, false, the default, what has changed).

    Returns:
        One row; its verificationToken is told here and never again, only renewed.

    Raises:
        InvalidArgument: something is missing, or the target is not https. NotAvailable: the Enterprise API is not
            configured. OutcomeUnknown: it was sent and no answer came.
    """
    operation = OPERATIONS["create_webhook"]
    readers: dict[str, Read] = {
        "title": TEXT,
        "targetUrl": read_target,
        "enabled": FLAG,
        "subscriptions": _read_added,
    }
    given = read_arguments(operation, arguments, readers)
    hints = {
        "title": "Give a name that people recognise.",
        "targetUrl": "Give the https address that ZoomInfo is to call.",
        "subscriptions": "Give at least one object with objectType Contact or Company.",
    }
    for name, how in hints.items():
        if name not in given:
            raise missing(operation, name, how)
    body = {"title": given["title"], "enabled": given.get("enabled", True), "targetUrl": given["targetUrl"]}
    body["subscriptions"] = given["subscriptions"]
    return Ask(request(asker.choose(operation), operation, body=body), _one(operation))


async def update_webhook(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Change a webhook. What is not named stays as it is.

    Args:
        asker: the client.
        arguments: ``webhookId``; any of ``title``, ``targetUrl`` (https), ``enabled``; ``addSubscriptions``, as in
            :func:`create_webhook`; ``changeSubscriptions``, a list of ``subscriptionId`` and what becomes different;
            ``removeSubscriptions``, a list of subscription ids.

    Returns:
        One row, as it is afterwards.

    Raises:
        InvalidArgument: nothing to change, or a bad value. NotAvailable: the Enterprise API is not configured.
        NotFound: no such webhook. OutcomeUnknown: it was sent and no answer came.
    """
    operation = OPERATIONS["update_webhook"]
    readers: dict[str, Read] = {
        "webhookId": read_webhook_id,
        "title": TEXT,
        "targetUrl": read_target,
        "enabled": FLAG,
        "addSubscriptions": _read_added,
        "changeSubscriptions": _read_changed,
        "removeSubscriptions": _read_removed,
    }
    given = read_arguments(operation, arguments, readers)
    webhook = _webhook(given, operation)
    changed: list[dict[str, Any]] = given.get("changeSubscriptions", [])
    removed: list[str] = given.get("removeSubscriptions", [])
    named = [str(entry["subscriptionId"]) for entry in changed]
    twice = {name for name in named if named.count(name) > 1 or name in removed}
    if twice:
        raise fail(
            "filters_together",
            first="changeSubscriptions",
            second="removeSubscriptions" if twice & set(removed) else "another entry of changeSubscriptions",
            reason=f"subscription {min(twice)} is named twice.",
            details={"field": "changeSubscriptions"},
        )
    body: dict[str, Any] = {name: given[name] for name in ("title", "enabled", "targetUrl") if name in given}
    # One list on the wire: an id and fields change, no id adds, an id alone deletes.
    subscriptions = [*changed, *given.get("addSubscriptions", []), *({"subscriptionId": name} for name in removed)]
    if subscriptions:
        body["subscriptions"] = subscriptions
    if not body:
        raise missing(operation, "something to change", f"Give one of {', '.join(list(readers)[1:])}.")
    sent = request(asker.choose(operation), operation, body=body, path={"id": webhook})
    return Ask(sent, _one(operation), refused=_vanished(webhook))


async def delete_webhook(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Delete a webhook for good.

    Args:
        asker: the client.
        arguments: ``webhookId``, digits.

    Returns:
        One row with the status ``deleted``.

    Raises:
        InvalidArgument: no id. NotAvailable: the Enterprise API is not configured. NotFound: no such webhook.
        OutcomeUnknown: it was sent and no answer came.
    """
    return await _about_one("delete_webhook", _one)(asker, arguments)


async def validate_webhook(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Let ZoomInfo call an address once with a sample. Changes nothing at ZoomInfo.

    Args:
        asker: the client.
        arguments: ``targetUrl``, https; ``objectType``, Contact or Company; ``fullPayload``, false when left out.

    Returns:
        One row of success, responseCode (what the address answered with) and message.

    Raises:
        InvalidArgument: something is missing, or the target is not https. NotAvailable: the Enterprise API is not
            configured.
    """
    operation = OPERATIONS["validate_webhook"]
    readers: dict[str, Read] = {"targetUrl": read_target, "objectType": _OBJECT, "fullPayload": FLAG}
    given = read_arguments(operation, arguments, readers)
    if "targetUrl" not in given:
        raise missing(operation, "targetUrl", "Give the https address that ZoomInfo is to call.")
    if "objectType" not in given:
        raise missing(operation, "objectType", f"Legal values: {', '.join(OBJECT_TYPES)}.")
    body = {"fullPayload": False, **given}

    def read(response: Response) -> Answer:
        told = as_object(response.data)
        if not isinstance(told.get("success"), bool):
            raise unreadable(operation, "it lacks success")
        specs = {"message": Output("message"), "responseCode": Output("responseCode", "number")}
        kept = {name: told.get(name) for name in ("success", "responseCode", "message")}
        return Answer([clean(specs, kept)], 1)

    return Ask(request(asker.choose(operation), operation, body=body), read)


def _token(operation: Operation) -> Callable[[Response], Answer]:
    def read(response: Response) -> Answer:
        token = as_object(response.data).get("verificationToken")
        if not isinstance(token, str) or blank(token):
            raise unreadable(operation, "it lacks verificationToken")
        return Answer([{"verificationToken": token}], 1)

    return read


async def renew_webhook_token(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Give a webhook a new verification token; the old one is refused from then on.

    Args:
        asker: the client.
        arguments: ``webhookId``, digits.

    Returns:
        One row of verificationToken, told here and never again.

    Raises:
        InvalidArgument: no id. NotAvailable: the Enterprise API is not configured. NotFound: no such webhook.
        OutcomeUnknown: it was sent and no answer came.
    """
    return await _about_one("renew_webhook_token", _token)(asker, arguments)


async def webhook_subscription_types(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """What webhooks can be about. Free.

    Args:
        asker: the client.
        arguments: none.

    Returns:
        One row of objectTypes and eventTypes, lists of words.

    Raises:
        NotAvailable: the Enterprise API is not configured.
    """
    operation = OPERATIONS["webhook_subscription_types"]
    read_arguments(operation, arguments, {})
    sent: Request = request(asker.choose(operation), operation)

    def read(response: Response) -> Answer:
        told = as_object(response.data)
        specs = {name: Output(name, "strings") for name in ("objectTypes", "eventTypes")}
        return Answer([clean(specs, {name: told.get(name) for name in specs})], 1)

    return Ask(sent, read)

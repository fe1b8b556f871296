"""Toolset ``monitoring``: webhooks, by which ZoomInfo calls an address when a record changes. Enterprise API only.

A webhook's verification token is a secret that ZoomInfo tells once, when a webhook is made or its token renewed. It is
handed over in the one answer to that call, since whoever runs the target needs it, and nowhere else: the log knows it
as a secret from then on, the audit has no place for it, and such an answer is cut so short that it is never kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..errors import SalesZoomInfoError, fail
from ..scrub import remember
from ..zoominfo.arguments import read_flag
from .contract import Envelope, envelope
from .spec import Arguments, Call, Schema, Tool, choice, flag, text, texts

if TYPE_CHECKING:
    from ..account.gate import Account, Told
    from ..zoominfo.records import Row

# As zoominfo.webhooks has them; its import would be felt at each start.
OBJECT_TYPES = ("Contact", "Company")
EVENT_TYPES = ("Update",)
_TOKEN = "verificationToken"  # noqa: S105 - the name of a field
# Of a row that holds a token, so that the answer stays far below what is kept.
_LONGEST = 500
_MOST_SUBSCRIPTIONS = 20


async def list_webhooks(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    account = await call.runtime.account()
    types = read_flag("types", arguments.get("types", False))
    if "webhookId" in arguments:
        told = await account.tell("get_webhook", {"webhookId": arguments["webhookId"]}, caller=call.caller)
    else:
        told = await account.tell("list_webhooks", {}, caller=call.caller)
    known: dict[str, Any] = {}
    if types:
        known = (await account.tell("webhook_subscription_types", {}, caller=call.caller)).answer.rows[0]
    # ZoomInfo tells no token here; were it to, it would not be the moment for it.
    rows = [{name: value for name, value in row.items() if name != _TOKEN} for row in told.answer.rows]
    return _answer(account, rows, told.warnings, subscriptionTypes=known)


async def create_webhook(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    account = await call.runtime.account()
    asked = {name: value for name, value in arguments.items() if name != "validate"}
    if read_flag("validate", arguments.get("validate", False)):
        await _validate(account, call, arguments)
    told = await account.tell("create_webhook", asked, caller=call.caller)
    return _answer(account, [_once(row) for row in told.answer.rows], [*told.warnings, *_said(told)])


async def update_webhook(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    account = await call.runtime.account()
    renew = read_flag("renewToken", arguments.get("renewToken", False))
    asked = {name: value for name, value in arguments.items() if name != "renewToken"}
    one = {"webhookId": arguments["webhookId"]}
    changes = len(asked) > 1
    # What is changed comes first: it can be refused, and an old token that is gone does not come back.
    operation = "update_webhook" if changes or not renew else "get_webhook"
    told = await account.tell(operation, asked, caller=call.caller)
    rows, warnings = told.answer.rows, list(told.warnings)
    if not renew:
        return _answer(account, rows, warnings)
    try:
        renewed = await account.tell("renew_webhook_token", one, caller=call.caller)
    except SalesZoomInfoError as error:
        if not changes:
            raise
        return _answer(account, rows, [*warnings, f"The changes are made; the token is not renewed. {error}"])
    rows = [_once({**row, **fresh}) for row, fresh in zip(rows, renewed.answer.rows, strict=False)]
    return _answer(account, rows, [*warnings, *renewed.warnings, *_said(renewed)])


async def delete_webhook(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    account = await call.runtime.account()
    told = await account.tell("delete_webhook", arguments, caller=call.caller)
    return _answer(account, told.answer.rows, told.warnings)


def _answer(account: Account, rows: list[Row], warnings: list[str], **meta: object) -> Envelope:
    return envelope(
        rows, totalResults=len(rows), **meta, credits={"spent": 0}, warnings=warnings, sandbox=account.sandbox
    )


async def _validate(account: Account, call: Call, arguments: Arguments) -> None:
    """Let ZoomInfo call the target with a sample of each kind; refuse a target that does not take one."""
    listed = arguments["subscriptions"]
    samples: dict[object, object] = {}
    for item in cast("list[object]", listed) if isinstance(listed, list) else [listed]:
        entry = cast("dict[str, object]", item) if isinstance(item, dict) else {}
        samples.setdefault(entry.get("objectType"), entry.get("fullPayload", False))
    for kind, whole in samples.items():
        asked = {"targetUrl": arguments["targetUrl"], "objectType": kind, "fullPayload": whole}
        told = await account.tell("validate_webhook", asked, caller=call.caller)
        row = told.answer.rows[0]
        if row.get("success") is not True:
            # 0 stands for no answer at all.
            code = f", and answered {row['responseCode']}" if row.get("responseCode") else ""
            raise fail("target_fails", code=code, details={"field": "targetUrl"})


def _once(row: Row) -> Row:
    """A row with its token, short enough never to be kept."""
    if _TOKEN not in row:
        return row
    remember(str(row[_TOKEN]))
    short = {
        name: value[:_LONGEST] if isinstance(value, str) and name != _TOKEN else value for name, value in row.items()
    }
    subscriptions = short.get("subscriptions")
    if isinstance(subscriptions, list):
        short["subscriptions"] = cast("list[Any]", subscriptions)[:_MOST_SUBSCRIPTIONS]
    return short


def _said(told: Told) -> list[str]:
    if not any(_TOKEN in row for row in told.answer.rows):
        return []
    return [
        f"{_TOKEN} is a secret and is told this once: give it to whoever runs the target and write it nowhere else. "
        "update_webhook with renewToken makes a new one."
    ]


# --- tools -----------------------------------------------------------------------------------------------------

_KINDS = {
    "objectType": choice("What.", OBJECT_TYPES),
    "eventType": choice("When.", EVENT_TYPES),
    "fullPayload": {"type": "boolean", "description": "Whole records; default: changes only."},
}


def _subscriptions(description: str, required: tuple[str, ...], **more: Schema) -> Schema:
    return {
        "type": "array",
        "description": description,
        "items": {
            "type": "object",
            "properties": {**more, **_KINDS},
            "required": list(required),
            "additionalProperties": False,
        },
    }


_WEBHOOK = text("Id, as list_webhooks shows it.")

TOOLS = (
    Tool(
        "list_webhooks",
        "List webhooks",
        "monitoring",
        "Show the account's webhooks, or one: target, subscriptions, whether enabled. Free; Enterprise API.",
        {
            "webhookId": text("Only this one."),
            "types": flag("Tell too what can be subscribed to.", default=False),
        },
        list_webhooks,
        operations=("list_webhooks", "get_webhook", "webhook_subscription_types"),
    ),
    Tool(
        "create_webhook",
        "Create webhook",
        "monitoring",
        "Have ZoomInfo call an https address when contacts or companies change. Free; Enterprise API. The answer holds "
        "verificationToken, a secret that is told once. Change one with update_webhook.",
        {
            "title": text("Its name."),
            "targetUrl": text("https address to call."),
            "subscriptions": _subscriptions("What to be told of.", ("objectType",)),
            "enabled": flag("Start at once.", default=True),
            "validate": flag("Send the target a sample first; create nothing if it fails.", default=False),
        },
        create_webhook,
        required=("title", "targetUrl", "subscriptions"),
        operations=("create_webhook", "validate_webhook"),
        repeatable=False,
    ),
    Tool(
        "update_webhook",
        "Update webhook",
        "monitoring",
        "Change a webhook; what is not named stays. Subscriptions are added, changed and removed by arguments of their "
        "own. renewToken ends the old verification token at once and tells a new one. Free; Enterprise API. To end "
        "all calls: delete_webhook.",
        {
            "webhookId": _WEBHOOK,
            "title": text("New name."),
            "targetUrl": text("New https address."),
            "enabled": {"type": "boolean", "description": "False pauses it."},
            "addSubscriptions": _subscriptions("New ones.", ("objectType",)),
            "changeSubscriptions": _subscriptions(
                "What becomes different.", ("subscriptionId",), subscriptionId=text("Which one.")
            ),
            "removeSubscriptions": texts("Subscription ids."),
            "renewToken": flag("Make a new token.", default=False),
        },
        update_webhook,
        required=("webhookId",),
        operations=("update_webhook", "get_webhook", "renew_webhook_token"),
        destructive=True,
        repeatable=False,
    ),
    Tool(
        "delete_webhook",
        "Delete webhook",
        "monitoring",
        "Delete a webhook for good; ZoomInfo calls its target no more. Free; Enterprise API. To pause it: "
        "update_webhook with enabled false.",
        {"webhookId": _WEBHOOK},
        delete_webhook,
        required=("webhookId",),
        operations=("delete_webhook",),
        destructive=True,
    ),
)

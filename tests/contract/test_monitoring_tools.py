"""Webhooks through a real client: made, changed without surprises, deleted; their token told once and kept nowhere."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_clients import Connect, call, refusal
from test_signals_tools import GTM, visit

from sales_zoominfo.scrub import scrub
from sales_zoominfo.tools import monitoring
from sales_zoominfo.zoominfo import webhooks
from support import files_in

TARGET = "https://hooks.example/zoominfo"
CONTACTS: dict[str, Any] = {"objectType": "Contact"}


async def made(client: Client, **more: Any) -> dict[str, Any]:
    asked = {"title": "Changes", "targetUrl": TARGET, "subscriptions": [CONTACTS], **more}
    return dict((await call(client, "create_webhook", asked))["data"][0])


async def listed(client: Client, **one: Any) -> list[dict[str, Any]]:
    return list((await call(client, "list_webhooks", one))["data"])


def kinds(webhook: dict[str, Any]) -> list[tuple[str, bool]]:
    return sorted((item["objectType"], item["fullPayload"]) for item in webhook["subscriptions"])


def test_a_webhook_is_made_changed_and_deleted(connect: Connect) -> None:
    async def test(client: Client) -> None:
        webhook = await made(client)
        assert kinds(webhook) == [("Contact", False)]
        one = {"webhookId": webhook["id"]}
        [number] = [item["subscriptionId"] for item in webhook["subscriptions"]]
        whole = {"objectType": "Company", "fullPayload": True}
        # What is not named stays, and each of the three kinds of change is told apart.
        [row] = (await call(client, "update_webhook", {**one, "addSubscriptions": [whole]}))["data"]
        assert kinds(row) == [("Company", True), ("Contact", False)]
        change = {"subscriptionId": number, "fullPayload": True}
        [row] = (await call(client, "update_webhook", {**one, "changeSubscriptions": [change]}))["data"]
        assert kinds(row) == [("Company", True), ("Contact", True)]
        [row] = (await call(client, "update_webhook", {**one, "removeSubscriptions": [number]}))["data"]
        assert kinds(row) == [("Company", True)]
        [row] = (await call(client, "update_webhook", {**one, "enabled": False, "title": "Paused"}))["data"]
        assert (row["enabled"], row["title"], row["targetUrl"]) == (False, "Paused", TARGET)
        assert await listed(client, **one) == [row]
        [gone] = (await call(client, "delete_webhook", one))["data"]
        assert gone["status"] == "deleted"
        assert await listed(client) == []
        for name in ("list_webhooks", "update_webhook", "delete_webhook"):
            text = await refusal(client, name, {**one, **({"enabled": True} if name == "update_webhook" else {})})
            assert text.startswith("NOT_FOUND: "), text
            assert webhook["id"] in text
        text = await refusal(client, "update_webhook", {**one, "renewToken": True})
        assert text.startswith("NOT_FOUND: "), text

    visit(connect, test, toolsets="all")


REFUSED: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"targetUrl": "http://hooks.example"}, ("targetUrl", "https")),
    ({"targetUrl": "ftp://hooks.example"}, ("targetUrl", "https")),
    ({"targetUrl": "hooks.example"}, ("targetUrl", "https")),
    ({"targetUrl": "https://"}, ("targetUrl", "https")),
    ({"targetUrl": "https://user:word@hooks.example"}, ("targetUrl", "without credentials")),
    ({"subscriptions": []}, ("subscriptions",)),
    ({"subscriptions": [{"objectType": "Deal"}]}, ("objectType", "Contact, Company")),
    ({"subscriptions": [{"fullPayload": True}]}, ("subscriptions[0]", "objectType")),
    ({"subscriptions": [{"objectType": "Contact", "eventTypes": ["Update"]}]}, ("did you mean 'eventType'",)),
    ({"title": ""}, ("title",)),
    ({"enabled": "perhaps"}, ("enabled",)),
    ({"target": TARGET}, ("did you mean 'targetUrl'",)),
]
UNCHANGED: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({}, ("something to change", "removeSubscriptions")),
    ({"targetUrl": "http://hooks.example"}, ("targetUrl", "https")),
    # On the wire an id alone deletes the subscription.
    ({"changeSubscriptions": [{"subscriptionId": "NUMBER"}]}, ("changeSubscriptions[0]", "removeSubscriptions")),
    ({"changeSubscriptions": [CONTACTS]}, ("changeSubscriptions[0]", "addSubscriptions")),
    ({"addSubscriptions": [{"subscriptionId": "NUMBER"}]}, ("addSubscriptions[0]",)),
    (
        {"removeSubscriptions": ["NUMBER"], "changeSubscriptions": [{"subscriptionId": "NUMBER", "fullPayload": True}]},
        ("removeSubscriptions", "twice"),
    ),
    ({"webhookId": "../users"}, ("webhookId", "digits")),
]


def test_what_cannot_be_right_is_refused_and_changes_nothing(connect: Connect) -> None:
    async def test(client: Client) -> None:
        for change, named in REFUSED:
            text = await refusal(
                client,
                "create_webhook",
                {"title": "Changes", "targetUrl": TARGET, "subscriptions": [CONTACTS], **change},
            )
            assert text.startswith("INVALID_ARGUMENT: "), (change, text)
            assert not [part for part in named if part not in text], (change, text)
        assert await listed(client) == []
        webhook = await made(client)
        del webhook["verificationToken"]
        number = webhook["subscriptions"][0]["subscriptionId"]
        for change, named in UNCHANGED:
            text = await refusal(client, "update_webhook", {"webhookId": webhook["id"], **_with(change, number)})
            assert text.startswith("INVALID_ARGUMENT: "), (change, text)
            assert not [part for part in named if part not in text], (change, text)
        assert await listed(client) == [webhook]

    visit(connect, test, toolsets="all")


def _with(change: Any, number: str) -> Any:
    if isinstance(change, dict):
        return {key: _with(value, number) for key, value in change.items()}
    if isinstance(change, list):
        return [_with(item, number) for item in change]
    return number if change == "NUMBER" else change


def test_a_target_that_does_not_answer_is_not_made_when_it_is_to_be_tried(connect: Connect) -> None:
    async def test(client: Client) -> None:
        asked = {"title": "Changes", "targetUrl": TARGET, "subscriptions": [CONTACTS, {"objectType": "Company"}]}
        text = await refusal(client, "create_webhook", {**asked, "validate": True})
        assert text.startswith("INVALID_ARGUMENT: targetUrl"), text
        assert "Nothing was created" in text
        assert await listed(client) == []
        assert "validate" in await refusal(client, "create_webhook", {**asked, "validate": "maybe"})

    visit(connect, test, toolsets="all")


def test_the_token_is_told_once_and_kept_nowhere(
    connect: Connect, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens: list[str] = []

    async def test(client: Client) -> None:
        webhook = await made(client, title="x" * 400)
        one = {"webhookId": webhook["id"]}
        tokens.append(webhook["verificationToken"])
        renewed = await call(client, "update_webhook", {**one, "renewToken": True})
        tokens.append(renewed["data"][0]["verificationToken"])
        assert "told this once" in " ".join(renewed["meta"]["warnings"])
        both = await call(client, "update_webhook", {**one, "enabled": False, "renewToken": True})
        tokens.append(both["data"][0]["verificationToken"])
        assert both["data"][0]["enabled"] is False
        assert len(set(tokens)) == 3
        for answer in (await listed(client), await listed(client, **one)):
            assert "verificationToken" not in str(answer)
        plain = await call(client, "update_webhook", {**one, "title": "Changes"})
        assert "verificationToken" not in str(plain)
        await call(client, "delete_webhook", one)

    visit(connect, test, toolsets="all", log_level="debug")
    said = caplog.text + "".join(capfd.readouterr())
    for token in tokens:
        assert token not in said
        # A line of a log that held it would not show it.
        assert token not in scrub(f"the target was told {token} today")
        for file, data in files_in(tmp_path).items():
            # The simulated ZoomInfo keeps a digest alone; our state keeps nothing.
            assert token.encode() not in data, file.name


def test_an_answer_with_a_token_is_too_short_to_be_kept() -> None:
    wide = {"id": "1", "title": "t" * 9_000, "targetUrl": "https://" + "u" * 9_000, "verificationToken": "a" * 44}
    wide["subscriptions"] = [{"subscriptionId": str(number)} for number in range(5_000)]  # type: ignore[assignment]
    short = monitoring._once(wide)
    assert len(str(short)) < 4_000
    assert short["verificationToken"] == wide["verificationToken"]
    assert monitoring._once({"id": "1", "title": "t" * 9_000})["title"] == "t" * 9_000


def test_what_can_be_subscribed_to_is_told(connect: Connect) -> None:
    async def test(client: Client) -> None:
        told = await call(client, "list_webhooks", {"types": True})
        assert told["meta"]["subscriptionTypes"] == {
            "objectTypes": list(monitoring.OBJECT_TYPES),
            "eventTypes": list(monitoring.EVENT_TYPES),
        }
        assert (monitoring.OBJECT_TYPES, monitoring.EVENT_TYPES) == (webhooks.OBJECT_TYPES, webhooks.EVENT_TYPES)

    visit(connect, test, toolsets="all")


def test_the_gtm_api_has_no_webhooks(connect: Connect) -> None:
    async def test(client: Client) -> None:
        assert (await refusal(client, "list_webhooks")).startswith("NOT_AVAILABLE: ")

    visit(connect, test, toolsets="all", **GTM)

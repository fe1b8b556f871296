"""Webhooks of the Enterprise API: what is sent, what is refused here, and a whole life in the sandbox."""

from __future__ import annotations

from typing import Any

import pytest
from offline import BOTH, ENTERPRISE, GTM, told

from sales_zoominfo.errors import InvalidArgument, NotAvailable, NotFound, UpstreamUnavailable
from support import Served, client

pytestmark = pytest.mark.anyio

TARGET = "https://hooks.works.example/zi"
# As the documented examples write it; times of day are month first.
WEBHOOK: dict[str, Any] = {
    "id": "555000111",
    "title": "CRM refresh",
    "enabled": True,
    "targetUrl": TARGET,
    "createdDate": "02-15-2021T11:56:11.000Z",
    "subscriptions": [
        {
            "createdDate": "02-15-2021T11:56:11.000Z",
            "eventType": "Update",
            "objectType": "Contact",
            "fullPayload": False,
            "subscriptionId": "77",
        }
    ],
}
ROW: dict[str, Any] = {
    **WEBHOOK,
    "createdDate": "2021-02-15T11:56:11Z",
    "subscriptions": [{**WEBHOOK["subscriptions"][0], "createdDate": "2021-02-15T11:56:11Z"}],
}


async def test_each_call_is_sent_as_documented() -> None:
    for name, method, path, arguments in (
        ("list_webhooks", "GET", "/webhooks", {}),
        ("get_webhook", "GET", "/webhooks/555000111", {"webhookId": 555000111}),
        ("delete_webhook", "DELETE", "/webhooks/555000111", {"webhookId": "555000111"}),
        ("renew_webhook_token", "POST", "/webhooks/555000111/token", {"webhookId": "555000111"}),
        ("webhook_subscription_types", "GET", "/webhooks/subscriptiontypes", {}),
    ):
        sent = (await BOTH.prepare(name, arguments)).request
        assert (sent.method, sent.path, sent.json, sent.lane, sent.spends) == (method, path, None, "scaling", False)
        with pytest.raises(NotAvailable, match="Enterprise"):
            await GTM.prepare(name, arguments)


async def test_a_webhook_is_made_with_whole_subscriptions() -> None:
    arguments = {"title": "CRM refresh", "targetUrl": TARGET, "subscriptions": {"objectType": "contact"}}
    ask = await ENTERPRISE.prepare("create_webhook", arguments)
    assert ask.request.json == {
        "title": "CRM refresh",
        "enabled": True,
        "targetUrl": TARGET,
        "subscriptions": [{"eventType": "Update", "objectType": "Contact", "fullPayload": False}],
    }
    assert ask.operation.writes
    assert told(ask, {**WEBHOOK, "verificationToken": "c2VjcmV0"}).rows == [{**ROW, "verificationToken": "c2VjcmV0"}]


async def test_an_update_changes_adds_and_removes_by_name() -> None:
    ask = await ENTERPRISE.prepare(
        "update_webhook",
        {
            "webhookId": "1",
            "enabled": False,
            "addSubscriptions": [{"objectType": "Company"}],
            "changeSubscriptions": [{"subscriptionId": "77", "fullPayload": True}],
            "removeSubscriptions": ["78", 79],
        },
    )
    assert (ask.request.method, ask.request.path) == ("PUT", "/webhooks/1")
    assert ask.request.json == {
        "enabled": False,
        "subscriptions": [
            {"subscriptionId": "77", "fullPayload": True},
            {"eventType": "Update", "objectType": "Company", "fullPayload": False},
            {"subscriptionId": "78"},
            {"subscriptionId": "79"},
        ],
    }
    title = await ENTERPRISE.prepare("update_webhook", {"webhookId": "1", "title": "New"})
    assert title.request.json == {"title": "New"}


async def test_answers_are_rows() -> None:
    listed = told(await ENTERPRISE.prepare("list_webhooks", {}), {"webhooks": [WEBHOOK, {"id": 2}]})
    assert listed.rows == [ROW, {"id": "2"}]
    deleted = await ENTERPRISE.prepare("delete_webhook", {"webhookId": "1"})
    assert told(deleted, {"id": "1", "status": "deleted"}).rows == [{"id": "1", "status": "deleted"}]
    token = await ENTERPRISE.prepare("renew_webhook_token", {"webhookId": "1"})
    assert told(token, {"verificationToken": "abc="}).rows == [{"verificationToken": "abc="}]
    tried = await ENTERPRISE.prepare("validate_webhook", {"targetUrl": TARGET, "objectType": "Company"})
    assert tried.request.json == {"fullPayload": False, "targetUrl": TARGET, "objectType": "Company"}
    assert told(tried, {"message": "ok", "success": True, "responseCode": 204, "more": 1}).rows == [
        {"success": True, "responseCode": 204, "message": "ok"}
    ]
    types = await ENTERPRISE.prepare("webhook_subscription_types", {})
    assert told(types, {"objectTypes": ["Contact", "Company"], "eventTypes": ["Update"]}).rows == [
        {"objectTypes": ["Contact", "Company"], "eventTypes": ["Update"]}
    ]
    for ask in (deleted, token, tried):
        for body in ({}, [], None, {"id": ""}):
            with pytest.raises(UpstreamUnavailable):
                told(ask, body)


@pytest.mark.parametrize(
    "target",
    [
        "http://hooks.works.example/zi",
        "hooks.works.example",
        "https://",
        "https:///zi",
        "ftp://hooks.works.example",
        "https://hooks.works.example:99999/",
        "https://hooks works.example/",
        "javascript:alert(1)",
        "https://[::1",
    ],
)
@pytest.mark.parametrize("name", ["create_webhook", "update_webhook", "validate_webhook"])
async def test_a_target_that_is_not_https_is_refused(name: str, target: str) -> None:
    subscriptions = {"subscriptions": [{"objectType": "Contact"}]}
    others: dict[str, dict[str, object]] = {
        "create_webhook": {"title": "t", **subscriptions},
        "update_webhook": {"webhookId": "1"},
        "validate_webhook": {"objectType": "Contact"},
    }
    with pytest.raises(InvalidArgument, match="targetUrl is no https address") as raised:
        await ENTERPRISE.prepare(name, {**others[name], "targetUrl": target})
    assert raised.value.details["field"] == "targetUrl"


@pytest.mark.parametrize(
    ("name", "arguments", "complaint"),
    [
        ("get_webhook", {}, "webhookId"),
        ("get_webhook", {"webhookId": "../x"}, "digits"),
        ("get_webhook", {"webhookId": "-5"}, "digits"),
        ("create_webhook", {"targetUrl": TARGET, "subscriptions": [{"objectType": "Contact"}]}, "title"),
        ("create_webhook", {"title": "t", "targetUrl": TARGET}, "subscriptions"),
        ("create_webhook", {"title": "t", "targetUrl": TARGET, "subscriptions": []}, "subscriptions"),
        ("create_webhook", {"title": "t", "targetUrl": TARGET, "subscriptions": [{"fullPayload": True}]}, "objectType"),
        ("create_webhook", {"title": "t", "targetUrl": TARGET, "subscriptions": [{"objectType": "Deal"}]}, "Company"),
        (
            "create_webhook",
            {"title": "t", "targetUrl": TARGET, "subscriptions": [{"objectType": "Contact", "eventType": "Delete"}]},
            "Update",
        ),
        ("create_webhook", {"title": "t", "targetUrl": "https://me:pw@h.example", "subscriptions": []}, "credentials"),
        ("update_webhook", {"webhookId": "1"}, "something to change"),
        # An id alone is ZoomInfo's way of deleting.
        ("update_webhook", {"webhookId": "1", "changeSubscriptions": [{"subscriptionId": "7"}]}, "removeSubscriptions"),
        ("update_webhook", {"webhookId": "1", "changeSubscriptions": [{"fullPayload": True}]}, "addSubscriptions"),
        (
            "update_webhook",
            {
                "webhookId": "1",
                "changeSubscriptions": [{"subscriptionId": "7", "fullPayload": True}],
                "removeSubscriptions": ["7"],
            },
            "named twice",
        ),
        ("validate_webhook", {"targetUrl": TARGET}, "objectType"),
        ("list_webhooks", {"page": 2}, "no argument 'page'"),
    ],
)
async def test_a_bad_argument_is_named(name: str, arguments: dict[str, object], complaint: str) -> None:
    with pytest.raises(InvalidArgument, match=complaint):
        await ENTERPRISE.prepare(name, arguments)


async def test_a_webhook_lives_and_vanishes_in_the_sandbox(served_sandbox: Served) -> None:
    one = client(served_sandbox, "enterprise")
    try:

        async def ask(name: str, **arguments: object) -> Any:
            return (await one.answer(await one.prepare(name, arguments))).rows

        made = (await ask("create_webhook", title="t", targetUrl=TARGET, subscriptions=[{"objectType": "Contact"}]))[0]
        key, first = made["id"], made["subscriptions"][0]["subscriptionId"]
        assert made["verificationToken"]
        [shown] = await ask("get_webhook", webhookId=key)
        assert "verificationToken" not in shown
        assert shown in await ask("list_webhooks")
        [changed] = await ask(
            "update_webhook",
            webhookId=key,
            title="new",
            addSubscriptions=[{"objectType": "Company"}],
            changeSubscriptions=[{"subscriptionId": first, "fullPayload": True}],
        )
        assert changed["title"] == "new"
        assert changed["targetUrl"] == TARGET
        assert {item["objectType"]: item["fullPayload"] for item in changed["subscriptions"]} == {
            "Contact": True,
            "Company": False,
        }
        [left] = await ask("update_webhook", webhookId=key, removeSubscriptions=[first])
        assert [item["objectType"] for item in left["subscriptions"]] == ["Company"]
        [renewed] = await ask("renew_webhook_token", webhookId=key)
        assert renewed["verificationToken"] != made["verificationToken"]
        assert (await ask("delete_webhook", webhookId=key))[0]["status"] == "deleted"
        for name in ("get_webhook", "delete_webhook", "renew_webhook_token"):
            with pytest.raises(NotFound, match=f"no webhook '{key}'.*list_webhooks"):
                await ask(name, webhookId=key)
        with pytest.raises(NotFound, match="list_webhooks"):
            await ask("update_webhook", webhookId=key, title="x")
        assert await ask("webhook_subscription_types") == [
            {"objectTypes": ["Contact", "Company"], "eventTypes": ["Update"]}
        ]
    finally:
        await one.aclose()

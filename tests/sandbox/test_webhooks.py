"""Webhooks of the Enterprise API: kept by account, changed in parts, validated only on this machine."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from sales_zoominfo.sandbox import SandboxAccount, default_account

from . import shapes
from .conftest import Driver

SUBSCRIPTION = {
    **shapes.each("string", "subscriptionId! createdDate! modifiedDate! eventType! objectType!"),
    "fullPayload!": "boolean",
}
WEBHOOK = {
    **shapes.each("string", "id! targetUrl! createdDate!"),
    "title": "string",
    "enabled!": "boolean",
    "subscriptions!": [SUBSCRIPTION],
}
CREATED = {**WEBHOOK, "verificationToken!": "string"}
DELETED = {**{name: kind for name, kind in WEBHOOK.items() if name != "enabled!"}, "status!": "string"}
VALIDATED = {"message!": "string", "success!": "boolean", "responseCode!": "int"}
CONTACTS = {"eventType": "Update", "objectType": "Contact", "fullPayload": True}
BODY = {"title": "Changes", "targetUrl": "https://hooks.vendor.example/zi", "subscriptions": [CONTACTS]}


def send(box: Driver, method: str, path: str = "", body: Any = None) -> Any:
    more = {} if body is None else {"json": body}
    return box.call(method, f"/webhooks{path}", headers=box.jwt_headers(), **more)


def created(box: Driver, **more: Any) -> dict[str, Any]:
    answer = send(box, "POST", "", {**BODY, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_webhook_from_creation_to_deletion(make: Callable[..., Driver]) -> None:
    box = make()
    webhook = created(box)
    assert shapes.problems(webhook, CREATED) == []
    assert webhook["id"].isdecimal()
    assert webhook["createdDate"] == "11-21-2026T00:00:00.000Z"
    kept = {name: value for name, value in webhook.items() if name != "verificationToken"}
    assert send(box, "GET", f"/{webhook['id']}").json() == kept
    # Another process sees it too.
    assert send(make(), "GET").json() == {"webhooks": [kept]}
    gone = send(box, "DELETE", f"/{webhook['id']}").json()
    assert shapes.problems(gone, DELETED) == []
    assert (gone["id"], gone["status"]) == (webhook["id"], "deleted")
    assert send(box, "GET").json() == {"webhooks": []}
    for method, path, body in (("GET", "", None), ("DELETE", "", None), ("PUT", "", {}), ("POST", "/token", {})):
        answer = send(box, method, f"/{webhook['id']}{path}", body)
        assert answer.status_code == 404
        assert shapes.problems(answer.json(), shapes.ENTERPRISE_ERROR) == []


def test_subscriptions_are_updated_added_and_removed(box: Driver) -> None:
    webhook = created(box)
    (first,) = webhook["subscriptions"]
    box.clock.now += 60
    changes = [{"subscriptionId": first["subscriptionId"], "fullPayload": False}, {**CONTACTS, "objectType": "Company"}]
    changed = send(box, "PUT", f"/{webhook['id']}", {"enabled": False, "subscriptions": changes}).json()
    assert shapes.problems(changed, WEBHOOK) == []
    assert changed["enabled"] is False
    assert (changed["title"], changed["targetUrl"]) == (BODY["title"], BODY["targetUrl"])
    one, two = changed["subscriptions"]
    assert one == {**first, "fullPayload": False, "modifiedDate": "11-21-2026T00:01:00.000Z"}
    assert (two["objectType"], two["fullPayload"]) == ("Company", True)
    removed = send(
        box, "PUT", f"/{webhook['id']}", {"subscriptions": [{"subscriptionId": first["subscriptionId"]}]}
    ).json()
    assert removed["subscriptions"] == [two]
    assert send(box, "GET", f"/{webhook['id']}").json() == removed


def test_a_change_that_is_refused_changes_nothing(box: Driver) -> None:
    webhook = created(box)
    before = send(box, "GET", f"/{webhook['id']}").json()
    changes = [{**CONTACTS, "objectType": "Company"}, {"subscriptionId": "1", "fullPayload": False}]
    answer = send(box, "PUT", f"/{webhook['id']}", {"title": "New", "subscriptions": changes})
    assert (answer.status_code, answer.json()["invalidInputFields"]) == (400, ["subscriptions"])
    assert send(box, "GET", f"/{webhook['id']}").json() == before


def test_the_token_is_told_twice_and_never_kept(make: Callable[..., Driver], state_dir: Path) -> None:
    box = make()
    webhook = created(box)
    renewed = send(box, "POST", f"/{webhook['id']}/token").json()
    assert shapes.problems(renewed, {"verificationToken!": "string"}) == []
    assert renewed["verificationToken"] != webhook["verificationToken"]
    kept = b"".join(path.read_bytes() for path in state_dir.glob("state-*"))
    for token in (webhook["verificationToken"], renewed["verificationToken"]):
        assert token.encode() not in kept


def test_subscription_types(box: Driver) -> None:
    types = send(box, "GET", "/subscriptiontypes").json()
    assert types == {"objectTypes": ["Contact", "Company"], "eventTypes": ["Update"]}


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({"targetUrl": "http://hooks.vendor.example/zi"}, ["targetUrl"]),
        ({"targetUrl": "http://127.0.0.1:9/zi"}, ["targetUrl"]),
        ({"targetUrl": "ftp://hooks.vendor.example"}, ["targetUrl"]),
        ({"targetUrl": "https://"}, ["targetUrl"]),
        ({"targetUrl": 7}, ["targetUrl"]),
        ({"targetUrl": ""}, ["targetUrl"]),
        ({"targetUrl": None}, None),
        ({"subscriptions": []}, None),
        ({"subscriptions": [{**CONTACTS, "objectType": "Scoop"}]}, ["objectType"]),
        ({"subscriptions": [{**CONTACTS, "eventType": "Create"}]}, ["eventType"]),
        ({"subscriptions": [{**CONTACTS, "fullPayload": "yes"}]}, ["fullPayload"]),
        ({"subscriptions": [{**CONTACTS, "topic": "x"}]}, ["topic"]),
        ({"subscriptions": [{"eventType": "Update"}]}, None),
        ({"enabled": "yes"}, ["enabled"]),
        ({"retries": 3}, ["retries"]),
    ],
)
def test_refusals(box: Driver, more: Any, names: list[str] | None) -> None:
    answer = send(box, "POST", "", {**BODY, **more})
    assert answer.status_code == 400
    assert answer.json().get("invalidInputFields") == names
    assert shapes.problems(answer.json(), shapes.ENTERPRISE_ERROR) == []
    assert send(box, "GET").json() == {"webhooks": []}


def test_accounts_do_not_see_each_other(make: Callable[..., Driver]) -> None:
    other = SandboxAccount(name="other", username="other@sandbox.example", client_id="other", refresh_token="other-1")
    box = make(accounts=(default_account(), other))
    webhook = created(box)
    box.account, box.session = other, ""
    assert send(box, "GET").json() == {"webhooks": []}
    assert send(box, "DELETE", f"/{webhook['id']}").status_code == 404
    box.account, box.session = default_account(), ""
    assert len(send(box, "GET").json()["webhooks"]) == 1


def test_the_lane_and_the_headers_are_those_of_the_scaling_bundle(make: Callable[..., Driver]) -> None:
    box = make(switches={"package": "scaling"})
    answer = send(box, "GET")
    assert answer.headers["X-RateLimit-Limit"] == "2000"
    assert "X-Usage-Unique-Id-Limit-Remaining" in answer.headers
    plain = make(switches={"package": "standard"}, accounts=(SandboxAccount(),))
    assert send(plain, "GET").json()["error"] == "You do not have access to this endpoint"


class Target(BaseHTTPRequestHandler):
    """A webhook receiver on this machine."""

    seen: list[Any] = []  # noqa: RUF012
    status = 200

    def do_POST(self) -> None:
        self.seen.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def target() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Target)
    Target.seen, Target.status = [], 200
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def validate(box: Driver, url: str) -> dict[str, Any]:
    answer = send(box, "POST", "/validate", {"targetUrl": url, "objectType": "Contact", "fullPayload": True})
    assert answer.status_code == 200, answer.text
    assert shapes.problems(answer.json(), VALIDATED) == []
    assert "X-Usage-Request-Limit-Remaining" in answer.headers
    return answer.json()


def test_a_target_on_this_machine_is_really_asked(make: Callable[..., Driver], target: HTTPServer) -> None:
    box = make(switches={"webhook_http_on_loopback": True})
    url = f"http://127.0.0.1:{target.server_port}/zi"
    assert validate(box, url) == {"message": "OK", "success": True, "responseCode": 200}
    assert [(event["eventType"], event["objectType"]) for event in Target.seen] == [("Update", "Contact")]
    Target.status = 410
    assert validate(box, url) == {"message": "Gone", "success": False, "responseCode": 410}
    assert created(box, targetUrl=url)["targetUrl"] == url


def test_a_target_with_a_certificate_of_its_own(box: Driver, target: HTTPServer, tmp_path: Path) -> None:
    target.socket = _context(tmp_path).wrap_socket(target.socket, server_side=True)
    assert validate(box, f"https://localhost:{target.server_port}/zi")["success"] is True
    assert len(Target.seen) == 1


def _context(directory: Path) -> ssl.SSLContext:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = directory / "target.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_nothing_leaves_the_machine(box: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_args: Any, **_more: Any) -> Any:
        raise AssertionError("looked up")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for url in ("https://hooks.vendor.example/zi", "https://192.0.2.1/zi", "https://127.0.0.1.vendor.example/zi"):
        answer = validate(box, url)
        assert (answer["success"], answer["responseCode"]) == (False, 0)


def test_a_target_that_does_not_listen(box: Driver) -> None:
    assert validate(box, "https://127.0.0.1:1/zi")["success"] is False


@pytest.mark.parametrize(
    "body",
    [
        {"objectType": "Contact"},
        {"targetUrl": "https://hooks.vendor.example"},
        {"targetUrl": "http://hooks.vendor.example", "objectType": "Contact"},
        {"targetUrl": "https://hooks.vendor.example", "objectType": "Scoop"},
        {"targetUrl": "https://hooks.vendor.example", "objectType": "Contact", "fullPayload": 1},
    ],
)
def test_refusals_of_validation(box: Driver, body: Any) -> None:
    assert send(box, "POST", "/validate", body).status_code == 400


def test_a_reset_forgets_webhooks(make: Callable[..., Driver]) -> None:
    box = make()
    created(box)
    admin = box.app.admin()  # type: ignore[attr-defined]
    admin.reset({"account": box.account.name})
    box.session = ""
    assert send(box, "GET").json() == {"webhooks": []}

"""No secret and no personal value is in clear in the state, the logs, the audit or the repository's snapshots.

A real server over stdio and the commands as programs, all at debug level, against an account with secrets that look
like real ones; then every byte that they left behind is searched. Files that a user asked for are theirs.
"""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from mcp_clients import SERVER, UNHURRIED, over_stdio

from sales_zoominfo.sandbox import ASGIApp, SandboxAccount, create_app, ensure_private_key
from sales_zoominfo.scrub import scrub
from support import files_in

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
ACCOUNT = SandboxAccount(
    name="scanned",
    username="integration.user@northwind.example",
    password="Tr0ub4dor&3-Vq!9zXk",
    client_id="0oa9northwind4EXAMPLE",
    client_secret="Zx8_kQ2vN7tY-5rLwP0sHbGdJmCfAeUi",
    enterprise_client_id="0oa1enterprise7EXAMPLE",
    refresh_token="rt.1.AbCdEf0123456789_ghIJklMNopQRstUV",
)
HTTP_TOKEN = "ht-7f3c9a51be204d68a0917734c5e2d8bb"
STATE_KEY = base64.b64encode(bytes(range(7, 39))).decode()
# Somebody whom ZoomInfo does not know: named in inputs, echoed in refusals, put on the opt-out list.
STRANGER = {
    "firstName": "Zebulonia",
    "lastName": "Quixotheim",
    "emailAddress": "zebulonia.quixotheim@fjordkraft.example",
    "phone": "+1 (415) 555-0173",
}


@dataclass
class Seen:
    """What the account's holder sends and gets, as the service sees it."""

    secrets: set[str] = field(default_factory=set)
    bodies: list[bytes] = field(default_factory=list)

    def around(self, app: ASGIApp) -> ASGIApp:
        async def watched(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            for name, value in scope["headers"]:
                if name == b"authorization":
                    self.secrets.add(value.decode().split(" ", 1)[1])
            answer = bytearray()

            async def keep(message: Any) -> None:
                answer.extend(message.get("body", b""))
                await send(message)

            await app(scope, receive, keep)
            self.bodies.append(bytes(answer))
            if "token" in scope["path"] or "authenticate" in scope["path"]:
                try:
                    told = json.loads(answer)
                except ValueError:
                    return
                self.secrets |= {
                    value for name, value in told.items() if name in ("access_token", "refresh_token", "jwt") and value
                }

        return watched


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="on", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def command(folder: Path, settings: dict[str, object], *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZOOMINFO_")}
    environment |= {f"ZOOMINFO_{name.upper()}": str(value) for name, value in settings.items()}
    environment["PYTHONPATH"] = str(SERVER)
    return subprocess.run(
        [sys.executable, "-m", "sales_zoominfo", *arguments],
        capture_output=True, stdin=subprocess.DEVNULL, cwd=folder, env=environment, timeout=60,
    )  # fmt: skip


def forms(value: str) -> set[bytes]:
    """A value as it may lie about: plain, escaped, encoded."""
    plain = value.encode()
    coded = {quote(value, safe=""), quote(value), json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    found = {plain, *(text.encode() for text in coded), value.encode("utf-16-le"), plain.hex().encode()}
    for start in range(3):
        # Base64 of a text that holds it, whatever stands before: the characters that do not depend on that.
        found.add(base64.b64encode(b"\0" * start + plain)[(0, 2, 3)[start] : -4])
    return {form for form in found if len(form) >= 6}


def people_in(answer: Any) -> set[str]:
    """The values of an answer by which a person can be reached or recognised."""
    found: set[str] = set()
    if isinstance(answer, dict):
        for name, value in answer.items():
            if isinstance(value, str) and len(value) >= 7 and re.search(r"(?i)(e-?mail|phone)$", name):
                found.add(value)
            found |= people_in(value)
        if answer.get("firstName") and answer.get("lastName"):
            found |= {f"{answer['firstName']} {answer['lastName']}", f"{answer['lastName']}, {answer['firstName']}"}
    elif isinstance(answer, list):
        for item in answer:
            found |= people_in(item)
    return found


def left_behind(*places: Path) -> dict[str, bytes]:
    return {str(path): data for place in places for path, data in files_in(place).items()}


def hits(texts: dict[str, bytes], values: set[str]) -> list[tuple[str, str]]:
    """Where a value lies in clear."""
    everything = b"\0".join(texts.values())
    return [
        (name, value)
        for value in sorted(values)
        for form in forms(value)
        if form in everything
        for name, data in texts.items()
        if form in data
    ]


@pytest.fixture
def network(tmp_path_factory: pytest.TempPathFactory, sandbox_data: Path) -> Path:
    """The service's own folder, far from the state that is searched."""
    folder = tmp_path_factory.mktemp("service")
    for file in sandbox_data.glob("dataset-*.sqlite"):
        (folder / file.name).hardlink_to(file)
    return folder


def settings_of(url: str, state: Path, key: str, way: str) -> dict[str, object]:
    more: dict[str, object] = {
        "state_url": f"sqlite:///{state / 'state.sqlite'}",
        "base_url": url,
        "log_level": "debug",
        "http_token": HTTP_TOKEN,
        "max_credits_per_call": 100,
    }
    gtm = {"gtm_client_id": ACCOUNT.client_id, "client_secret": ACCOUNT.client_secret}
    user: dict[str, object] = {"username": ACCOUNT.username}
    match way:
        case "refresh token and password":
            return more | gtm | {"refresh_token": ACCOUNT.refresh_token} | user | {"password": ACCOUNT.password}
        case _:
            more["state_key"] = STATE_KEY
            return more | gtm | user | {"client_id": ACCOUNT.enterprise_client_id, "private_key": key}


# Each is a program of its own, which takes time; the first ones are run either way.
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("enrich", "contact", "emailAddress=ada.sample@acme.example", "--yes", "-o", "asked for/people.csv"),
    ("search", "contacts", "-f", f"emailAddress={STRANGER['emailAddress']}"),
    ("audit", "--csv"),
    ("credits",),
    ("search", "contacts", "-f", f"sort{STRANGER['emailAddress']}=1"),
    ("enrich", "contact", f"personId={STRANGER['phone']}", "--yes"),
    ("lookup", STRANGER["emailAddress"]),
    ("opt-outs", "add", STRANGER["phone"], "--reason", "Quixotheim asked"),
    ("opt-outs", "add", "not an address of Quixotheim"),
    ("audit", "--since", STRANGER["emailAddress"]),
    ("doctor",),
    ("audit", "--verify"),
)
WAYS = ("refresh token and password", "client secret and key")


@pytest.mark.parametrize("way", WAYS)
async def test_nothing_is_in_clear_after_a_run_of_everything(tmp_path: Path, network: Path, way: str) -> None:
    state, asked_for = tmp_path / "state", tmp_path / "asked for"
    state.mkdir(mode=0o700)
    asked_for.mkdir()
    key = ensure_private_key(network)
    seen = Seen()
    secrets = {ACCOUNT.password, ACCOUNT.client_secret, ACCOUNT.refresh_token, HTTP_TOKEN}
    secrets |= {line for line in key.splitlines() if "-----" not in line and len(line) > 40}
    if way != "refresh token and password":
        # Without the setting the key is a file of the state folder, which is where it belongs.
        secrets.add(STATE_KEY)
    people = set(STRANGER.values()) - {"Zebulonia"}
    outputs: dict[str, bytes] = {}
    answered: dict[str, int] = {}
    with serving(seen.around(create_app(network, accounts=[ACCOUNT], switches=UNHURRIED))) as url:
        settings = settings_of(url, state, key, way)
        async with over_stdio("2025-11-25", state, **settings) as client:

            async def call(name: str, **arguments: object) -> Any:
                answer = await client.call_tool(name, arguments)
                answered[name] = answered.get(name, 0) + (not answer.is_error)
                if answer.is_error:
                    # What the model reads is logged by clients.
                    outputs[f"{name} refused {len(outputs)}"] = answer.content[0].text.encode()
                    return {"data": []}
                people.update(people_in(answer.structured_content))
                return answer.structured_content

            found = await call("search_contacts", lastName="Robinson", pageSize=50)
            rows = [{"personId": row["id"]} for row in found["data"]]
            await call("search_contacts", moreFilters={"emailAddress": STRANGER["emailAddress"]})
            await call("search_contacts", moreFilters={STRANGER["emailAddress"]: "x", "Quixotheim": 1})
            await call("search_companies", companyName="Acme", sort=STRANGER["emailAddress"])
            await call("search_companies", companyName="Acme")
            await call("estimate_credits", contacts=rows[:10])
            # Long enough to be kept as a file.
            await call("enrich_contacts", contacts=rows[:40], detail="full", maxCredits=100)
            await call(
                "enrich_contacts",
                contacts=[{"emailAddress": "ada.sample@acme.example"}, STRANGER | {"companyName": "F"}],
            )
            await call(
                "enrich_contacts", contacts=[{"emailAddress": "ada.sample@acme.example", STRANGER["phone"]: "x"}]
            )
            await call("enrich_contacts", contacts=[STRANGER], outputFields=[STRANGER["emailAddress"]])
            await call("enrich_companies", companies=[{"companyId": "900001"}], maxCredits=0)
            await call("get_contact", personId=rows[41]["personId"])
            await call("get_contact", personId=STRANGER["phone"])
            await call("get_contact", personId="123456789012")
            await call("lookup", field=STRANGER["emailAddress"])
            await call("lookup", field="industries", query=STRANGER["emailAddress"])
            await call("get_usage")
            await call("get_usage", **{"x" + STRANGER["emailAddress"]: STRANGER["phone"]})
            await call("no_such_tool", email=STRANGER["emailAddress"], lastName="Quixotheim")
            await call("check_compliance", people=[{"emailAddress": STRANGER["emailAddress"]}])
            entries = [{"kind": "email", "value": STRANGER["emailAddress"]}]
            await call("update_opt_outs", action="add", entries=entries, reason="Quixotheim asked for it")
            await call("update_opt_outs", action="add", entries=[{"kind": "phone", "value": STRANGER["emailAddress"]}])
            await call("list_opt_outs")
            for uri in (f"result://{STRANGER['emailAddress']}", "x://" + quote(STRANGER["phone"])):
                with pytest.raises(Exception, match=r".") as refused:
                    await client.read_resource(uri)
                outputs[uri[:5]] = str(refused.value).encode()
        for arguments in COMMANDS if way == WAYS[0] else COMMANDS[:4]:
            done = command(tmp_path, settings, *arguments)
            outputs[f"log of {' '.join(arguments[:2])}"] = done.stderr
            if arguments[0] in ("audit", "credits", "doctor"):
                outputs[f"{arguments[0]} {arguments[-1]}"] = done.stdout
    # It was a run of everything, and not one of refusals.
    assert answered["enrich_contacts"] >= 2
    assert answered["get_contact"] == answered["update_opt_outs"] == 1
    assert answered["search_contacts"] >= 2
    assert (asked_for / "people.csv").read_text(encoding="utf-8").count("ada.sample")
    for body in seen.bodies:
        with suppress(ValueError):
            people |= people_in(json.loads(body))
    assert len([value for value in people if "@" in value]) > 20
    assert len([value for value in people if "555" in value]) > 20
    assert len([value for value in people if " " in value]) > 40
    assert len(seen.secrets) >= 2
    assert list((state / "results").glob("*"))
    secrets |= seen.secrets

    texts = left_behind(state) | outputs
    assert any(name.endswith("stderr.txt") for name in texts)
    assert not hits(texts, secrets)
    assert not hits(texts, people | {"Quixotheim"})
    assert ACCOUNT.username.encode() not in texts[str(state / "stderr.txt")]


def test_the_scan_finds_what_is_planted(tmp_path: Path) -> None:
    planted = "ada.sample+x@acme.example"
    for number, form in enumerate(
        (
            planted,
            quote(planted, safe=""),
            base64.b64encode(f"before {planted} and after".encode()).decode(),
            base64.b64encode(f"one {planted} and after".encode()).decode(),
            planted.encode().hex(),
            json.dumps({"email": planted}),
        )
    ):
        (tmp_path / f"{number}.txt").write_text(form)
    (tmp_path / "wide.txt").write_bytes(planted.encode("utf-16-le"))
    assert {Path(name).name for name, _ in hits(left_behind(tmp_path), {planted})} == {
        *(f"{number}.txt" for number in range(6)),
        "wide.txt",
    }
    assert not hits(left_behind(tmp_path), {"someone.else@acme.example"})


# --- the repository --------------------------------------------------------------------------------------------

SNAPSHOTS = sorted([*(ROOT / "tests/toolsnaps").glob("*.json"), *(ROOT / "tests/responsesnaps").glob("*.json")])
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+?\d?[ (]*\d{3}[) -]+\d{3}-\d{4}")
_SECRET = re.compile(r"-----BEGIN|eyJ[\w-]{10,}\.|(?i:bearer|basic)\s+[A-Za-z0-9+/=_.-]{16,}")


@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_snapshots_hold_fictional_people_and_no_secret(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    # Names that nobody can register, and numbers that nobody can be called by.
    assert not [email for email in _EMAIL.findall(text) if not email.endswith(".example")]
    assert not [phone for phone in _PHONE.findall(text) if "555-01" not in phone]
    assert not _SECRET.search(text)


def test_snapshots_are_looked_at() -> None:
    together = "".join(path.read_text(encoding="utf-8") for path in SNAPSHOTS)
    assert _EMAIL.search(together)
    assert _PHONE.search(together)
    assert scrub(together) != together

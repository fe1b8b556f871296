"""Sign-in of both generations, sessions, keys, and what is kept on disk."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest

import sales_zoominfo.sandbox as sandbox
from sales_zoominfo.sandbox import SandboxAccount, default_account, ensure_private_key

from .conftest import Driver


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("keys")
    return folder, ensure_private_key(folder)


@pytest.fixture
def registered(key: tuple[Path, str], state_dir: Path) -> str:
    for file in key[0].glob("*.pem"):
        (state_dir / file.name).write_bytes(file.read_bytes())
    return key[1]


def assertion(driver: Driver, pem: str, **changes: Any) -> str:
    now = int(driver.clock())
    claims = {
        "aud": "enterprise_api",
        "iss": "api-client@zoominfo.com",
        "username": driver.account.username,
        "client_id": driver.account.enterprise_client_id,
        "iat": now,
        "exp": now + 300,
    }
    return jwt.encode({name: value for name, value in (claims | changes).items() if value is not None}, pem, "RS256")


def authenticate(driver: Driver, token: str) -> Any:
    return driver.call("POST", "/authenticate", headers={"Authorization": f"Bearer {token}"})


def test_pki_sign_in(box: Driver, registered: str) -> None:
    answer = authenticate(box, assertion(box, registered))
    assert answer.status_code == 200
    assert set(answer.json()) == {"jwt"}
    headers = {"Authorization": f"Bearer {answer.json()['jwt']}"}
    assert box.call("GET", "/lookup/country", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "other"},
        {"aud": None},
        {"client_id": "other"},
        {"username": "other@sandbox.example"},
        {"exp": 1},
        {"exp": None},
    ],
)
def test_pki_refusals(box: Driver, registered: str, changes: dict[str, Any]) -> None:
    answer = authenticate(box, assertion(box, registered, **changes))
    assert (answer.status_code, answer.json()["error"]) == (401, "Error getting jwt info")


def test_pki_expires_by_the_sandboxs_clock(box: Driver, registered: str) -> None:
    token = assertion(box, registered)
    box.clock.now += 301
    assert authenticate(box, token).status_code == 401


def test_pki_signature_is_verified(box: Driver, registered: str, tmp_path: Path) -> None:
    other = ensure_private_key(tmp_path / "other")
    assert authenticate(box, assertion(box, other)).status_code == 401
    head, body, _ = assertion(box, registered).split(".")
    assert authenticate(box, f"{head}.{body}.").status_code == 401


def test_pki_without_a_registered_key(box: Driver, key: tuple[Path, str]) -> None:
    assert authenticate(box, assertion(box, key[1])).status_code == 401


def test_the_key_is_made_once_and_private(key: tuple[Path, str]) -> None:
    folder, pem = key
    assert pem.startswith("-----BEGIN PRIVATE KEY-----\n")
    assert ensure_private_key(folder) == pem
    assert stat.S_IMODE((folder / "demo-private-key.pem").stat().st_mode) == 0o600


@pytest.mark.parametrize("encoding", ["json", "data"])
def test_password_sign_in(box: Driver, encoding: str) -> None:
    good = {"username": box.account.username, "password": box.account.password}
    assert box.call("POST", "/authenticate", **{encoding: good}).status_code == 200
    answer = box.call("POST", "/authenticate", **{encoding: good | {"password": "wrong"}})
    assert (answer.status_code, answer.json()["error"]) == (401, "Authentication failed")


def test_enterprise_token_lives_sixty_minutes(box: Driver) -> None:
    headers = box.jwt_headers()
    claims = jwt.decode(headers["Authorization"].split()[1], options={"verify_signature": False})
    assert claims["exp"] == int(box.clock()) + 3600
    box.clock.now += 3599
    assert box.call("GET", "/lookup/country", headers=headers).status_code == 200
    box.clock.now += 1
    assert box.call("GET", "/lookup/country", headers=headers).status_code == 401


def test_one_sign_in_a_second(make: Callable[..., Driver]) -> None:
    box = make(switches={"rate_authenticate": 1})
    body = {"username": box.account.username, "password": box.account.password}
    assert [box.call("POST", "/authenticate", json=body).status_code for _ in range(2)] == [200, 429]
    box.clock.now += 1
    assert box.call("POST", "/authenticate", json=body).status_code == 200


def test_client_credentials(box: Driver) -> None:
    answer = box.token()
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope"}
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["scope"].split() == sorted(box.account.scopes)
    body = {"grant_type": "client_credentials", "client_id": box.account.client_id}
    secret = {"client_secret": box.account.client_secret}
    assert box.call("POST", "/gtm/oauth/v1/token", data=body | secret).status_code == 200
    refused = box.call("POST", "/gtm/oauth/v1/token", data=body | {"client_secret": "wrong"})
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    header_wins = box.call("POST", "/gtm/oauth/v1/token", data=body | secret, auth=(box.account.client_id, "wrong"))
    assert header_wins.status_code == 401


def test_scopes(box: Driver) -> None:
    answer = box.token(scope="api:data:contact api:data:company")
    assert answer.json()["scope"] == "api:data:contact api:data:company"
    refused = box.token(scope="api:data:contact api:audience:read")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "nonsense"}, "invalid_grant"),
    ],
)
def test_token_errors(box: Driver, form: dict[str, str], error: str) -> None:
    answer = box.token(**form)
    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]


def test_client_credentials_may_be_off(make: Callable[..., Driver]) -> None:
    answer = make(switches={"gtm_client_credentials": "unauthorized_client"}).token()
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


def refresh(driver: Driver, token: str) -> Any:
    return driver.token(grant_type="refresh_token", refresh_token=token)


def test_refresh_tokens_rotate_and_reuse_ends_the_session(box: Driver) -> None:
    first = refresh(box, box.account.refresh_token).json()
    second = refresh(box, first["refresh_token"]).json()
    assert len({box.account.refresh_token, first["refresh_token"], second["refresh_token"]}) == 3
    box.bearer = second["access_token"]
    assert box.find("company", {}).status_code == 200
    reused = refresh(box, first["refresh_token"])
    assert (reused.status_code, reused.json()["error"]) == (400, "invalid_grant")
    assert box.find("company", {}).json()["error"]["code"] == "ZI0001"
    assert refresh(box, second["refresh_token"]).status_code == 400
    assert refresh(box, sandbox.sign_in(box.state_dir)).status_code == 200


def test_a_spent_refresh_token_stays_spent_after_reopening(make: Callable[..., Driver]) -> None:
    box = make()
    assert refresh(box, box.account.refresh_token).status_code == 200
    assert refresh(make(), box.account.refresh_token).status_code == 400


def test_rotation_may_be_off(make: Callable[..., Driver]) -> None:
    box = make(switches={"gtm_refresh_rotation": False})
    tokens = [refresh(box, box.account.refresh_token).json()["refresh_token"] for _ in range(2)]
    assert tokens == [box.account.refresh_token] * 2


def test_revoked_tokens(box: Driver) -> None:
    assert box.find("company", {}).status_code == 200
    jwt_headers = box.jwt_headers()
    assert sandbox.revoke_tokens(box.state_dir) == 2
    answer = box.find("company", {})
    assert answer.json()["error"]["message"].startswith("The token provided is invalid")
    assert box.call("GET", "/lookup/country", headers=jwt_headers).status_code == 401


def test_tokens_work_in_every_process(make: Callable[..., Driver]) -> None:
    one, two = make(), make()
    two.bearer, two.session = (
        one.gtm_headers()["Authorization"].split()[1],
        one.jwt_headers()["Authorization"].split()[1],
    )
    assert two.find("company", {}).status_code == 200
    assert two.ent_get("/lookup/country").status_code == 200


def test_accounts_are_apart(make: Callable[..., Driver]) -> None:
    other = replace(
        default_account(), name="other", client_id="other-client", username="o@sandbox.example", refresh_token="other-1"
    )
    one, two = make(), make(accounts=(other,))
    one.enrich("company", [{"companyId": 900001}], ["name"])
    assert one.used()["uniqueIdLimit"] == 1
    assert two.used()["uniqueIdLimit"] == 0
    two.bearer = one.bearer
    assert two.find("company", {}).status_code == 401


def test_intent_topics_are_those_subscribed_to(make: Callable[..., Driver]) -> None:
    account = SandboxAccount(intent_topics=("Java",))
    box = make(accounts=(account,))
    assert [row["id"] for row in box.gtm_get("/lookup/intent-topics").json()["data"]] == ["Java"]
    assert "Cloud Applications" in default_account().intent_topics


def test_importing_loads_nothing_heavy() -> None:
    code = (
        "import sys, sales_zoominfo.sandbox\n"
        "heavy = ('sqlite3', 'cryptography', 'jwt', 'httpx2', 'filelock', 'starlette', 'asyncio')\n"
        "print([name for name in heavy if name in sys.modules])\n"
        "from sales_zoominfo.sandbox import app\n"
        "print([name for name in ('cryptography', 'jwt', 'httpx2', 'filelock', 'starlette',\n"
        "                         'sales_zoominfo.sandbox.generate') if name in sys.modules])\n"
    )
    root = Path(sandbox.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(root)},
    )
    assert done.stdout.split("\n")[:2] == ["[]", "[]"]

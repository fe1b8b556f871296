"""The doctor's findings, in the sandbox, on a served sandbox, and for each way to get the set-up wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

from sales_zoominfo.account.ledger import Ledger
from sales_zoominfo.cli.doctor import _clock
from sales_zoominfo.store import open_store

Run = Callable[..., Any]


def test_sandbox_is_well_and_says_so(cli: Run, state: Path) -> None:
    result = cli("doctor")
    assert result.exit_code == 0, result.stdout
    assert "SANDBOX" in result.stdout
    assert "state.sqlite" in result.stdout.replace("\n", "")
    assert "All is well." in result.stdout
    assert "✗" not in result.stdout


def test_half_set_credentials(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_CLIENT_SECRET", "very-secret-value")
    result = cli("doctor")
    assert result.exit_code == 1
    assert "✗ credentials" in result.stdout
    assert "ZOOMINFO_CLIENT_ID" in result.stdout
    assert "→" in result.stdout
    assert "very-secret-value" not in result.output


def test_unreadable_key(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_USERNAME", "a@acme.example")
    monkeypatch.setenv("ZOOMINFO_CLIENT_ID", "some-client")
    monkeypatch.setenv("ZOOMINFO_PRIVATE_KEY", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LWtleQ==\n")
    result = cli("doctor")
    assert result.exit_code == 1
    assert "✗ private key" in result.stdout
    assert "c2VjcmV0" not in result.output


def test_unusable_state(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_STATE_URL", "mysql://nowhere")
    result = cli("doctor")
    assert result.exit_code == 1
    assert "✗ state" in result.stdout


def test_bad_and_unknown_settings(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_USER_NAME", "a@acme.example")
    result = cli("doctor")
    assert result.exit_code == 0
    assert "! settings" in result.stdout
    assert "ZOOMINFO_USERNAME" in result.stdout
    monkeypatch.setenv("ZOOMINFO_TIMEOUT", "soon")
    result = cli("doctor")
    assert result.exit_code == 1
    assert "✗ settings" in result.stdout


def test_unreachable_service(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_CLIENT_ID", "some-client")
    monkeypatch.setenv("ZOOMINFO_CLIENT_SECRET", "very-secret-value")
    monkeypatch.setenv("ZOOMINFO_BASE_URL", "http://127.0.0.1:9")
    result = cli("doctor")
    assert result.exit_code == 1
    assert "✗ network" in result.stdout
    assert "– sign-in" in result.stdout


def test_an_address_with_a_password_is_refused_and_not_shown(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_BASE_URL", "http://user:password-in-url@127.0.0.1:9")
    result = cli("doctor")
    assert result.exit_code == 1
    assert "ZOOMINFO_BASE_URL" in result.stdout
    assert "password-in-url" not in result.output
    assert "pattern" not in result.output


@pytest.mark.parametrize(
    ("names", "label"),
    [
        (("GTM_CLIENT_ID", "CLIENT_SECRET"), "GTM"),
        (("USERNAME", "PASSWORD"), "Enterprise"),
        (("USERNAME", "CLIENT_ID", "PRIVATE_KEY_FILE"), "Enterprise"),
    ],
)
def test_served_sandbox(
    cli: Run, served: dict[str, str], monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], label: str
) -> None:
    for name in ("BASE_URL", *names):
        monkeypatch.setenv(f"ZOOMINFO_{name}", served[f"ZOOMINFO_{name}"])
    result = cli("doctor")
    assert result.exit_code == 0, result.output
    for line in (f"sign-in {label}", f"usage {label}", "clock", "network"):
        assert f"✓ {line}" in result.stdout
    assert ("✓ private key" in result.stdout) == ("PRIVATE_KEY_FILE" in names)
    secrets = [served[f"ZOOMINFO_{name}"] for name in ("CLIENT_SECRET", "PASSWORD")]
    assert not any(secret in result.output for secret in secrets)


def test_refused_sign_in_of_one_generation(cli: Run, served: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BASE_URL", "GTM_CLIENT_ID", "CLIENT_SECRET", "USERNAME"):
        monkeypatch.setenv(f"ZOOMINFO_{name}", served[f"ZOOMINFO_{name}"])
    monkeypatch.setenv("ZOOMINFO_PASSWORD", "wrong-password-here")
    result = cli("doctor")
    assert result.exit_code == 1
    assert "✓ sign-in GTM" in result.stdout
    assert "✗ sign-in Enterprise" in result.stdout
    assert "1 to mend." in result.stdout
    assert "wrong-password-here" not in result.output


def test_clock_skew_matters_for_keys() -> None:
    now = 1_800_000_000.0

    def date(shift: float) -> str:
        return format_datetime(datetime.fromtimestamp(now - shift, UTC), usegmt=True)

    assert _clock(date(2), now, True).mark == "✓"
    assert _clock(date(59), now, True).mark == "✓"
    ahead = _clock(date(90), now, True)
    assert ahead.mark == "!"
    assert "ahead" in ahead.text
    assert "is refused" in ahead.text
    assert ahead.fix
    assert "behind" in _clock(date(-90), now, False).text
    assert _clock(None, now, True).mark == "–"
    assert _clock("yesterday", now, True).mark == "–"


def test_credentials_that_went_missing_are_no_wish_for_the_sandbox(cli: Run, state: Path) -> None:
    async def remember() -> None:
        store = await open_store(f"sqlite:///{state / 'state.sqlite'}")
        await Ledger(store, "default").remember_account("gtm")
        await store.close()

    anyio.run(remember)
    result = cli("doctor")
    assert result.exit_code == 1
    assert "✗ account" in result.stdout
    assert cli("search", "companies", "-f", "companyName=Acme").exit_code == 3

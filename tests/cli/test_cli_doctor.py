"""The doctor's findings, in the sandbox, on a served sandbox, and for each way to get the set-up wrong."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import pytest

from sales_zoominfo import knowledge
from sales_zoominfo.account.ledger import Ledger
from sales_zoominfo.cli import doctor as command
from sales_zoominfo.cli.doctor import PASSAGES, Finding, _clock, _knowledge, _limit
from sales_zoominfo.cli.state import share_dataset
from sales_zoominfo.errors import TEXTS
from sales_zoominfo.sandbox import (
    Fault,
    SandboxAccount,
    Switches,
    create_app,
    ensure_private_key,
    revoke_tokens,
)
from sales_zoominfo.store import open_store
from sales_zoominfo.zoominfo.records import Limit
from support import DEMO, Sandbox, serve

Run = Callable[..., Any]
TROUBLE = "troubleshooting"


class Diagnosis:
    """The doctor's output for an account of a served sandbox."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        self.text = text
        blocks = re.split(r"\n(?=[✓✗–!] )", text)
        self.findings = {block[2:21].strip(): block for block in blocks if block[:1] in "✓✗–!"}
        assert all(len(line.rstrip()) <= 80 for line in text.splitlines()), text

    def says(self, title: str, mark: str, text: str, *passages: str) -> bool:
        """Whether there is such a finding, with exactly these passages."""
        block = self.findings[title]
        seen = tuple(re.findall(r"(?m)^  See (\S+)$", block))
        return block[0] == mark and text in re.sub(r"\s+", " ", block) and seen == passages


class Upstream:
    """A served sandbox whose account, switches and clock a test chooses."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.charges: list[object] = []
        self._env = monkeypatch
        self._capsys = capsys
        self._exits = contextlib.ExitStack()

    def open(self, account: SandboxAccount = DEMO, *, ahead: float = 0.0, **switches: Any) -> None:
        box = Sandbox(self.folder)
        box.app = create_app(
            self.folder,
            clock=lambda: time.time() + ahead,
            on_charge=self.charges.append,
            switches=Switches(**{"package": "unlimited", "rate_authenticate": 0, **switches}),
            accounts=(account,),
        )
        served = self._exits.enter_context(serve(box))
        self.set(BASE_URL=served.url)

    def close(self) -> None:
        self._exits.close()

    def set(self, **variables: str) -> None:
        for name, value in variables.items():
            self._env.setenv(f"ZOOMINFO_{name}", value)

    def gtm(self, **changes: str) -> None:
        self.set(**{"GTM_CLIENT_ID": DEMO.client_id, "CLIENT_SECRET": DEMO.client_secret, **changes})

    def password(self, **changes: str) -> None:
        self.set(**{"USERNAME": DEMO.username, "PASSWORD": DEMO.password, **changes})

    def key(self) -> None:
        pem = ensure_private_key(self.folder)
        self.set(USERNAME=DEMO.username, CLIENT_ID=DEMO.enterprise_client_id, PRIVATE_KEY=pem)

    def doctor(self, *topics: str) -> Diagnosis:
        code = command.doctor(topics)
        text = self._capsys.readouterr().out
        assert self.charges == []
        secrets = (DEMO.password, DEMO.client_secret, DEMO.refresh_token, "PRIVATE KEY", "wrong-secret")
        assert not any(secret in text for secret in secrets)
        return Diagnosis(code, text)


@pytest.fixture
def upstream(
    state: Path, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Upstream]:
    folder = tmp_path / "upstream"
    share_dataset(dataset, folder)
    made = Upstream(folder, monkeypatch, capsys)
    yield made
    made.close()


def test_sandbox_is_well_and_says_so(cli: Run, state: Path) -> None:
    result = cli("doctor")
    assert result.exit_code == 0, result.stdout
    assert "SANDBOX" in result.stdout
    assert "state.sqlite" in result.stdout.replace("\n", "")
    assert "All is well." in result.stdout
    assert "✗" not in result.stdout


def test_the_key_of_claude_is_looked_for_and_never_needed(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    unset = cli("doctor")
    assert unset.exit_code == 0
    assert "– Claude" in unset.stdout
    assert "ANTHROPIC_API_KEY not set: only `ask` and `eval` need it" in " ".join(unset.stdout.split())
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-a-very-secret-key")
    found = cli("doctor")
    assert found.exit_code == 0
    assert "✓ Claude" in found.stdout and "ok: ANTHROPIC_API_KEY is set" in found.stdout
    assert "secret-key" not in found.output
    monkeypatch.setattr("importlib.util.find_spec", lambda *_: None)
    bare = cli("doctor")
    assert bare.exit_code == 0
    assert "– Claude" in bare.stdout
    assert "pip install 'sales-zoominfo[agent]'" in bare.stdout


def test_half_set_credentials(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_CLIENT_SECRET", "very-secret-value")
    result = cli("doctor")
    assert result.exit_code == 1
    assert "✗ credentials" in result.stdout
    assert "ZOOMINFO_CLIENT_ID" in result.stdout
    assert "→" in result.stdout
    assert "very-secret-value" not in result.output


def test_topics_by_flag(cli: Run) -> None:
    result = cli("doctor", "--topic", "cloud applications", "--topic", "Cloud Aplications")
    assert result.exit_code == 1
    assert "✓ topic sandbox" in result.stdout
    assert "✗ topic sandbox" in result.stdout
    assert "Nearest: Cloud Applications" in result.stdout


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


def test_an_emptied_state_is_told_until_its_note_is_gone(
    cli: Run, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert cli("enrich", "contact", "emailAddress=ada.sample@acme.example", "--max-credits", "1").exit_code == 0
    assert "history" not in cli("doctor").stdout
    (file,) = state.rglob("state.sqlite")
    for path in file.parent.glob("state.sqlite*"):
        path.unlink()
    file.touch()
    (note,) = file.parent.glob("audit-*.head")
    for _ in range(2):
        result = cli("doctor")
        text = " ".join(result.stdout.split())
        assert result.exit_code == 1
        assert "✗ history" in text and "opt-outs of that time are gone" in text
        assert "opt-outs import FILE" in text and note.name in text.replace(" ", "")
        assert "✓ state" in text and "not tried" not in text
        assert cli("search", "contacts", "-f", "lastName=Sample").exit_code == 0
    assert sum("opt-outs are gone" in record.getMessage() for record in caplog.records) == 1
    note.unlink()
    assert cli("doctor").exit_code == 0


def test_bad_and_unknown_settings(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_USER_NAME", "a@acme.example")
    result = cli("doctor")
    assert result.exit_code == 0
    assert "! settings" in result.stdout
    assert "ZOOMINFO_USERNAME" in result.stdout
    assert result.stderr == ""
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


# --- passages --------------------------------------------------------------------------------------------------


def test_every_passage_that_is_named_exists_and_every_kind_is_one_of_ours() -> None:
    base = knowledge.KnowledgeBase.load()
    constants = {value for value in vars(command).values() if isinstance(value, str) and re.match(r"[\w-]+#", value)}
    named = constants | {passage for passages in PASSAGES.values() for passage in passages}
    assert len(named) > 15
    assert sorted(named - set(base.ids)) == []
    assert set(PASSAGES) <= set(TEXTS)


@pytest.mark.parametrize(
    ("variables", "title", "passage"),
    [
        ({"CLIENT_SECRET": "wrong-secret"}, "credentials", f"{TROUBLE}#credentials-are-incomplete"),
        ({"API": "gtm"}, "credentials", f"{TROUBLE}#credentials-are-incomplete"),
        (
            {"USERNAME": "a@acme.example", "CLIENT_ID": "some-client", "PRIVATE_KEY": "-----BEGIN PRIVATE KEY-----"},
            "private key",
            f"{TROUBLE}#the-private-key-cannot-be-read",
        ),
        ({"STATE_URL": "mysql://nowhere"}, "state", f"{TROUBLE}#the-state-file-cannot-be-used"),
        ({"STATE_URL": "sqlite:////dev/null/state.sqlite"}, "state", f"{TROUBLE}#the-state-file-cannot-be-used"),
        (
            {"CLIENT_ID": "some-client", "CLIENT_SECRET": "wrong-secret", "BASE_URL": "http://127.0.0.1:9"},
            "network",
            f"{TROUBLE}#the-service-cannot-be-reached",
        ),
        ({"TIMEOUT": "soon"}, "settings", f"{TROUBLE}#error-codes-of-this-server"),
    ],
    ids=["half", "chosen", "key", "state-kind", "state-place", "network", "setting"],
)
def test_a_broken_set_up_names_its_passage(
    upstream: Upstream, variables: dict[str, str], title: str, passage: str
) -> None:
    upstream.set(**variables)
    found = upstream.doctor()
    assert found.code == 1
    assert found.says(title, "✗", "", passage), found.text
    assert "sales-zoominfo knowledge --read ID" in found.text


def test_topics_are_not_tried_while_something_is_broken(upstream: Upstream) -> None:
    upstream.set(CLIENT_SECRET="wrong-secret")
    assert upstream.doctor("Java").says("topics", "–", "not tried")


def test_a_damaged_or_missing_knowledge_file_is_named(tmp_path: Path) -> None:
    [missing] = _knowledge(tmp_path)
    assert missing.mark == "✗" and "references" in missing.text and missing.fix
    folder = tmp_path / "references"
    folder.mkdir()
    good = "---\ntitle: A\naliases: []\nsources: []\nlast_verified: 2026-11-22\n---\n\n# A\n\n## B\n\nText.\n"
    (folder / "good.md").write_text(good)
    assert [finding.mark for finding in _knowledge(tmp_path)] == ["✓"]
    (folder / "broken.md").write_text(good.replace("title: A", "title: [A"))
    (folder / "open.md").write_text("---\ntitle: A\n\n# A\n")
    found = _knowledge(tmp_path)
    assert [finding.mark for finding in found] == ["!", "!"]
    assert "references/broken.md" in found[0].text and "references/open.md" in found[1].text


# --- accounts of a served sandbox ------------------------------------------------------------------------------


@pytest.mark.parametrize("sign_in", ["gtm", "password", "key"])
def test_a_healthy_account(upstream: Upstream, sign_in: str) -> None:
    upstream.open()
    getattr(upstream, sign_in)()
    found = upstream.doctor("Java", "cloud applications")
    label = "GTM" if sign_in == "gtm" else "Enterprise"
    assert found.code == 0, found.text
    assert "All is well." in found.text
    assert found.says(f"sign-in {label}", "✓", "60 min")
    assert found.says(f"topics {label}", "✓", f"{len(DEMO.intent_topics)} intent topics")
    assert found.says(f"topic {label}", "✓", "as 'Cloud Applications'")
    assert found.says(f"fields {label}", "✓", "none refused")
    assert "See" not in found.text.replace("“See”", "")


@pytest.mark.parametrize(("sign_in", "label"), [("gtm", "GTM"), ("password", "Enterprise")])
def test_an_account_without_topics(upstream: Upstream, sign_in: str, label: str) -> None:
    upstream.open(replace(DEMO, intent_topics=()))
    getattr(upstream, sign_in)()
    found = upstream.doctor()
    assert found.code == 0
    passage = f"{TROUBLE}#intent-data-does-not-show-for-target-accounts"
    assert found.says(f"topics {label}", "!", "no intent topic", passage), found.text
    assert "1 to know about" in found.text


def test_a_topic_that_the_account_lacks(upstream: Upstream) -> None:
    upstream.open(replace(DEMO, intent_topics=("Cloud Computing", "Java")))
    upstream.gtm()
    found = upstream.doctor("Cloud Applications")
    assert found.code == 1
    passage = f"{TROUBLE}#an-intent-topic-is-not-on-the-list"
    assert found.says("topic GTM", "✗", "Nearest: Cloud Computing.", passage), found.text
    strange = upstream.doctor("x\x1b[31my" * 20)
    assert "\x1b" not in strange.text and "Nearest" not in strange.text


@pytest.mark.parametrize(("sign_in", "label"), [("gtm", "GTM"), ("key", "Enterprise")])
def test_fields_that_the_plan_lacks(upstream: Upstream, sign_in: str, label: str) -> None:
    upstream.open(disallowed_fields=frozenset({"education", "phone", "email"}))
    getattr(upstream, sign_in)()
    plan, gaps = f"{TROUBLE}#a-field-is-not-in-the-plan", f"{TROUBLE}#enrichment-returns-incomplete-data"
    found = upstream.doctor()
    text = "contact: email, phone, education; company: phone"
    assert found.says(f"fields {label}", "!", text, plan, gaps), found.text
    assert found.code == 0


def test_fields_that_nobody_calls_with(upstream: Upstream) -> None:
    upstream.open(disallowed_fields=frozenset({"competitors"}))
    upstream.password()
    passage = f"{TROUBLE}#a-field-is-not-in-the-plan"
    assert upstream.doctor().says("fields Enterprise", "!", "company: competitors", passage)


@pytest.mark.parametrize(
    ("credits", "mark", "passages"),
    [
        (0, "✗", (f"{TROUBLE}#credits-are-exhausted", "gotchas#credits")),
        (24, "!", ("gotchas#credits",)),
        (499, "!", ("gotchas#credits",)),
        (500, "", ()),
    ],
)
def test_credits_that_run_out(credits: int, mark: str, passages: tuple[str, ...]) -> None:
    found = _limit(Limit("uniqueIdLimit", "", 10_000, 10_000 - credits, credits), "GTM", 25)
    assert [(finding.mark, finding.passages) for finding in found] == ([(mark, passages)] if mark else [])
    assert _limit(Limit("uniqueIdLimit", "", 0, 5, 0), "GTM", 25) == []
    assert [finding.mark for finding in _limit(Limit("recordLimit", "", 9, 9, 0), "GTM", 25)] == ["!"]


def test_an_account_with_few_credits(upstream: Upstream) -> None:
    upstream.open(credits=10)
    upstream.gtm()
    assert upstream.doctor().says("credits GTM", "!", "10 of 10 left", "gotchas#credits")


# --- refused and expired ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grant", "secrets", "switches", "label", "passages"),
    [
        (
            "password",
            {"PASSWORD": "wrong-secret"},
            {},
            "Enterprise",
            (f"{TROUBLE}#401-after-the-api-worked-at-first", f"{TROUBLE}#credentials-are-incomplete"),
        ),
        (
            "gtm",
            {"CLIENT_SECRET": "wrong-secret"},
            {},
            "GTM",
            (f"{TROUBLE}#unauthorized_client-from-the-token-endpoint", f"{TROUBLE}#credentials-are-incomplete"),
        ),
        (
            "gtm",
            {},
            {"gtm_client_credentials": "unauthorized_client"},
            "GTM",
            (f"{TROUBLE}#unauthorized_client-from-the-token-endpoint",),
        ),
        (
            "gtm",
            {"REFRESH_TOKEN": "wrong-secret"},
            {},
            "GTM",
            (f"{TROUBLE}#the-session-dies-when-two-programs-run",),
        ),
    ],
    ids=["password", "secret", "grant-off", "refresh-token"],
)
def test_a_refused_sign_in(
    upstream: Upstream,
    grant: str,
    secrets: dict[str, str],
    switches: dict[str, Any],
    label: str,
    passages: tuple[str, ...],
) -> None:
    upstream.open(**switches)
    getattr(upstream, grant)(**secrets)
    found = upstream.doctor("Java")
    assert found.code == 1
    assert found.says(f"sign-in {label}", "✗", "refused" if secrets else "not enabled", *passages), found.text
    assert f"topics {label}" not in found.findings


def test_a_clock_that_is_wrong_costs_the_sign_in_with_a_key(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The service lives ten minutes ahead of this machine: the answer's date tells, and the assertion is too old.
    upstream.open(ahead=600)
    upstream.key()
    monkeypatch.setattr(command, "time", SimpleNamespace(time=lambda: time.time() - 600))
    found = upstream.doctor()
    clock = f"{TROUBLE}#the-clock-is-wrong"
    assert found.code == 1
    assert found.says("clock", "!", "behind the service, so the sign-in with a key is refused", clock), found.text
    assert found.says("sign-in Enterprise", "✗", "clock", f"{TROUBLE}#401-on-the-first-sign-in-with-pki", clock)


def test_a_token_that_was_revoked_is_replaced(upstream: Upstream) -> None:
    upstream.open()
    upstream.gtm()
    assert upstream.doctor().code == 0
    assert revoke_tokens(upstream.folder) == 1
    assert upstream.doctor().code == 0


def test_a_token_that_lives_short(upstream: Upstream) -> None:
    upstream.open(token_ttl=120)
    upstream.password()
    found = upstream.doctor()
    passages = (f"{TROUBLE}#401-after-the-api-worked-at-first", "gotchas#jwt-expiry")
    assert found.says("token Enterprise", "!", "Enterprise tokens live 60 minutes", *passages), found.text
    assert found.says("sign-in Enterprise", "✓", "accepted")


def test_a_token_that_is_refused_at_once(upstream: Upstream) -> None:
    upstream.open(token_ttl=-10)
    upstream.gtm()
    found = upstream.doctor()
    assert found.code == 1
    refused = (f"{TROUBLE}#401-after-the-api-worked-at-first", f"{TROUBLE}#401-with-a-token-of-the-other-api")
    assert found.says("usage GTM", "✗", "", *refused), found.text
    assert found.says("topics GTM", "✗", "", *refused)


def test_what_the_scopes_leave_out_is_no_failure(upstream: Upstream) -> None:
    upstream.open(disallowed_endpoints=frozenset({"/data/v1/lookup/intent-topics"}))
    upstream.gtm()
    found = upstream.doctor("Java")
    assert found.code == 0, found.text
    assert found.says("topics GTM", "!", "", f"{TROUBLE}#403-forbidden")


def test_whatever_is_not_well_names_a_passage(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Finding] = []
    monkeypatch.setattr(command, "_print", lambda _, finding: seen.append(finding))
    upstream.open(replace(DEMO, intent_topics=()), credits=3, token_ttl=120, disallowed_fields=frozenset({"email"}))
    upstream.gtm()
    upstream.set(USER_NAME="a@acme.example")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-any")
    upstream.doctor("Java")
    wrong = [finding for finding in seen if finding.mark != "✓"]
    assert {finding.title for finding in wrong} == {
        "settings", "token GTM", "credits GTM", "topics GTM", "topic GTM", "fields GTM",
    }  # fmt: skip
    assert all(finding.passages for finding in wrong)


def test_a_service_that_fails(upstream: Upstream) -> None:
    upstream.open(fault=lambda _, path: Fault(status=500) if path.endswith("/users/usage") else None)
    upstream.gtm()
    upstream.set(TIMEOUT="1")
    found = upstream.doctor()
    assert found.code == 1
    assert found.says("usage GTM", "✗", "", f"{TROUBLE}#500-or-504-from-zoominfo"), found.text
    assert found.says("topics GTM", "✓", "")

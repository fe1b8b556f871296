"""The configuration of each client: what is printed, what is merged, and what is refused."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sales_zoominfo.cli import config as module
from sales_zoominfo.cli.config import AGENTS, CLIENTS, file_of, render, render_agents, server_entry
from sales_zoominfo.tools.registry import TOOLS

Run = Callable[..., Any]

SECRET = "very-secret-value"
WITH_FILES = [name for name, client in CLIENTS.items() if client.scopes]
JSON_FILES = [name for name in WITH_FILES if name != "codex"]


@pytest.fixture(autouse=True)
def homes(state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable that moves a client's file, and none that would be handed on."""
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.delenv("ZOOMINFO_STATE_URL")


def read(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    return tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)


def servers(name: str, data: dict[str, Any]) -> dict[str, Any]:
    return data[CLIENTS[name].key]


def backups(path: Path) -> list[Path]:
    return list(path.parent.glob(f"{path.name}.*.bak"))


def test_without_a_client_all_are_listed_with_their_files(cli: Run, tmp_path: Path) -> None:
    result = cli("config")
    assert result.exit_code == 0
    for name in [*CLIENTS, AGENTS]:
        assert re.search(rf"^{name} ", result.stdout, re.MULTILINE)
    assert str(tmp_path / ".cursor" / "mcp.json") in result.stdout


@pytest.mark.parametrize("name", CLIENTS)
def test_what_is_printed_is_what_the_client_reads(cli: Run, name: str, tmp_path: Path) -> None:
    result = cli("config", name)
    assert result.exit_code == 0, result.output
    data = tomllib.loads(result.stdout) if name == "codex" else json.loads(result.stdout)
    server = servers(name, data)["sales-zoominfo"]
    assert server["args"][-1] == "serve"
    assert Path(server["command"]).is_absolute()
    assert Path(server["command"]).is_file()
    assert list(tmp_path.glob(".*/**/*")) == []


def test_the_command_is_the_one_that_runs(process: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    server = servers("json", json.loads(process("config", "json").stdout))["sales-zoominfo"]
    assert Path(server["command"]).parent == Path(sys.executable).parent
    # Without the console script, this Python with the module.
    monkeypatch.setattr(sys, "argv", ["-c"])
    monkeypatch.setattr(sys, "executable", "/opt/no/python")
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    assert server_entry(CLIENTS["json"], [], [])["args"] == ["-m", "sales_zoominfo", "serve"]


@pytest.mark.parametrize("name", WITH_FILES)
@pytest.mark.parametrize("scope", ["user", "project"])
def test_write_makes_the_file_and_does_it_once(cli: Run, name: str, scope: str, tmp_path: Path) -> None:
    if scope not in CLIENTS[name].scopes:
        result = cli("config", name, "--scope", scope, "--write")
        assert result.exit_code == 2
        assert "--scope cannot be 'project'" in result.stderr
        assert "user" in result.stderr
        return
    result = cli("config", name, "--scope", scope, "--write")
    assert result.exit_code == 0, result.output
    file = file_of(name, scope)  # type: ignore[arg-type]
    assert file.is_relative_to(tmp_path)
    assert str(file) in result.stderr.replace("\n", "")
    text = file.read_text(encoding="utf-8")
    assert text == cli("config", name, "--scope", scope).stdout
    again = cli("config", name, "--scope", scope, "--write")
    assert again.exit_code == 0
    assert "nothing changed" in again.stderr
    assert file.read_text(encoding="utf-8") == text
    assert not backups(file)


@pytest.mark.parametrize("name", JSON_FILES)
def test_what_is_there_stays(cli: Run, name: str) -> None:
    file, key = file_of(name, "user"), CLIENTS[name].key
    file.parent.mkdir(parents=True, exist_ok=True)
    other = {"command": "other", "env": {"TOKEN": "täglich 每天"}}
    mine = {"command": "old", "args": ["x"], "disabled": True, "env": {"ZOOMINFO_ACCOUNT": "sales"}}
    old = {"first": [1, 2.5, None], key: {"other": other, "sales-zoominfo": mine}, "last": {"a": True}}
    file.write_text(json.dumps(old, ensure_ascii=False), encoding="utf-8")
    file.chmod(0o600)
    assert cli("config", name, "--write", "--read-only").exit_code == 0
    new = read(file)
    assert list(new) == list(old)
    assert (new["first"], new["last"], servers(name, new)["other"]) == (old["first"], old["last"], other)
    server = servers(name, new)["sales-zoominfo"]
    assert server["args"][-2:] == ["serve", "--read-only"]
    assert server["disabled"] is True
    assert server["env"] == {"ZOOMINFO_ACCOUNT": "sales"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (copy,) = backups(file)
    assert read(copy) == old
    assert not [path for path in file.parent.iterdir() if path.name.startswith(f".{file.name}.")]


def test_comments_and_layout_of_toml_stay(cli: Run) -> None:
    file = file_of("codex", "user")
    file.parent.mkdir(parents=True)
    old = '# mine\nmodel = "x"   # keep\n\n[mcp_servers.other]\ncommand = "o"\n\n[profiles.a]\nmodel = "y"\n'
    file.write_text(old, encoding="utf-8")
    assert cli("config", "codex", "--write").exit_code == 0
    text = file.read_text(encoding="utf-8")
    for line in filter(None, old.splitlines()):
        assert line in text.splitlines()
    data = read(file)
    assert set(data["mcp_servers"]) == {"other", "sales-zoominfo"}
    assert data["profiles"] == {"a": {"model": "y"}}
    assert "nothing changed" in cli("config", "codex", "--write").stderr
    assert file.read_text(encoding="utf-8") == text


def test_names_of_codex_are_added_to_those_there(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    file = file_of("codex", "project")
    file.parent.mkdir()
    file.write_text('[mcp_servers.sales-zoominfo]\ncommand = "x"\nenv_vars = ["LANG"]\n', encoding="utf-8")
    monkeypatch.setenv("ZOOMINFO_CLIENT_ID", "some-id")
    for _ in range(2):
        assert cli("config", "codex", "--scope", "project", "--write", "--env", "ZOOMINFO_API").exit_code == 0
        assert read(file)["mcp_servers"]["sales-zoominfo"]["env_vars"] == ["LANG", "ZOOMINFO_API", "ZOOMINFO_CLIENT_ID"]


def test_toml_that_cannot_take_a_table_is_left_alone(cli: Run) -> None:
    file = file_of("codex", "user")
    file.parent.mkdir()
    # A new table before the second line would take it in.
    old = 'mcp_servers.other.command = "o"\nmodel = "x"\n'
    file.write_text(old, encoding="utf-8")
    result = cli("config", "codex", "--write")
    assert result.exit_code == 2
    assert "[table]" in result.stderr
    assert file.read_text(encoding="utf-8") == old
    assert not backups(file)


@pytest.mark.parametrize("name", ["cursor", "codex"])
def test_a_server_that_was_called_is_started_from_now_on(cli: Run, name: str) -> None:
    file, key = file_of(name, "user"), CLIENTS[name].key
    file.parent.mkdir()
    called = {
        "cursor": {"type": "http", "url": "http://127.0.0.1:8000/mcp", "headers": {"A": "b"}, "disabled": False},
        "codex": {"url": "http://127.0.0.1:8000/mcp", "bearer_token_env_var": "T", "disabled": False},
    }[name]
    text = json.dumps({key: {"sales-zoominfo": called}})
    if name == "codex":
        lines = [f"{field} = {json.dumps(value)}" for field, value in called.items()]
        text = "\n".join([f"[{key}.sales-zoominfo]", *lines])
    file.write_text(text, encoding="utf-8")
    assert cli("config", name, "--write").exit_code == 0
    assert set(servers(name, read(file))["sales-zoominfo"]) == {"disabled", "command", "args"}


def test_two_changes_in_one_second_keep_both_copies(cli: Run) -> None:
    file = file_of("cursor", "user")
    file.parent.mkdir()
    file.write_text("{}", encoding="utf-8")
    for flag in ("--read-only", "--free-only"):
        assert cli("config", "cursor", "--write", flag).exit_code == 0
    assert sorted(copy.read_text(encoding="utf-8") == "{}" for copy in backups(file)) == [False, True]


def test_no_other_user_can_read_a_private_file_while_it_changes(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    file = file_of("cursor", "user")
    file.parent.mkdir()
    file.write_text("{}", encoding="utf-8")
    file.chmod(0o600)
    modes: list[int] = []

    def look(fd: int) -> None:
        modes.extend(stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir())

    monkeypatch.setattr(os, "fsync", look)
    assert cli("config", "cursor", "--write").exit_code == 0
    assert modes == [0o600] * 3


# --- variables and secrets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in CLIENTS if name != "claude-desktop"])
def test_no_secret_is_printed_or_written(cli: Run, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = [variable for variable in module._SETTING_OF if module._is_secret(variable)]
    assert len(secret) >= 4
    for variable in secret:
        monkeypatch.setenv(variable, SECRET)
    asked = [part for variable in secret for part in ("--env", variable)]
    result = cli("config", name, *asked)
    assert result.exit_code == 0, result.output
    assert "ZOOMINFO_CLIENT_SECRET" in result.stdout
    cli("config", name, *asked, "--write")
    written = [path for path in tmp_path.rglob("*") if path.is_file() and "sandbox" not in path.parts]
    assert SECRET not in result.output
    assert not [path for path in written if SECRET.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("claude-code", "${ZOOMINFO_CLIENT_SECRET:-}"),
        ("cursor", "${env:ZOOMINFO_CLIENT_SECRET}"),
        ("windsurf", "${env:ZOOMINFO_CLIENT_SECRET}"),
        ("gemini", "${ZOOMINFO_CLIENT_SECRET}"),
        ("vscode", "${input:zoominfo-client-secret}"),
    ],
)
def test_each_client_refers_to_variables_in_its_own_way(cli: Run, name: str, reference: str) -> None:
    data = json.loads(cli("config", name, "--env", "ZOOMINFO_CLIENT_SECRET").stdout)
    assert servers(name, data)["sales-zoominfo"]["env"] == {"ZOOMINFO_CLIENT_SECRET": reference}


def test_what_is_set_is_handed_on_unless_the_client_does_so_itself(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_USERNAME", "a@acme.example")
    monkeypatch.setenv("ZOOMINFO_HTTP_TOKEN", SECRET)
    codex = tomllib.loads(cli("config", "codex").stdout)
    assert codex["mcp_servers"]["sales-zoominfo"]["env_vars"] == ["ZOOMINFO_USERNAME"]
    assert "ZOOMINFO_USERNAME" not in cli("config", "claude-code").stdout
    monkeypatch.setenv("ZOOMINFO_USERNAME", "")
    result = cli("config", "codex")
    assert "env_vars" not in result.stdout
    assert "fictional data" in result.stderr


def test_vscode_asks_and_hides_secrets(cli: Run) -> None:
    file = file_of("vscode", "project")
    file.parent.mkdir()
    mine = {"type": "promptString", "id": "mine", "description": "x"}
    stale = {"type": "promptString", "id": "zoominfo-client-id", "description": "old"}
    file.write_text(json.dumps({"inputs": [mine, stale, "odd"], "servers": {}}), encoding="utf-8")
    asked = ("--env", "ZOOMINFO_CLIENT_ID", "--env", "ZOOMINFO_CLIENT_SECRET")
    for _ in range(2):
        assert cli("config", "vscode", "--scope", "project", "--write", *asked).exit_code == 0
        inputs = read(file)["inputs"]
        assert inputs[:2] == [mine, "odd"]
        assert [(one["id"], one["password"]) for one in inputs[2:]] == [
            ("zoominfo-client-id", False),
            ("zoominfo-client-secret", True),
        ]


def test_claude_desktop_gets_values_but_no_secret(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_CLIENT_ID", "some-id")
    monkeypatch.setenv("ZOOMINFO_CLIENT_SECRET_FILE", "/run/secrets/zoominfo")
    data = json.loads(cli("config", "claude-desktop").stdout)
    assert servers("claude-desktop", data)["sales-zoominfo"]["env"] == {
        "ZOOMINFO_CLIENT_ID": "some-id",
        "ZOOMINFO_CLIENT_SECRET_FILE": "/run/secrets/zoominfo",
    }
    monkeypatch.setenv("ZOOMINFO_CLIENT_SECRET_FILE", "zoominfo")  # it starts servers in another folder
    data = json.loads(cli("config", "claude-desktop").stdout)
    env = servers("claude-desktop", data)["sales-zoominfo"]["env"]
    assert env["ZOOMINFO_CLIENT_SECRET_FILE"] == str(Path.cwd() / "zoominfo")
    monkeypatch.setenv("ZOOMINFO_CLIENT_SECRET", SECRET)
    refused = cli("config", "claude-desktop", "--write")
    assert refused.exit_code == 2
    assert "ZOOMINFO_CLIENT_SECRET_FILE" in refused.stderr.replace("\n", " ")
    assert SECRET not in refused.output
    assert not file_of("claude-desktop", "user").exists()


def test_claude_desktop_gets_no_address_with_a_password(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_STATE_URL", f"sqlite://user:{SECRET}@host/x")
    refused = cli("config", "claude-desktop")
    assert refused.exit_code == 2
    assert SECRET not in refused.output
    unset = cli("config", "claude-desktop", "--env", "ZOOMINFO_API")
    assert unset.exit_code == 2
    assert "ZOOMINFO_API is not set" in unset.stderr.replace("\n", " ")


# --- bad input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("config", "curser"), "did you mean 'cursor'"),
        (("config", "cursor", "--env", "ZOOMINFO_CLIENT_SECRT"), "did you mean 'ZOOMINFO_CLIENT_SECRET'"),
        (("config", "cursor", "--env", "PATH"), "ZOOMINFO_CLIENT_ID"),
        (("config", "cursor", "--toolsets", "serch"), "search"),
        (("config", "json", "--write"), "Paste"),
        (("config", "agents-md", "--read-only"), "--read-only"),
        (("config", "agents-md", "--env", "ZOOMINFO_API"), "--env"),
        (("config", "agents-md", "--scope", "user"), "project"),
        (("config", "cursor", "--scope", "machine"), "project"),
    ],
)
def test_wrong_usage_is_told_and_writes_nothing(
    cli: Run, arguments: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    result = cli(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr.replace("\n", " ")
    assert {path.name for path in tmp_path.iterdir()} <= {"state"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"mcpServers": {', "line 1"),
        (b'{\n  // a comment\n  "mcpServers": {}\n}', "line 2"),
        (b'{"mcpServers": {}, "mcpServers": {"a": {}}}', "'mcpServers' twice"),
        (b"[]", "top level"),
        (b'{"mcpServers": []}', "mcpServers is not an object"),
        (b'{"mcpServers": {"sales-zoominfo": "x"}}', "mcpServers.sales-zoominfo is not an object"),
        (b"\xff\xfe{}", "UTF-8"),
        (b'{"a": "\\ud800"}', "UTF-8"),
        (b"[" * 100_000, "cannot be used"),
    ],
)
def test_a_broken_file_is_named_and_left_alone(cli: Run, content: bytes, told: str) -> None:
    file = file_of("cursor", "user")
    file.parent.mkdir()
    file.write_bytes(content)
    result = cli("config", "cursor", "--write")
    assert result.exit_code == 2, result.output
    said = result.stderr.replace("\n", "")
    assert str(file) in said
    assert told in said
    assert "Nothing was changed" in said
    assert file.read_bytes() == content
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("content", ["[mcp_servers", 'mcp_servers = "x"', "a = 1\na = 2\n", "[a]\n[a]\n"])
def test_a_broken_toml_file_is_left_alone(cli: Run, content: str) -> None:
    file = file_of("codex", "user")
    file.parent.mkdir()
    file.write_text(content, encoding="utf-8")
    result = cli("config", "codex", "--write")
    assert result.exit_code == 2, result.output
    assert str(file) in result.stderr.replace("\n", "")
    assert file.read_text(encoding="utf-8") == content


def test_a_file_that_cannot_be_written(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    file = file_of("cursor", "user")
    file.parent.mkdir()
    file.write_text("{}", encoding="utf-8")

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = cli("config", "cursor", "--write")
    assert result.exit_code == 2
    assert "no space left" in result.stderr
    assert file.read_text(encoding="utf-8") == "{}"
    assert not [path for path in file.parent.iterdir() if path.name.startswith(".mcp")]


def test_a_folder_in_place_of_the_file(cli: Run) -> None:
    file_of("cursor", "user").mkdir(parents=True)
    result = cli("config", "cursor", "--write")
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr


def test_a_link_stays_a_link(cli: Run, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "mcp.json"
    real.parent.mkdir()
    real.write_text("\ufeff{}", encoding="utf-8")
    file = file_of("cursor", "user")
    file.parent.mkdir()
    file.symlink_to(real)
    assert cli("config", "cursor", "--write").exit_code == 0
    assert file.is_symlink()
    assert "sales-zoominfo" in read(real)["mcpServers"]


def test_variables_that_move_the_files(cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "c"))
    monkeypatch.setenv("CODEX_HOME", str(tmp_path / "x"))
    assert file_of("claude-code", "user") == tmp_path / "c" / ".claude.json"
    assert file_of("codex", "user") == tmp_path / "x" / "config.toml"


@pytest.mark.parametrize(
    ("platform", "folder"), [("darwin", "Library/Application Support"), ("linux", ".config"), ("freebsd14", ".config")]
)
def test_each_system_has_its_folder_of_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, folder: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", platform)
    assert file_of("claude-desktop", "user") == tmp_path / folder / "Claude" / "claude_desktop_config.json"
    assert file_of("vscode", "user") == tmp_path / folder / "Code" / "User" / "mcp.json"


# --- AGENTS.md -----------------------------------------------------------------------------------------------------


def test_the_text_for_agents_is_put_once_and_renewed_in_place(cli: Run, tmp_path: Path) -> None:
    file = tmp_path / "AGENTS.md"
    file.write_text("# House rules\n\nBe kind.\n", encoding="utf-8")
    assert cli("config", "agents-md", "--write").exit_code == 0
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# House rules\n\nBe kind.\n\n<!--")
    file.write_text(text.replace("Respect", "Ignore") + "\nThe end.\n", encoding="utf-8")
    assert cli("config", "agents-md", "--write").exit_code == 0
    assert file.read_text(encoding="utf-8") == text + "\nThe end.\n"
    assert "nothing changed" in cli("config", "agents-md", "--write").stderr


def test_half_of_the_marks_is_refused(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").write_text(module._START, encoding="utf-8")
    result = cli("config", "agents-md", "--write")
    assert result.exit_code == 2
    assert "not a pair" in result.stderr.replace("\n", " ")


def test_the_text_for_agents_is_short_and_names_real_tools() -> None:
    lines = module.AGENTS_TEXT.splitlines()
    assert len(lines) <= 14
    named = set(re.findall(r"`((?:search|read|lookup|estimate|enrich|get)\w*)`", module.AGENTS_TEXT))
    assert named
    assert named <= set(TOOLS)


# --- any content ---------------------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(data=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), VALUES, max_size=4))
def test_any_settings_keep_all_that_is_not_ours(data: dict[str, Any]) -> None:
    client = CLIENTS["cursor"]
    data.pop(client.key, None)
    entry = {"command": "/bin/x", "args": ["serve"]}
    new = json.loads(render(client, json.dumps(data), entry, []))
    assert new.pop(client.key) == {"sales-zoominfo": entry}
    assert new == data


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_guide_keeps_its_text(text: str) -> None:
    once = render_agents(text)
    assert text.rstrip() in once
    assert render_agents(once) == once

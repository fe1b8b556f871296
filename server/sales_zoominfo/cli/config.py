"""``sales-zoominfo config``: what an MCP client needs to start the server, printed or merged into its file.

No secret is ever written: a client that can name environment variables gets their names, one that can ask gets
prompts, and one that can do neither is refused secrets.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast, get_args

from pydantic import SecretStr

from ..errors import SalesZoomInfoError, fail, near
from ..settings import Settings, env_name
from .run import err

Scope = Literal["user", "project"]
NAME = "sales-zoominfo"
_SETTING_OF = {env_name(name): name for name in Settings.model_fields}
# Keys of a server that is called over HTTP, in the words of all clients.
_REMOTE = ("url", "httpUrl", "serverUrl", "headers", "http_headers", "env_http_headers", "bearer_token_env_var")
_START, _END = f"<!-- {NAME}: start -->", f"<!-- {NAME}: end -->"


@dataclass(frozen=True)
class Client:
    """One MCP client.

    Attributes:
        title: for people.
        user: its file for all projects; ``~`` is the home folder, ``{config}`` the system's folder of settings.
        project: its file inside a project.
        key: what holds the servers in it.
        style: how its file refers to a variable: a pattern with ``{name}``, ``forward`` for a list of names, ``ask``
            for prompts, or None when it can do nothing of the kind.
        inherits: whether its servers see the client's own environment, so that nothing need be named.
        shortcut: a command of the client that does the same, with ``{command}``.
        extra: further keys of a server.
    """

    title: str
    user: str | None = None
    project: str | None = None
    key: str = "mcpServers"
    style: str | None = "${{{name}}}"
    inherits: bool = False
    shortcut: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """Where it can be configured."""
        return tuple(scope for scope in get_args(Scope) if getattr(self, scope))


CLIENTS: dict[str, Client] = {
    "claude-code": Client(
        "Claude Code",
        "~/.claude.json",
        ".mcp.json",
        style="${{{name}:-}}",
        inherits=True,
        shortcut=f"claude mcp add {NAME} -- {{command}}",
        extra=(("type", "stdio"),),
    ),
    "claude-desktop": Client("Claude Desktop", "{config}/Claude/claude_desktop_config.json", style=None),
    "codex": Client(
        "Codex",
        "~/.codex/config.toml",
        ".codex/config.toml",
        key="mcp_servers",
        style="forward",
        shortcut=f"codex mcp add {NAME} -- {{command}}",
    ),
    "cursor": Client("Cursor", "~/.cursor/mcp.json", ".cursor/mcp.json", style="${{env:{name}}}"),
    "vscode": Client(
        "VS Code",
        "{config}/Code/User/mcp.json",
        ".vscode/mcp.json",
        key="servers",
        style="ask",
        extra=(("type", "stdio"),),
    ),
    "windsurf": Client("Windsurf", "~/.codeium/windsurf/mcp_config.json", style="${{env:{name}}}"),
    "gemini": Client("Gemini CLI", "~/.gemini/settings.json", ".gemini/settings.json"),
    "json": Client("Any other client", inherits=True),
}
AGENTS = "agents-md"
AGENTS_FILE = "AGENTS.md"

AGENTS_TEXT = f"""{_START}
## ZoomInfo

Use the `{NAME}` skill and MCP server for everything about ZoomInfo.

- Facts: `search_knowledge` before answering, and cite its `source` and `lastVerified`. Nothing found means: say so.
- Finding people and companies is free: `lookup` for legal values, then `search_companies` and `search_contacts`.
- Enriching costs credits: `estimate_credits`, tell the number, wait for a yes, then enrich with `maxCredits`.
- Say so when `meta.sandbox` is true: the records are fictional and belong in no CRM.
- Respect opt-outs and do-not-call flags.
{_END}
"""


def server_command() -> list[str]:
    """How to start this program from anywhere: the console script's whole path, else this Python with the module.

    An assistant starts servers from a folder and with a PATH of its own, so a bare name would not do.
    """
    started = Path(sys.argv[0])
    beside = Path(sys.executable).with_name(NAME + (".exe" if os.name == "nt" else ""))
    if started.stem == NAME and started.is_file():
        return [str(started.absolute())]
    if beside.is_file():
        return [str(beside)]
    on_path = shutil.which(NAME)
    return [on_path] if on_path else [sys.executable, "-m", "sales_zoominfo"]


# --- what goes into the file -------------------------------------------------------------------------------------


def _is_secret(name: str) -> bool:
    kinds = get_args(Settings.model_fields[_SETTING_OF[name]].annotation)
    # An address may carry a password.
    return SecretStr in kinds or "@" in os.environ.get(name, "").partition("://")[2]


def variables(asked: Iterable[str], client: Client) -> list[str]:
    """The variables that a server is given: those asked for, and those set now unless it sees them anyway.

    Raises:
        InvalidArgument: a name that is not a setting.
    """
    chosen = list(dict.fromkeys(asked))
    for name in chosen:
        if name not in _SETTING_OF:
            hint = near(name, list(_SETTING_OF))
            raise fail("not_a_choice", name="--env", value=name[:60], hint=hint, legal=", ".join(_SETTING_OF))
    if not client.inherits:
        # Those of HTTP are for a server that clients do not start.
        started = [name for name in _SETTING_OF if not name.startswith("ZOOMINFO_HTTP_")]
        chosen += [name for name in started if os.environ.get(name) and name not in chosen]
    return chosen


def _plain_value(name: str, client: Client) -> str:
    value = os.environ.get(name, "")
    file = f"{name}_FILE"
    if _is_secret(name):
        reason = f"{client.title} can only store the value of {name}, and secrets are not written to its file"
        how = (
            f"Put the secret into a file that only you can read, unset {name} and set {file} to its path."
            if file in _SETTING_OF
            else f"Unset {name} and run it again."
        )
        raise fail("option_invalid", name="--env", reason=reason, how=how)
    if not value:
        reason = f"{name} is not set, and {client.title} needs its value"
        raise fail("option_invalid", name="--env", reason=reason, how=f"Set {name}, then run it again.")
    # The client starts the server in a folder of its own.
    return str(Path(value).absolute()) if name.endswith("_FILE") else value


def _input_id(name: str) -> str:
    return name.lower().replace("_", "-")


def server_entry(client: Client, flags: list[str], names: list[str]) -> dict[str, Any]:
    """The server as a client's file describes it.

    Args:
        client: whose file.
        flags: of ``serve``.
        names: variables that the server is given.

    Raises:
        InvalidArgument: the client cannot be given one of them without writing a secret.
    """
    command, *arguments = server_command()
    entry: dict[str, Any] = {**dict(client.extra), "command": command, "args": [*arguments, "serve", *flags]}
    if not names:
        return entry
    match client.style:
        case "forward":
            entry["env_vars"] = names
        case "ask":
            entry["env"] = {name: f"${{input:{_input_id(name)}}}" for name in names}
        case None:
            entry["env"] = {name: _plain_value(name, client) for name in names}
        case pattern:
            entry["env"] = {name: pattern.format(name=name) for name in names}
    return entry


def prompts(names: list[str]) -> list[dict[str, Any]]:
    """What VS Code asks for; it keeps the answers in its own store."""
    return [
        {
            "type": "promptString",
            "id": _input_id(name),
            "description": f"{name}: {Settings.model_fields[_SETTING_OF[name]].description}",
            "password": _is_secret(name),
        }
        for name in names
    ]


def _has_id(prompt: object, ids: set[str]) -> bool:
    return isinstance(prompt, dict) and cast("dict[str, object]", prompt).get("id") in ids


def _update(table: Any, entry: dict[str, Any]) -> None:
    """Put a server's keys into what is there, keeping keys and variables of the user's own."""
    if any(key in table for key in _REMOTE):
        # A server is started or called: clients refuse one that is both, some with their whole file.
        for key in (*_REMOTE, "type"):
            table.pop(key, None)
    for key, value in entry.items():
        if key == "env" and isinstance(table.get(key), Mapping):
            table[key].update(value)
        elif key == "env_vars" and isinstance(table.get(key), list):
            table[key].extend(name for name in value if name not in table[key])
        else:
            table[key] = value


def merge(client: Client, data: Any, entry: dict[str, Any], inputs: list[dict[str, Any]]) -> None:
    """Put the server into a client's settings, in place.

    Args:
        client: whose settings.
        data: the settings, a mapping.
        entry: see :func:`server_entry`.
        inputs: see :func:`prompts`.

    Raises:
        TypeError: a key of theirs holds something else than it should.
    """
    table: Any = data.setdefault(client.key, {})
    if not isinstance(table, Mapping):
        raise TypeError(f"{client.key} is not an object")
    server: Any = cast("Any", table).setdefault(NAME, {})
    if not isinstance(server, Mapping):
        raise TypeError(f"{client.key}.{NAME} is not an object")
    _update(server, entry)
    if inputs:
        kept: Any = data.setdefault("inputs", [])
        if not isinstance(kept, list):
            raise TypeError("inputs is not a list")
        ids = {str(one["id"]) for one in inputs}
        others = [one for one in cast("list[object]", kept) if not _has_id(one, ids)]
        data["inputs"] = [*others, *inputs]


def _dump_json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of a repeated key only the last value would be left.
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"it has the key '{next(name for name in names if names.count(name) > 1)}' twice")
    return data


def _render_toml(client: Client, text: str, entry: dict[str, Any]) -> str:
    # This library, since it keeps the comments and the layout of a file that people write by hand.
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        before = tomlkit.parse(text).unwrap()
        if client.key not in document:
            document[client.key] = tomlkit.table(is_super_table=True)
        merge(client, document, entry, [])
        wanted = document.unwrap()
        new = text if wanted == before else tomlkit.dumps(document)
        # Behind dotted keys it writes the new table before keys that do not belong to it.
        if tomlkit.parse(new).unwrap() != wanted:
            raise ValueError(f"nothing can be added to {client.key} as it is written there; give it a [table] header")
        return new
    except TOMLKitError as error:
        raise ValueError(f"not TOML: {error}") from None


def render(client: Client, text: str, entry: dict[str, Any], inputs: list[dict[str, Any]]) -> str:
    """A client's file with the server in it.

    Args:
        client: whose file.
        text: what it holds now; may be empty.
        entry: see :func:`server_entry`.
        inputs: see :func:`prompts`.

    Returns:
        The new text; the old one when nothing would change.

    Raises:
        ValueError: the text is not what the client reads; says where.
        TypeError: as :func:`merge`.
    """
    if client.style == "forward":
        return _render_toml(client, text, entry)
    data: Any = json.loads(text, object_pairs_hook=_once) if text.strip() else {}
    if not isinstance(data, dict):
        raise TypeError("the top level is not an object")
    before = json.dumps(data)
    merge(client, data, entry, inputs)
    return text if json.dumps(data) == before else _dump_json(data)


def render_agents(old: str) -> str:
    """A guide for agents with our section in it, at its old place or at the end.

    Raises:
        ValueError: only one of the section's two marks is there.
    """
    if (_START in old) != (_END in old) or old.find(_END) < old.find(_START):
        raise ValueError(f"the marks {_START} and {_END} are not a pair")
    if _START not in old:
        return f"{old.rstrip()}\n\n{AGENTS_TEXT}" if old.strip() else AGENTS_TEXT
    head, _, rest = old.partition(_START)
    return f"{head}{AGENTS_TEXT.rstrip()}{rest.partition(_END)[2]}"


# --- where it goes -----------------------------------------------------------------------------------------------


def _settings_folder(home: Path) -> Path:
    if sys.platform == "darwin":
        return home / "Library" / "Application Support"
    if os.name == "nt":
        return Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming")
    return Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")


def file_of(name: str, scope: Scope) -> Path:
    """A client's file.

    Args:
        name: a key of :data:`CLIENTS`, or ``agents-md``.
        scope: for all projects, or for the one in this folder.

    Raises:
        InvalidArgument: the client has no such file.
    """
    client = CLIENTS.get(name)
    pattern = AGENTS_FILE if client is None else client.user if scope == "user" else client.project
    if pattern is None:
        if client is None or not client.scopes:
            reason = "no file is known for a client of another kind"
            raise fail("option_invalid", name="--write", reason=reason, how="Paste the text into its settings.")
        raise fail("not_a_choice", name="--scope", value=scope, hint="", legal=", ".join(client.scopes))
    home = Path.home()
    moved = {
        "~/.claude.json": ("CLAUDE_CONFIG_DIR", ".claude.json"),
        "~/.codex/config.toml": ("CODEX_HOME", "config.toml"),
    }
    variable, file = moved.get(pattern, ("", ""))
    if folder := os.environ.get(variable):
        return Path(folder) / file
    if pattern.startswith("~/"):
        return home / pattern.removeprefix("~/")
    if pattern.startswith("{config}/"):
        return _settings_folder(home) / pattern.removeprefix("{config}/")
    return Path.cwd() / pattern


def _unusable(file: Path, reason: str, name: str) -> SalesZoomInfoError:
    how = f"Mend that file, or paste what `sales-zoominfo config {name}` prints into it. Nothing was changed."
    return fail("option_invalid", name="--write", reason=f"{file} {reason}", how=how)


def write(name: str, file: Path, render_text: Callable[[str], str]) -> Path | None:
    """Change a client's file: whole or not at all, with a copy of the old one beside it.

    Args:
        name: the client, for messages.
        file: its file; made with its folder when it is not there.
        render_text: gives the new text for the old one.

    Returns:
        The copy, or None when there was no file or nothing changed.

    Raises:
        InvalidArgument: the file cannot be read, is not what the client reads, or cannot be written.
    """
    try:
        target = file.resolve()
        raw = target.read_bytes() if target.exists() else None
        # A byte order mark, which some editors leave, is no part of the text.
        old = "" if raw is None else raw.decode("utf-8-sig")
        new = render_text(old)
        content = new.encode()
    except UnicodeError:
        raise _unusable(file, "is not UTF-8 text", name) from None
    except json.JSONDecodeError as error:
        reason = f"is not plain JSON (line {error.lineno}, column {error.colno}: {error.msg.lower()})"
        raise _unusable(file, reason, name) from None
    except (ValueError, TypeError, RuntimeError) as error:
        raise _unusable(file, f"cannot be used ({str(error).rstrip('.')})", name) from None
    except OSError as error:
        raise _unusable(file, f"cannot be read ({(error.strerror or type(error).__name__).lower()})", name) from None
    if raw is not None and new == old:
        return None
    copy = target.with_name(f"{target.name}.{datetime.now().astimezone():%Y%m%d-%H%M%S-%f}.bak")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if raw is not None:
            # Both private before they hold anything: such files often carry tokens of other programs.
            for made in (copy, draft):
                made.touch(mode=0o600, exist_ok=False)
            shutil.copy2(target, copy)
        with draft.open("xb" if raw is None else "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        if raw is not None:
            shutil.copymode(target, draft)
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        reason = f"cannot be written ({(error.strerror or type(error).__name__).lower()})"
        raise _unusable(file, reason, name) from None
    return None if raw is None else copy


# --- the command -------------------------------------------------------------------------------------------------


def _list_clients() -> None:
    rows = [(name, client.title, client.scopes) for name, client in CLIENTS.items()]
    rows.append((AGENTS, "Ten lines for AGENTS.md or CLAUDE.md", ("project",)))
    for name, title, scopes in rows:
        files = "; ".join(f"{scope}: {file_of(name, scope)}" for scope in scopes)
        sys.stdout.write(f"{name:<15} {title}{f'  ({files})' if files else ''}\n")
    err().print("→ sales-zoominfo config CLIENT prints its configuration; --write puts it into the file.")


def config(
    name: str | None,
    *,
    put: bool = False,
    scope: Scope | None = None,
    flags: Iterable[str] = (),
    env: Iterable[str] = (),
) -> None:
    """Print or write a client's configuration.

    Args:
        name: a key of :data:`CLIENTS`, ``agents-md``, or None for the list of them.
        put: merge it into the client's file.
        scope: which file; None means the user's where there is one.
        flags: of ``serve``.
        env: names of variables to hand on beside those that are set.

    Raises:
        InvalidArgument: an unknown client, scope or variable, a secret that could only be written, or a file that
            cannot be used.
    """
    legal = [*CLIENTS, AGENTS]
    if name is None:
        _list_clients()
        return
    if name not in legal:
        hint = near(name, legal)
        raise fail("not_a_choice", name="CLIENT", value=name[:60], hint=hint, legal=", ".join(legal))
    console = err()
    if name == AGENTS:
        if given := [*flags, *(["--env"] if list(env) else [])]:
            how = "Leave it out; give it with the client's name."
            raise fail("option_invalid", name=given[0], reason="a text for agents starts no server", how=how)
        if scope == "user":
            raise fail("not_a_choice", name="--scope", value=scope, hint="", legal="project")
        where, text, render_text = "project", AGENTS_TEXT, render_agents
        notes: list[str] = []
    else:
        client = CLIENTS[name]
        where = scope or (client.scopes or ("user",))[0]
        if client.scopes and where not in client.scopes:
            raise fail("not_a_choice", name="--scope", value=where, hint="", legal=", ".join(client.scopes))
        names = variables(env, client)
        entry = server_entry(client, list(flags), names)
        inputs = prompts(names) if client.style == "ask" else []

        def render_text(old: str) -> str:
            return render(client, old, entry, inputs)

        text, notes = render_text(""), _notes(client, entry, names)
    if not put:
        sys.stdout.write(text)
        sys.stdout.flush()
        if name == AGENTS or CLIENTS[name].scopes:
            console.print(f"→ It goes into {file_of(name, where)}; --write puts it there.")
    else:
        file = file_of(name, where)
        before = file.exists()
        copy = write(name, file, render_text)
        done = "Already there, nothing changed:" if before and copy is None else "Written:"
        console.print(f"{done} {file}")
        if copy:
            console.print(f"The old one: {copy}", style="dim")
    for note in notes:
        console.print(f"→ {note}")


def _notes(client: Client, entry: dict[str, Any], names: list[str]) -> list[str]:
    notes: list[str] = []
    command = shlex.join([entry["command"], *entry["args"]])
    if client.shortcut and not names:
        notes.append(f"Or: {client.shortcut.format(command=command)}")
    if client.style == "ask" and names:
        notes.append("VS Code asks for these once and keeps them in its own store.")
    elif names:
        notes.append(f"Variables handed on: {', '.join(names)}.")
    elif client.inherits:
        notes.append("The server sees the ZOOMINFO_* variables of the shell that the client was started from.")
    else:
        notes.append("No ZOOMINFO_* variable is set: it will serve fictional data. Set yours first, or add --env NAME.")
    notes.append(f"Restart {client.title} afterwards." if client.scopes else "Most clients take this shape.")
    return notes

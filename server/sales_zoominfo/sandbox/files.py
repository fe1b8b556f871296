"""The accounts file: accounts, switches and faults in YAML or JSON. Loaded only when there is one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import inf
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from .faults import FaultRule, read_rule
from .model import Purchase, SandboxAccount, SandboxApp, SandboxUser, Switches
from .plans import ACCOUNT_SWITCHES, PLANS, effective, named_account

T = TypeVar("T")

_NOT_IN_A_FILE: Final = frozenset({"fault", "faults"})
_FROM_TEXT: Final = frozenset({"contract_ends"})
_ACCOUNT: Final = frozenset(item.name for item in fields(SandboxAccount)) - {"switches"}
# A moment may lie before 1970, and a length of nothing would divide by zero.
_ANY_NUMBER: Final = frozenset({"contract_ends"})
_LENGTHS: Final = frozenset({"rate_minute_seconds", "rate_hour_seconds", "rate_day_seconds"})
_ITEMS: Final[Mapping[str, type]] = {"apps": SandboxApp, "users": SandboxUser, "purchases": Purchase}


@dataclass(frozen=True, slots=True)
class Setup:
    """What an accounts file holds.

    Args:
        accounts: The accounts; empty when the file names none.
        switches: Switches of the whole sandbox.
        faults: Faults by schedule; None leaves those in force as they are.
    """

    accounts: tuple[SandboxAccount, ...]
    switches: Switches
    faults: tuple[FaultRule, ...] | None


def checked(kind: type[T], members: Mapping[str, Any]) -> T:
    """Build a dataclass from untrusted members.

    Args:
        kind: The dataclass.
        members: Names and values.

    Returns:
        The object.

    Raises:
        ValueError: A member is unknown, missing or has an illegal value; the text names it and what is legal.
    """
    known = [item.name for item in fields(cast("Any", kind)) if item.name not in _NOT_IN_A_FILE]
    unknown = sorted(str(name) for name in members if name not in known)
    if unknown:
        raise ValueError(f"{unknown[0]}: unknown; one of {', '.join(known)}")
    try:
        return TypeAdapter(kind).validate_python(dict(members))
    except ValidationError as error:
        raise ValueError(_first(error)) from None


def _first(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in found["loc"] if part != "function-after")
    text = found["msg"]
    return f"{place}: {text[0].lower()}{text[1:]}" if place else text


def read_setup(path: Path, now: float) -> Setup:
    """Read an accounts file.

    Args:
        path: A YAML or JSON file with `accounts`, `switches` and `faults`, all optional.
        now: Seconds since the Unix epoch; delays of faults count from it.

    Returns:
        What it holds.

    Raises:
        OSError: The file cannot be read.
        ValueError: It does not say what it should; the text names the place and what is legal.
    """
    import yaml

    try:
        # JSON is YAML.
        document: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ValueError("not a text file in UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ValueError(f"{line}neither YAML nor JSON ({error.problem})") from None
    except yaml.YAMLError:
        raise ValueError("neither YAML nor JSON") from None
    top = _mapping(document, "the file", ("accounts", "switches", "faults"))
    switches = _at("switches", lambda: _switches(top.get("switches") or {}))
    accounts = tuple(
        _at(f"accounts[{place}]", lambda given=given: _account(given, switches))
        for place, given in enumerate(_list(top.get("accounts"), "accounts"))
    )
    _apart(accounts)
    faults = tuple(
        _at(f"faults[{place}]", lambda given=given: read_rule(_mapping(given, "a fault"), now))
        for place, given in enumerate(_list(top.get("faults"), "faults"))
    )
    return Setup(accounts, switches, faults)


def _at(place: str, read: Any) -> Any:
    try:
        return read()
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


def _mapping(value: Any, what: str, known: Sequence[str] | None = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} must be a mapping")
    members = {str(name): item for name, item in cast("dict[Any, Any]", value).items()}
    unknown = sorted(set(members) - set(known)) if known else []
    if unknown:
        raise ValueError(f"{unknown[0]}: unknown; one of {', '.join(known or ())}")
    return members


def _list(value: Any, what: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f"{what}: must be a list")
    return cast("list[Any]", value)


def _switches(given: Any) -> Switches:
    return _bounded(checked(Switches, _dated(_mapping(given, "switches"))))


def _dated(members: dict[str, Any]) -> dict[str, Any]:
    """Turn dates, which people write, into seconds since the Unix epoch."""
    from datetime import UTC, date, datetime

    for name in _FROM_TEXT & set(members):
        value = members[name]
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                raise ValueError(f"{name}: a date such as 2027-01-31") from None
        if isinstance(value, datetime):
            members[name] = (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        elif isinstance(value, date):
            members[name] = datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    return members


def _account(given: Any, switches: Switches) -> SandboxAccount:
    members = _mapping(given, "an account", sorted(_ACCOUNT | ACCOUNT_SWITCHES))
    name = members.pop("name", None)
    if not isinstance(name, str) or not name.strip():
        raise ValueError("name: a text")
    own = _dated({key: members.pop(key) for key in list(members) if key in ACCOUNT_SWITCHES})
    # Through Switches, so that each value has its type and a plan's set is not overridden by a list.
    typed = _bounded(checked(Switches, own))
    for key, kind in _ITEMS.items():
        if key in members:
            members[key] = tuple(
                _at(f"{key}[{place}]", lambda item=item, key=key, kind=kind: _item(kind, _mapping(item, key)))
                for place, item in enumerate(_list(members[key], key))
            )
    plan = members.get("plan", "")
    if plan and plan not in PLANS:
        raise ValueError(f"plan: one of {', '.join(PLANS)}")
    draft = named_account(name, **members)
    plain = {item.name: getattr(draft, item.name) for item in fields(SandboxAccount) if item.name != "switches"}
    account = checked(SandboxAccount, {**plain, "switches": {key: getattr(typed, key) for key in own}})
    effective(switches, account)
    return account


def _item(kind: type[Any], members: dict[str, Any]) -> Any:
    if kind is SandboxUser and "public_key_file" in members:
        members["public_key"] = Path(str(members.pop("public_key_file"))).expanduser().read_text(encoding="ascii")
    return _bounded(checked(kind, members))


def _bounded(read: T) -> T:
    """Refuse a number that no account can have: of credits, records, requests, days or seconds."""
    for item in fields(cast("Any", read)):
        value = getattr(read, item.name)
        if isinstance(value, bool) or not isinstance(value, int | float) or item.name in _ANY_NUMBER:
            continue
        if not 0 <= value < inf:
            raise ValueError(f"{item.name}: 0 or more")
        if item.name in _LENGTHS and not value:
            raise ValueError(f"{item.name}: more than 0")
    return read


def _apart(accounts: Sequence[SandboxAccount]) -> None:
    """Refuse credentials that would lead to two accounts."""
    for what, values in (
        ("name", [account.name for account in accounts]),
        ("client_id", [app.client_id for account in accounts for app in account.all_apps()]),
        ("username", [name for account in accounts for name in {user.username for user in account.all_users()}]),
        ("refresh_token", [account.refresh_token for account in accounts]),
    ):
        twice = next((value for place, value in enumerate(values) if value in values[:place]), None)
        if twice is not None:
            raise ValueError(f"accounts: {what}: {twice} stands twice; give each account its own")

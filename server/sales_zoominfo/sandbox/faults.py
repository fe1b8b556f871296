"""What can go wrong with a request, and when: one fault, rules that plan faults, and the kinds that rules name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Final, Literal, TypeAlias

Bucket: TypeAlias = Literal["", "second", "minute", "hour", "day"]
Exhausted: TypeAlias = Literal["", "credits", "per_record", "payment", "requests", "records"]
Mischarge: TypeAlias = Literal["", "double", "no_match", "again", "free"]
Kind: TypeAlias = Literal[
    "rate_limited",
    "server_error",
    "connection_reset",
    "request_lost",
    "answer_lost",
    "connection_refused",
    "slow_headers",
    "slow_body",
    "truncated_json",
    "wrong_json",
    "html",
    "revoked_tokens",
    "credits_exhausted",
    "payment_required",
    "limit_exceeded",
    "requests_exhausted",
    "records_exhausted",
    "headers_missing",
    "headers_unavailable",
    "double_charge",
    "charge_without_match",
    "charge_again",
    "no_charge",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong with one request.

    Args:
        hang: Seconds that pass before the answer.
        status: Answer with this HTTP status (500, 503, 504, 429, ...) instead of the real answer.
        truncate: Cut the JSON body in half; the work has been done by then, credits are charged.
        reset: Break the connection after part of the answer.
        after: Apply `status` and `reset` after the work has been done and charged, not before it.
        drip: Seconds over which the body is spread.
        lost: Break the connection without a byte of an answer; with `after` the work has been done.
        refuse: Accept no connection for this many seconds; in process the call fails as if it had not been accepted.
        body: Answer 200 with an HTML page, or with JSON of a wrong shape.
        bucket: With `status` 429, the window that is full.
        wait: With `status` 429, seconds until it is free again; the length of the window when 0.
        exhausted: Refuse as when the credits, requests or records of the contract are used up: the call as a whole,
            `per_record` as LIMIT_EXCEEDED in a 200, `payment` with 402.
        headers: Leave the limit headers out, or send -1 as what remains and let the request through.
        revoke: Revoke all access tokens of the account first.
        charge: Charge otherwise than documented: twice, for inputs without a match, again for a record under
            management, or not at all.
    """

    hang: float = 0.0
    status: int | None = None
    truncate: bool = False
    reset: bool = False
    after: bool = False
    drip: float = 0.0
    lost: bool = False
    refuse: float = 0.0
    body: Literal["", "html", "wrong"] = ""
    bucket: Bucket = ""
    wait: float = 0.0
    exhausted: Exhausted = ""
    headers: Literal["", "missing", "-1"] = ""
    revoke: bool = False
    charge: Mischarge = ""


NO_FAULT: Final = Fault()


@dataclass(frozen=True, slots=True)
class FaultRule:
    """When which fault happens. All conditions must hold.

    Args:
        kind: What goes wrong, a key of `KINDS`.
        method: HTTP method, `*` for any.
        route: Pattern of the path, as in a shell: `/gtm/data/*`, `*enrich*`.
        account: Name of the account, `*` for any, also for requests of nobody.
        probability: Share of the matching requests, drawn by `seed`.
        seed: The same seed draws the same requests.
        every: Only each n-th matching request.
        since, until: Seconds since the Unix epoch on the sandbox's clock; None for no bound.
        times: How often it happens at most; 0 for without end, 1 for once.
        seconds: Duration where the kind has one: of slowness, of refused connections, of a full window.
        status: HTTP status of `server_error` and `html`.
        bucket: Window of `rate_limited`.
        after: `server_error` and `connection_reset` after the work has been done and charged.
    """

    kind: Kind
    method: str = "*"
    route: str = "*"
    account: str = "*"
    probability: float = 1.0
    seed: int = 0
    every: int = 1
    since: float | None = None
    until: float | None = None
    times: int = 0
    seconds: float = 0.0
    status: int = 0
    bucket: Bucket = ""
    after: bool = False

    def concerns(self, method: str, path: str, account: str, now: float) -> bool:
        """Say whether a request at a moment is one that the rule counts."""
        api = KINDS[self.kind].api
        return (
            (not api or (api == "gtm") == path.startswith("/gtm/"))
            and self.method in {"*", method}
            and (self.account in {"*", account})
            and (self.since is None or now >= self.since)
            and (self.until is None or now < self.until)
            and fnmatchcase(path, self.route)
        )

    def fires(self, seen: int, fired: int) -> bool:
        """Say whether the fault happens.

        Args:
            seen: The how-many-th matching request this is, from 1.
            fired: How often the fault has happened.
        """
        if (self.times and fired >= self.times) or seen % self.every:
            return False
        if self.probability >= 1:
            return True
        from random import Random

        return Random(f"{self.seed}:{self.kind}:{seen}").random() < self.probability  # noqa: S311

    def fault(self) -> Fault:
        """Return the fault that the rule plans."""
        return KINDS[self.kind].make(self)


@dataclass(frozen=True, slots=True)
class KindOfFault:
    """A kind of fault.

    Args:
        text: What happens, for people.
        make: Builds the fault of a rule.
        takes: Members of a rule that the kind looks at.
        api: The one API that has such an answer; empty for both. Requests of the other are not counted.
    """

    text: str
    make: Callable[[FaultRule], Fault]
    takes: tuple[str, ...] = ()
    api: Literal["", "gtm", "enterprise"] = ""


def _always(fault: Fault) -> Callable[[FaultRule], Fault]:
    return lambda _rule: fault


KINDS: Final[Mapping[str, KindOfFault]] = {
    "rate_limited": KindOfFault(
        "429 with the window that is full",
        lambda rule: Fault(status=429, bucket=rule.bucket or "second", wait=rule.seconds),
        ("bucket", "seconds"),
    ),
    "server_error": KindOfFault(
        "500, 502, 503 or 504; before or after the work",
        lambda rule: Fault(status=rule.status or 500, after=rule.after),
        ("status", "after"),
    ),
    "connection_reset": KindOfFault(
        "the connection breaks within the answer; before or after the work",
        lambda rule: Fault(reset=True, after=rule.after),
        ("after",),
    ),
    "request_lost": KindOfFault("the connection breaks before the work is done", _always(Fault(lost=True))),
    "answer_lost": KindOfFault(
        "the work is done and charged, the answer never comes", _always(Fault(lost=True, after=True))
    ),
    "connection_refused": KindOfFault(
        "nothing listens for some seconds", lambda rule: Fault(refuse=rule.seconds or 5.0), ("seconds",)
    ),
    "slow_headers": KindOfFault(
        "seconds pass before the answer begins", lambda rule: Fault(hang=rule.seconds or 10.0), ("seconds",)
    ),
    "slow_body": KindOfFault(
        "the body drips over some seconds", lambda rule: Fault(drip=rule.seconds or 10.0), ("seconds",)
    ),
    "truncated_json": KindOfFault("half of the JSON; the work is done", _always(Fault(truncate=True))),
    "wrong_json": KindOfFault("200 with JSON of a wrong shape; the work is done", _always(Fault(body="wrong"))),
    "html": KindOfFault(
        "an HTML page in place of the answer; the work is not done",
        lambda rule: Fault(body="html", status=rule.status or None),
        ("status",),
    ),
    "revoked_tokens": KindOfFault("all access tokens of the account are revoked", _always(Fault(revoke=True))),
    "credits_exhausted": KindOfFault("400, no credits left", _always(Fault(exhausted="credits"))),
    "payment_required": KindOfFault(
        "402, the account cannot be charged; GTM API alone", _always(Fault(exhausted="payment")), api="gtm"
    ),
    "limit_exceeded": KindOfFault("200 with LIMIT_EXCEEDED for each record", _always(Fault(exhausted="per_record"))),
    "requests_exhausted": KindOfFault(
        "403, no requests left; Enterprise API alone", _always(Fault(exhausted="requests")), api="enterprise"
    ),
    "records_exhausted": KindOfFault(
        "403, no records left; Enterprise API alone", _always(Fault(exhausted="records")), api="enterprise"
    ),
    "headers_missing": KindOfFault("no limit headers", _always(Fault(headers="missing"))),
    "headers_unavailable": KindOfFault("-1 in the limit headers, let through", _always(Fault(headers="-1"))),
    "double_charge": KindOfFault("each new record costs two credits", _always(Fault(charge="double"))),
    "charge_without_match": KindOfFault("each input without a match costs a credit", _always(Fault(charge="no_match"))),
    "charge_again": KindOfFault("records bought within 12 months cost again", _always(Fault(charge="again"))),
    "no_charge": KindOfFault("new records cost nothing", _always(Fault(charge="free"))),
}


def merged(faults: list[Fault]) -> Fault | None:
    """Join the faults of one request: the first that touches the answer, with the first that touches the charge."""
    wire = next((fault for fault in faults if not fault.charge), None)
    charges: list[Mischarge] = [fault.charge for fault in faults if fault.charge]
    if not charges:
        return wire
    return replace(wire or NO_FAULT, charge=charges[0])


def read_rule(given: Mapping[str, Any], now: float) -> FaultRule:
    """Read a rule from JSON or YAML.

    Args:
        given: Members of `FaultRule`; `delay` and `duration` in seconds may stand for `since` and `until`.
        now: Seconds since the Unix epoch, what `delay` counts from.

    Returns:
        The rule.

    Raises:
        ValueError: A member is unknown or has an illegal value; the text names it and what is legal.
    """
    from .files import checked

    members = dict(given)
    delay, duration = members.pop("delay", None), members.pop("duration", None)
    for name, value in (("delay", delay), ("duration", duration)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
            raise ValueError(f"{name}: seconds, 0 or more")
    if delay is not None:
        members["since"] = now + delay
    if duration is not None:
        members["until"] = (members.get("since") or now) + duration
    rule = checked(FaultRule, members)
    limits = {
        "probability": 0 <= rule.probability <= 1,
        "every": rule.every >= 1,
        "times": rule.times >= 0,
        "seconds": 0 <= rule.seconds <= 86_400,
        "status": rule.status == 0 or 400 <= rule.status <= 599 or (rule.kind == "html" and rule.status == 200),
    }
    legal = {
        "probability": "a share from 0 to 1",
        "every": "1 or more",
        "times": "0 (without end) or more",
        "seconds": "0 to 86400",
        "status": "an HTTP status from 400 to 599",
    }
    for name, good in limits.items():
        if not good:
            raise ValueError(f"{name}: {legal[name]}")
    return rule

"""GTM sessions: approvals that wait for a person, authorization codes, and refresh tokens that rotate."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .state import State, digest

APPROVAL_SECONDS: Final = 600.0
CODE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Approval:
    """An application's wish to act for a person.

    Args:
        client: Client id of the application.
        redirect: Where the answer goes.
        challenge: PKCE challenge (S256).
        scopes: Scopes asked for.
        state: Passed through.
    """

    client: str
    redirect: str
    challenge: str
    scopes: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Session:
    """A session and what its client gets next.

    Args:
        id: Key of the session; access tokens end with it.
        account: Whom the tokens act for.
        refresh: The next refresh token.
        scopes: Scopes of the session; none means those of the application.
    """

    id: str
    account: str
    refresh: str
    scopes: list[str]


class Sessions:
    """The sessions of all accounts.

    Args:
        state: The state file.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._db = state.db

    def register(self, account: str, token: str, scopes: Sequence[str]) -> None:
        """Make an account's first refresh token known; one that is known already stays as it is."""
        with self._state.transaction():
            known = self._db.execute("SELECT 1 FROM refresh WHERE hash=?", (digest(token),)).fetchone()
            if known is None:
                self._start(account, token, scopes)

    def start(self, account: str, scopes: Sequence[str] = ()) -> str:
        """Start a session; returns its first refresh token. No scopes means those of the account."""
        token = _fresh()
        with self._state.transaction():
            self._start(account, token, scopes)
        return token

    def _start(self, account: str, token: str, scopes: Sequence[str], client: str = "") -> str:
        session = secrets.token_hex(8)
        self._db.execute("INSERT INTO session (id, account, client) VALUES (?,?,?)", (session, account, client))
        self._db.execute("INSERT INTO refresh VALUES (?,?,?,0)", (digest(token), session, " ".join(scopes)))
        return session

    def refresh(self, token: str, client: str, owner: str, *, rotate: bool) -> Session | None:
        """Spend a refresh token.

        Args:
            token: The refresh token.
            client: Client id that asks.
            owner: Account of the client; sessions started without a client belong to the account's applications.
            rotate: Replace the token by a new one, and end the session when a spent one comes back.

        Returns:
            The session; None when the token is not good.
        """
        key = digest(token)
        with self._state.transaction():
            row = self._db.execute(
                "SELECT r.session, r.scope, r.spent, s.account, s.client FROM refresh r "
                "JOIN session s ON s.id=r.session WHERE r.hash=?",
                (key,),
            ).fetchone()
            if row is None or (row[4] != client if row[4] else row[3] != owner):
                return None
            session, scope, spent, account, _ = row
            if not rotate:
                return Session(session, account, token, scope.split())
            if spent:
                self._end(session)
                return None
            successor = _fresh()
            self._db.execute("UPDATE refresh SET spent=1 WHERE hash=?", (key,))
            self._db.execute("INSERT INTO refresh VALUES (?,?,?,0)", (digest(successor), session, scope))
            return Session(session, account, successor, scope.split())

    def _end(self, session: str) -> None:
        self._db.execute("DELETE FROM token WHERE session=?", (session,))
        self._db.execute("DELETE FROM session WHERE id=?", (session,))

    def ask(self, approval: Approval, now: float) -> str:
        """Keep an approval until the person has decided; returns its key."""
        key = secrets.token_urlsafe(24)
        with self._state.transaction():
            self._db.execute("DELETE FROM approval WHERE expires<=?", (now,))
            self._db.execute(
                "INSERT INTO approval VALUES (?,?,?,?,?,?,?)",
                (
                    digest(key),
                    approval.client,
                    approval.redirect,
                    approval.challenge,
                    " ".join(approval.scopes),
                    approval.state,
                    now + APPROVAL_SECONDS,
                ),
            )
        return key

    def decide(self, key: str, now: float) -> Approval | None:
        """Take an approval that waits; None when there is none or it has waited too long."""
        with self._state.transaction():
            row = self._db.execute(
                "DELETE FROM approval WHERE id=? RETURNING client, redirect, challenge, scope, state, expires",
                (digest(key),),
            ).fetchone()
        if row is None or row[5] <= now:
            return None
        return Approval(row[0], row[1], row[2], tuple(row[3].split()), row[4])

    def issue_code(self, approval: Approval, account: str, now: float) -> str:
        """Return an authorization code, good once within `CODE_SECONDS`."""
        code = secrets.token_urlsafe(32)
        with self._state.transaction():
            # A code that came back late must still end its session, so spent ones stay for a day.
            self._db.execute("DELETE FROM code WHERE expires<=?", (now - 86_400,))
            self._db.execute(
                "INSERT INTO code VALUES (?,?,?,?,?,?,?,NULL)",
                (
                    digest(code),
                    account,
                    approval.client,
                    approval.redirect,
                    approval.challenge,
                    " ".join(approval.scopes),
                    now + CODE_SECONDS,
                ),
            )
        return code

    def redeem(self, code: str, client: str, redirect: str, challenge: str, now: float) -> Session | None:
        """Spend an authorization code. Each try spends it; one that comes back ends the session it gave.

        Args:
            code: The code.
            client: Client id that asks.
            redirect: The redirect address it names; must be that of the approval.
            challenge: S256 of the code verifier.
            now: Seconds since the Unix epoch.

        Returns:
            A new session; None when the code is not good.
        """
        key = digest(code)
        with self._state.transaction():
            row = self._db.execute(
                "SELECT account, redirect, challenge, scope, expires, session FROM code WHERE hash=? AND client=?",
                (key, client),
            ).fetchone()
            if row is None:
                return None
            account, expected, wanted, scope, expires, spent = row
            if spent is not None:
                self._end(spent)
                return None
            good = expires > now and expected == redirect and secrets.compare_digest(wanted, challenge)
            token = _fresh()
            session = self._start(account, token, scope.split(), client) if good else ""
            self._db.execute("UPDATE code SET session=? WHERE hash=?", (session, key))
            return Session(session, account, token, scope.split()) if good else None


def _fresh() -> str:
    return f"sandbox-refresh-{secrets.token_urlsafe(24)}"

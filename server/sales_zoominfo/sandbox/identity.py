"""Who is calling: applications and logins of all accounts."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from secrets import compare_digest

from .http import Request
from .model import SandboxAccount, SandboxApp, SandboxUser


def _same(one: str, two: str) -> bool:
    return compare_digest(one.encode(), two.encode())


class Directory:
    """Finds the account behind credentials.

    Args:
        accounts: Who may sign in.
    """

    def __init__(self, accounts: Sequence[SandboxAccount]) -> None:
        self._apps = {app.client_id: (account, app) for account in accounts for app in account.all_apps()}
        self._users = [(account, user) for account in accounts for user in account.all_users()]

    def registered(self, client_id: str) -> tuple[SandboxAccount, SandboxApp] | None:
        """Return account and application of a client id."""
        return self._apps.get(client_id)

    def app(self, client_id: str, secret: str) -> tuple[SandboxAccount, SandboxApp] | None:
        """Return account and application of a client that has authenticated itself."""
        found = self._apps.get(client_id)
        return found if found and _same(found[1].client_secret, secret) else None

    def by_password(self, username: str, password: str) -> tuple[SandboxAccount, SandboxUser] | None:
        """Return account and login of a user name and its password."""
        for account, user in self._users:
            if user.username == username and user.password and _same(user.password, password):
                return account, user
        return None

    def by_key(self, username: str, client_id: str) -> tuple[SandboxAccount, SandboxUser] | None:
        """Return account and login of a PKI assertion whose signature is still to be checked."""
        for account, user in self._users:
            if user.username == username and user.client_id and user.client_id == client_id:
                return account, user
        return None

    def claimed(self, request: Request) -> str:
        """Return the name of the account that a sign-in names, whether it succeeds or not; empty when none."""
        if request.path == "/authenticate":
            name = self._claimed_user(request)
            return next((account.name for account, user in self._users if user.username == name), "")
        client = (request.basic() or (request.form().get("client_id", ""),))[0]
        found = self._apps.get(client)
        return found[0].name if found else ""

    def _claimed_user(self, request: Request) -> str:
        assertion = request.bearer()
        try:
            if assertion:
                part = assertion.split(".")[1]
                given = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            else:
                given = request.json() if request.body[:1] == b"{" else request.form()
            return str(given["username"])
        except (ValueError, IndexError, KeyError, TypeError):
            return ""

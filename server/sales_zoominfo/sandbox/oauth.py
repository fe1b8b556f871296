"""OAuth 2.0 of the GTM API: the token endpoint with its three grants, and the page where a person approves."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from string import Template
from typing import Final
from urllib.parse import urlencode, urlsplit

from .http import Request, Response
from .model import SandboxAccount, SandboxApp
from .records import Doc
from .service import Service
from .sessions import Approval, Session

TOKEN: Final = "/gtm/oauth/v1/token"  # noqa: S105
AUTHORIZE: Final = "/gtm/oauth/v1/authorize"
_CHALLENGE: Final = 43
_VERIFIER: Final = (43, 128)
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

# What a scope lets an application do, in the words of the approval page.
_SCOPE_TEXTS: Final = {
    "api:data:company": "search and enrich companies",
    "api:data:contact": "search and enrich contacts",
    "api:data:intent": "read intent signals",
    "api:data:lookup": "read lookups and usage",
    "api:data:news": "read news",
    "api:data:scoops": "read scoops",
}


class OAuth:
    """Answers requests below `/gtm/oauth`.

    Args:
        service: The simulated ZoomInfo.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def answer(self, request: Request) -> Response | None:
        """Answer a request; None when the path or verb is not one of OAuth."""
        match (request.method, request.path):
            case ("POST", "/gtm/oauth/v1/token"):
                return self._token(request)
            case ("GET", "/gtm/oauth/v1/authorize"):
                return self._authorize(request)
            case ("POST", "/gtm/oauth/v1/authorize"):
                return self._decide(request)
            case _:
                return None

    # --- The token endpoint ------------------------------------------------------------------------------

    def _token(self, request: Request) -> Response:
        form = request.form()
        user, password = request.basic() or (form.get("client_id", ""), form.get("client_secret", ""))
        found = self._service.directory.app(user, password)
        if found is None:
            return _error(401, "invalid_client", "Client authentication failed.")
        account, app = found
        grant = form.get("grant_type")
        if grant == "client_credentials":
            return self._client_credentials(account, app, form)
        if grant == "refresh_token":
            return self._refresh(account, app, form)
        if grant == "authorization_code":
            return self._code(app, form)
        if not grant:
            return _error(400, "invalid_request", "The grant_type parameter is missing.")
        return _error(400, "unsupported_grant_type", f"The grant type {grant} is not supported.")

    def _client_credentials(self, account: SandboxAccount, app: SandboxApp, form: dict[str, str]) -> Response:
        if self._service.plan(account.name).gtm_client_credentials != "enabled":
            text = "The client is not authorized to use the client_credentials grant type."
            return _error(400, "unauthorized_client", text)
        wanted = form.get("scope", "").split()
        if any(scope not in app.scopes for scope in wanted):
            return _error(400, "invalid_scope", "One or more scopes are not configured for the client.")
        return self._issue(account.name, wanted or list(app.scopes))

    def _refresh(self, account: SandboxAccount, app: SandboxApp, form: dict[str, str]) -> Response:
        rotate = self._service.plan(account.name).gtm_refresh_rotation
        token = form.get("refresh_token", "")
        session = self._service.sessions.refresh(token, app.client_id, account.name, rotate=rotate)
        if session is None or session.account not in self._service.accounts:
            return _error(400, "invalid_grant", "The refresh token is invalid or expired.")
        wanted = form.get("scope", "").split()
        held = session.scopes or list(app.scopes)
        if any(scope not in held for scope in wanted):
            return _error(400, "invalid_scope", "The scope exceeds what the person has approved.")
        return self._issue(session.account, wanted or held, session)

    def _code(self, app: SandboxApp, form: dict[str, str]) -> Response:
        missing = [name for name in ("code", "redirect_uri", "code_verifier") if not form.get(name)]
        if missing:
            return _error(400, "invalid_request", f"The {missing[0]} parameter is missing.")
        verifier = form["code_verifier"]
        if not _VERIFIER[0] <= len(verifier) <= _VERIFIER[1] or not _UNRESERVED.issuperset(verifier):
            return _error(400, "invalid_request", "The code_verifier parameter is malformed.")
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()
        session = self._service.sessions.redeem(
            form["code"], app.client_id, form["redirect_uri"], challenge, self._service.clock()
        )
        if session is None or session.account not in self._service.accounts:
            return _error(400, "invalid_grant", "The authorization code is invalid or expired.")
        return self._issue(session.account, session.scopes or list(app.scopes), session)

    def _issue(self, account: str, scopes: list[str], session: Session | None = None) -> Response:
        token = secrets.token_urlsafe(32)
        ttl = self._service.plan(account).token_ttl
        expires = self._service.clock() + ttl
        self._service.trace.account = account
        self._service.state.issue_token(account, "gtm", token, expires, scopes, session.id if session else "")
        body: Doc = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(ttl),
            "scope": " ".join(scopes),
        }
        if session:
            body["refresh_token"] = session.refresh
        return Response(200, body, {"Cache-Control": "no-store"})

    # --- The approval page -------------------------------------------------------------------------------

    def _authorize(self, request: Request) -> Response:
        query = request.query
        # Until client and address are known to belong together, nothing is sent to the address.
        found = self._service.directory.registered(query.get("client_id", ""))
        if found is None:
            return _page_error("The application is not known: check client_id.")
        owner, app = found
        redirect = query.get("redirect_uri", "")
        if redirect not in app.redirect_uris:
            return _page_error("The redirect address is not registered for this application: check redirect_uri.")
        state = query.get("state", "")
        problem = _problem(query, app)
        if problem:
            return _sent_back(redirect, {"error": problem[0], "error_description": problem[1], "state": state})
        scopes = tuple(query.get("scope", "").split()) or app.scopes
        approval = Approval(app.client_id, redirect, query["code_challenge"], scopes, state)
        key = self._service.sessions.ask(approval, self._service.clock())
        return _approval_page(app, redirect, scopes, self._people(owner, app), key)

    def _people(self, owner: SandboxAccount, app: SandboxApp) -> list[tuple[str, str]]:
        """Return account and user name of everybody who may approve, the application's own people first."""
        accounts = [owner]
        if app.kind == "partner":
            accounts += [account for account in self._service.accounts.values() if account is not owner]
        return [
            (account.name, name)
            for account in accounts
            if "gtm" in self._service.plan(account.name).apis
            for name in dict.fromkeys(user.username for user in account.all_users())
        ]

    def _decide(self, request: Request) -> Response:
        form = request.form()
        approval = self._service.sessions.decide(form.get("request", ""), self._service.clock())
        found = self._service.directory.registered(approval.client) if approval else None
        if approval is None or found is None:
            return _page_error("This request has been answered already or has waited too long: start again.")
        if form.get("decision") != "approve":
            text = "The person did not approve."
            return _sent_back(
                approval.redirect, {"error": "access_denied", "error_description": text, "state": approval.state}
            )
        name, _, user = form.get("person", "").partition(" ")
        if (name, user) not in self._people(*found):
            return _page_error("This person cannot approve the application: start again.")
        self._service.trace.account = name
        code = self._service.sessions.issue_code(approval, name, self._service.clock())
        return _sent_back(approval.redirect, {"code": code, "state": approval.state})


def _problem(query: dict[str, str], app: SandboxApp) -> tuple[str, str] | None:
    if query.get("response_type") != "code":
        return "unsupported_response_type", "The response_type must be code."
    if query.get("code_challenge_method") != "S256":
        return "invalid_request", "The code_challenge_method must be S256."
    challenge = query.get("code_challenge", "")
    if len(challenge) != _CHALLENGE or not _UNRESERVED.issuperset(challenge):
        return "invalid_request", "The code_challenge parameter is missing or malformed."
    if not query.get("state"):
        return "invalid_request", "The state parameter is missing."
    if any(scope not in app.scopes for scope in query.get("scope", "").split()):
        return "invalid_scope", "One or more scopes are not configured for the client."
    return None


def _error(status: int, code: str, text: str) -> Response:
    headers = {"Cache-Control": "no-store"} | ({"WWW-Authenticate": "Basic"} if status == 401 else {})
    return Response(status, {"error": code, "error_description": text}, headers)


def _sent_back(redirect: str, answer: dict[str, str]) -> Response:
    mark = "&" if urlsplit(redirect).query else "?"
    given = {name: value for name, value in answer.items() if value}
    return Response(303, None, {"Location": f"{redirect}{mark}{urlencode(given)}", "Cache-Control": "no-store"})


_STYLE: Final = """
:root { color-scheme: light dark; --back: #f4f5f7; --card: #fff; --text: #1d2430; --soft: #5b6675; --line: #d5dae1;
  --main: #1f5fbf; --on: #fff; }
@media (prefers-color-scheme: dark) { :root { --back: #14181f; --card: #1d232d; --text: #e8ebf0; --soft: #a3adba;
  --line: #38414e; --main: #7fb0ff; --on: #10151d; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--back);
  color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { width: min(30rem, 100%); background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 2rem; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 1rem; }
p, ul { margin: 0 0 1rem; }
ul { padding-left: 1.2rem; }
label { display: block; font-weight: 600; margin-bottom: .3rem; }
select, button { font: inherit; min-height: 2.75rem; width: 100%; border-radius: 8px; border: 1px solid var(--line);
  padding: .4rem .7rem; background: var(--card); color: var(--text); }
.row { display: flex; gap: .75rem; margin-top: 1.25rem; }
button { cursor: pointer; font-weight: 600; }
button.main { background: var(--main); border-color: var(--main); color: var(--on); }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
.soft { color: var(--soft); font-size: .9rem; }
.soft:last-child { margin: 1.25rem 0 0; }
"""
_PAGE: Final = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>$title</title><style>$style</style></head>
<body><main>$body</main></body></html>
""")
_APPROVE: Final = Template("""<h1>$app asks to use ZoomInfo for you</h1>
<p>It will be able to:</p><ul>$scopes</ul>
<form method="post" action="$action"><input type="hidden" name="request" value="$key">
<label for="person">Approve as</label><select id="person" name="person">$people</select>
<div class="row"><button name="decision" value="cancel">Cancel</button>
<button class="main" name="decision" value="approve">Approve</button></div></form>
<p class="soft">You will be sent to $target. This is the sandbox: the people and their data are fictional.</p>""")


def _approval_page(
    app: SandboxApp, redirect: str, scopes: tuple[str, ...], people: list[tuple[str, str]], key: str
) -> Response:
    from html import escape

    target = urlsplit(redirect)
    body = _APPROVE.substitute(
        app=escape(app.name),
        scopes="".join(f"<li>{escape(_SCOPE_TEXTS.get(scope, scope))}</li>" for scope in scopes),
        action=AUTHORIZE,
        key=escape(key),
        people="".join(
            f'<option value="{escape(f"{account} {user}")}">{escape(user)} ({escape(account)})</option>'
            for account, user in people
        ),
        target=escape(f"{target.scheme}://{target.netloc}"),
    )
    return _page(200, f"Approve {app.name}", body, f"{target.scheme}://{target.netloc}")


def _page_error(text: str) -> Response:
    from html import escape

    return _page(400, "Sign-in cannot go on", f"<h1>Sign-in cannot go on</h1><p>{escape(text)}</p>")


def _page(status: int, title: str, body: str, target: str = "") -> Response:
    from html import escape

    text = _PAGE.substitute(title=escape(title), style=_STYLE, body=body)
    # Browsers hold the redirect after a form against form-action too.
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {target}"
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy.strip(),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(status, text.encode(), headers, "text/html; charset=utf-8")

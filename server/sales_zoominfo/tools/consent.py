"""Asking the person behind a client, in both eras of the protocol.

A consent is bound to what is bought: since 2026-07-28 the question travels as the answer to the call, with the digest
of the purchase in a state that the protocol layer seals; the client calls again with the person's answer, and it counts
only if the purchase still has that digest. Before that the question is sent in the middle of the call.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from mcp import MCPError
from mcp.server.mcpserver import Context
from mcp.types import ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult
from pydantic import BaseModel, Field

from ..errors import fail

if TYPE_CHECKING:
    from ..account.consent import Request

# The first revision in which a server cannot call its client.
ASKED_BY_ANSWER = "2026-07-28"
KEY = "consent"
_SPEND = "Yes, spend these credits."


class Answer(BaseModel):
    """The form."""

    spend: bool = Field(description=_SPEND)


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"spend": {"type": "boolean", "title": "Spend", "description": _SPEND}},
    "required": ["spend"],
}


class Asker:
    """Asks for one call.

    Args:
        context: of the call.

    Attributes:
        pending: the question, once it has to travel as the answer to the call.
    """

    def __init__(self, context: Context[Any, Any]) -> None:
        self._context = context
        self.pending: InputRequiredResult | None = None

    @property
    def able(self) -> bool:
        """Whether the client can put a question to a person."""
        capabilities = self._context.client_capabilities
        elicitation = None if capabilities is None else capabilities.elicitation
        if elicitation is None or (elicitation.form is None and elicitation.url is not None):
            return False
        return self._by_answer or self._context.session.can_send_request

    @property
    def _by_answer(self) -> bool:
        # Revisions are dates, so they sort as texts.
        return (self._context.protocol_version or "") >= ASKED_BY_ANSWER

    async def __call__(self, request: Request) -> str | None:
        """Ask. See :data:`~sales_zoominfo.account.consent.Consent`.

        Raises:
            CreditApprovalRequired: the question is in :attr:`pending`.
        """
        if self._by_answer:
            return self._answered(request)
        try:
            found = await self._context.elicit(request.question, Answer)
        except (ValueError, MCPError):
            # An answer that is none is no consent.
            return None
        return secrets.token_hex(16) if found.action == "accept" and found.data.spend else None

    def _answered(self, request: Request) -> str | None:
        asked, consent = _read(self._context.request_state)
        answer = (self._context.input_responses or {}).get(KEY)
        if asked == request.digest and isinstance(answer, ElicitResult):
            agreed = answer.action == "accept" and (answer.content or {}).get("spend") is True
            return consent if agreed else None
        # Not asked yet, or about something else: its answer says nothing about this.
        question = ElicitRequest(params=ElicitRequestFormParams(message=request.question, requested_schema=SCHEMA))
        state = json.dumps({"purchase": request.digest, "consent": secrets.token_hex(16)})
        self.pending = InputRequiredResult(input_requests={KEY: question}, request_state=state)
        raise fail("approval_pending", credits=request.credits)


def _read(state: str | None) -> tuple[str | None, str | None]:
    try:
        told = json.loads(state or "")
        return str(told["purchase"]), str(told["consent"])
    except (ValueError, KeyError, TypeError):
        return None, None

"""What the model's service says when it does not answer, as errors of ours; its own words are never handed on."""

from __future__ import annotations

import math
from typing import Any, cast

import anthropic
import httpx2

from ..errors import SalesZoomInfoError, fail

# Raised while an answer is read: the connection breaks, a line is no JSON, a tool's arguments are not.
BROKEN = (httpx2.HTTPError, httpx2.StreamError, anthropic.APIError, ValueError)
# An answer that has begun comes with 200, whatever goes wrong later.
_BEGUN = 200


def repeatable(error: Exception) -> bool:
    """Whether an answer broke off in its middle, so that asking again can help; the SDK repeats the rest itself."""
    if isinstance(error, anthropic.APIStatusError):
        return error.status_code == _BEGUN and _kind(error) in ("overloaded_error", "api_error")
    return not isinstance(error, anthropic.APIConnectionError)


def as_ours(error: Exception, model: str) -> SalesZoomInfoError:
    """The error that a person reads.

    Args:
        error: one of :data:`BROKEN`.
        model: that was asked for.
    """
    if not isinstance(error, anthropic.APIStatusError):
        return fail("ask_unreachable") if isinstance(error, anthropic.APIConnectionError) else fail("ask_cut")
    kind, status = _kind(error), error.status_code
    if status == 401 or kind == "authentication_error":
        return fail("ask_key_refused")
    if status == 402 or kind == "billing_error" or "credit balance" in error.message.lower():
        return fail("ask_unpaid")
    if status == 403:
        return fail("ask_forbidden", model=model)
    if status == 404:
        return fail("ask_model_unknown", model=model)
    if status == 429:
        return fail("ask_rate_limited", when=_when(error))
    if status == 413 or "too long" in error.message or "too_large" in kind:
        return fail("ask_too_long")
    if status >= 500 or kind in ("overloaded_error", "api_error"):
        return fail("ask_overloaded", status=529 if kind == "overloaded_error" else status)
    return fail("ask_rejected", status=status)


def _kind(error: anthropic.APIStatusError) -> str:
    body: object = error.body
    inner = cast("dict[str, Any]", body).get("error") if isinstance(body, dict) else None
    return str(cast("dict[str, Any]", inner).get("type")) if isinstance(inner, dict) else ""


def _when(error: anthropic.APIStatusError) -> str:
    try:
        seconds = math.ceil(float(error.response.headers.get("retry-after", "")))
    except ValueError:
        return "in a minute"
    return f"in {seconds} s"

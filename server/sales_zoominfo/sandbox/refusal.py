"""Why a request is refused, without the wire shape that either API gives to it."""

from typing import Literal, TypeAlias

Reason: TypeAlias = Literal[
    "malformed",
    "missing",
    "insufficient",
    "one_of",
    "unknown_filter",
    "wrong_type",
    "bad_value",
    "swapped",
    "plan_filter",
    "unknown_output",
    "plan_output",
    "no_outputs",
    "bad_sort",
    "page_not_number",
    "size_not_number",
    "page_too_low",
    "size_too_high",
    "page_too_high",
    "window",
    "past_end",
    "credits",
]


class Refusal(Exception):
    """A request that is answered with 400 (or 403 where the plan lacks something).

    Args:
        reason: The rule that was broken.
        fields: Names of the filters or fields concerned.
        detail: What is wrong with the value.
    """

    def __init__(self, reason: Reason, *fields: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.fields = fields
        self.detail = detail

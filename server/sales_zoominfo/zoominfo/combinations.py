"""Which values may stand together: how many of a filter, which bounds, which filters beside which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import fail
from .specs import Filter


def check_count(spec: Filter, items: list[object]) -> None:
    """Refuse more values than a filter takes.

    Raises:
        InvalidArgument: there are too many; one text may have named several, so it is asked again once they are ids.
    """
    if spec.most is not None and len(items) > spec.most:
        raise fail(
            "out_of_range",
            name=f"the number of {spec.name}",
            value=len(items),
            low=1,
            high=spec.most,
            details={"field": spec.name},
        )


def check_together(specs: Mapping[str, Filter], values: Mapping[str, list[object]]) -> None:
    """Refuse bounds that are swapped, and filters that need or exclude one another.

    Args:
        specs: the filters' table.
        values: canonical values by filter.

    Raises:
        InvalidArgument: naming both.
    """
    for name, items in values.items():
        spec = specs[name]
        if spec.upper and spec.upper in values and _rank(spec, items[0]) > _rank(spec, values[spec.upper][0]):
            raise fail(
                "swapped_bounds",
                low=name,
                low_value=items[0],
                high=spec.upper,
                high_value=values[spec.upper][0],
                details={"field": name},
            )
        if spec.needs and spec.needs not in values:
            raise fail("filter_needs", name=name, other=spec.needs, details={"field": name})
        if spec.excludes and spec.excludes in values:
            raise fail(
                "filters_together",
                first=name,
                second=spec.excludes,
                reason="one means the latest round, the other any round.",
                details={"field": name},
            )


def _rank(spec: Filter, value: object) -> Any:
    # The choices of a range stand in its order, which need not be that of their letters.
    return spec.choices.index(str(value)) if spec.choices else value


# What each filter of things to leave out takes away from.
_LEFT_OUT = {
    "excludeManagementLevel": ("managementLevel",),
    "excludeJobTitle": ("jobTitle", "exactJobTitle"),
    "excludeTechAttributeTagList": ("techAttributeTagList",),
    "excludedRegions": ("state", "metroRegion"),
}


def check_wanted(values: Mapping[str, list[object]]) -> None:
    """Refuse filters of which one leaves out all that another asks for, which nothing can match.

    Args:
        values: canonical values by filter, names resolved to ids.

    Raises:
        InvalidArgument: naming both.
    """
    for name, wanted in _LEFT_OUT.items():
        gone = {str(item).casefold() for item in values.get(name, ())}
        for other in wanted:
            asked = {str(item).casefold() for item in values.get(other, ())}
            if asked and asked <= gone:
                reason = f"{name} leaves out all that {other} asks for, so nothing could match."
                raise fail("filters_together", first=other, second=name, reason=reason, details={"field": other})

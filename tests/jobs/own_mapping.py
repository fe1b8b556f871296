"""``python -m own_mapping`` is ``sales-zoominfo worker`` with a short lease, and with plain columns of the asked fields."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any

from sales_zoominfo.jobs import assembly, fleet, service


@dataclass
class Applied:
    values: dict[str, Any]
    changes: dict[str, tuple[Any, Any]]


class Plain:
    def __init__(self, fields: tuple[str, ...]) -> None:
        self.outputs = list(fields)
        self.targets = [f"zi_{name}" for name in fields]

    def apply(self, row: dict[str, Any], record: dict[str, Any]) -> Applied:
        values = {f"zi_{name}": str(record.get(name, "")) for name in self.outputs}
        return Applied(values, {name: (row.get(name), value) for name, value in values.items() if row.get(name) != value})


def mapping_of(request: Any, source: Any, recognition: Any, fields: Any = None) -> Plain:
    return Plain(tuple(fields or request.fields))


if not os.environ.get("BULK_REAL_MAPPING"):
    assembly.mapping_of = mapping_of
if "BULK_LEASE" in os.environ:
    fleet.LEASE = float(os.environ["BULK_LEASE"])
    service.Jobs.__init__.__kwdefaults__["lease"] = fleet.LEASE

if __name__ == "__main__":
    from sales_zoominfo.app import worker

    raise SystemExit(worker(sys.argv[1:]))

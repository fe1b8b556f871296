"""``python -m short_lease`` is ``sales-zoominfo worker`` that takes others for dead after ``BULK_LEASE`` seconds.

``BULK_HOUR`` and ``BULK_DAY`` are the lengths of ZoomInfo's hour and day for it, in seconds.
"""

from __future__ import annotations

import os
import sys
from typing import cast

from sales_zoominfo.jobs import service
from sales_zoominfo.zoominfo.pacing import RULES

if "BULK_LEASE" in os.environ:
    defaults = service.Jobs.__init__.__kwdefaults__
    assert defaults is not None
    defaults["lease"] = float(os.environ["BULK_LEASE"])

for window in ("hour", "day"):
    if f"BULK_{window.upper()}" in os.environ:
        cast("dict[str, float]", RULES.lengths)[window] = float(os.environ[f"BULK_{window.upper()}"])

if __name__ == "__main__":
    from sales_zoominfo.app import worker

    raise SystemExit(worker(sys.argv[1:]))

"""``python -m short_lease`` is ``sales-zoominfo worker`` that takes others for dead after ``BULK_LEASE`` seconds."""

from __future__ import annotations

import os
import sys

from sales_zoominfo.jobs import service

if "BULK_LEASE" in os.environ:
    defaults = service.Jobs.__init__.__kwdefaults__
    assert defaults is not None
    defaults["lease"] = float(os.environ["BULK_LEASE"])

if __name__ == "__main__":
    from sales_zoominfo.app import worker

    raise SystemExit(worker(sys.argv[1:]))

"""Entry point. ``serve`` takes a path of its own, since clients drop servers that are slow to start."""

from __future__ import annotations

import sys


def main() -> None:
    """Run ``sales-zoominfo``."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["serve"]:
        from .app import serve

        raise SystemExit(serve(arguments[1:]))
    if arguments[:1] == ["worker"]:
        from .app import worker

        raise SystemExit(worker(arguments[1:]))
    from .cli import app

    app()


if __name__ == "__main__":
    main()

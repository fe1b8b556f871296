"""Starts a server, passes on what its client sends and keeps a copy: ``recorder.py FILE COMMAND ...``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main(copy: Path, command: list[str]) -> int:
    with copy.open("ab", buffering=0) as kept, subprocess.Popen(command, stdin=subprocess.PIPE) as server:
        assert server.stdin is not None
        for line in sys.stdin.buffer:
            kept.write(line)
            server.stdin.write(line)
            server.stdin.flush()
        server.stdin.close()
        return server.wait()


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[2:]))

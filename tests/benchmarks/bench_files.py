"""How fast rows are read and written, and in how much memory: ``python tests/benchmarks/bench_files.py``.

    --rows N        rows of the file, 300,000 by default; the proof takes 10,000,000
    --formats A,B   of csv, jsonl, parquet, xlsx; csv by default
    --folder DIR    where the files go, some 600 MB for each 1,000,000 rows; a temporary folder by default
    --check         end with 1 when a target is missed

The baseline is the standard library's ``csv.reader`` and ``csv.writer`` over the same rows in the same run. Each
measurement is a process of its own, so that its peak memory is its own. A row has 12 cells, 220 bytes, every tenth
with line breaks and quotes; six cells are added, and *mapped* changes two of the old ones as well.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "server"))

NEW = ["zi_status", "zi_jobTitle", "zi_phone", "zi_email", "zi_industry", "zi_employeeCount"]
VALUES = ["enriched", "Procurement Director", "+1 (555) 010-0100", "first.last@firm.example", "Software", "1200"]
NAMES = [
    "Id", "First Name", "Last Name", "Email", "Phone", "Company", "Website", "Title", "City", "Country", "Notes",
    "Created",
]  # fmt: skip


def generated(count: int) -> Iterator[list[str]]:
    for n in range(count):
        note = 'met at the fair\nsaid "call me", later' if n % 10 == 0 else "regular contact"
        first, last, firm = f"First{n % 977}", f"Müller{n % 3331}", n % 50_000
        yield [
            f"003{n:012d}", first, last,
            f"{first}.{last}@firm{firm}.example", f"+1 (555) {n % 1000:03d}-{n % 10000:04d}",
            f"Firm {firm}, Inc.", f"www.firm{firm}.example", "Senior Manager, Procurement", "Springfield",
            "United States", note, "2026-11-22",
        ]  # fmt: skip


def make(path: Path, count: int) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(NAMES)
            out.writerows(generated(count))
        return
    from sales_zoominfo.jobs.files import open_sink

    with open_sink(path, like=None, columns=NAMES) as sink:
        for row in generated(count):
            sink.write(row)
        sink.finish()


# --- what is measured ------------------------------------------------------------------------------------------


def bare_read(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def bare_copy(path: Path) -> int:
    count = 0
    with (
        path.open(encoding="utf-8", newline="") as file,
        (out := path.with_name("out.csv")).open("w", encoding="utf-8", newline="") as target,
    ):
        write = csv.writer(target).writerow
        for row in csv.reader(file):
            write(row + VALUES)
            count += 1
    out.unlink()
    return count - 1


def read(path: Path) -> int:
    from sales_zoominfo.jobs.files import open_source

    return sum(1 for _ in open_source(path).rows())


def copy(path: Path, mapped: bool = False) -> int:
    from sales_zoominfo.jobs.files import open_sink, open_source

    source = open_source(path)
    count = 0
    target = path.with_name(f"out{path.suffix}")
    with open_sink(target, like=source, columns=[*source.columns, *NEW]) as sink:
        for row in source.rows():
            new = row + VALUES
            if mapped:
                new[4], new[7] = "+1 (555) 010-0199", "Head of Procurement"
            sink.write(new, origin=row)
            count += 1
        sink.finish()
    target.unlink()
    return count


WORK: dict[str, Callable[[Path], int]] = {
    "csv.reader": bare_read,
    "csv.reader and csv.writer": bare_copy,
    "read": read,
    "read and write": copy,
    "read and write, mapped": lambda path: copy(path, mapped=True),
}


def measured(what: str, path: Path) -> dict[str, Any]:
    """Seconds, processor seconds and peak memory in MB of one piece of work, in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--one", what, "--file", str(path)], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def one(what: str, path: Path) -> None:
    began = time.perf_counter()
    count = WORK[what](path)
    wall = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps({"rows": count, "wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024})
    )


def ratios(folder: Path, rows: int = 60_000, rounds: int = 5) -> list[tuple[str, float, float]]:
    """Processor time over that of the standard library, the median of pairs that follow each other."""
    path = folder / "small.csv"
    make(path, rows)

    def used(what: str) -> float:
        began = time.process_time()
        WORK[what](path)
        return time.process_time() - began

    found: list[tuple[str, float, float]] = []
    for what, base, most in (
        ("read", "csv.reader", 2.5),
        ("read and write", "csv.reader and csv.writer", 1.6),
        ("read and write, mapped", "csv.reader and csv.writer", 2.2),
    ):
        used(base), used(what)
        found.append((what, statistics.median(used(what) / used(base) for _ in range(rounds)), most))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--formats", default="csv")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(options.one, options.file)
        return 0
    missed = False
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        for format in options.formats.split(","):
            path = Path(name) / f"in.{format}"
            rows = min(options.rows, 1_000_000) if format == "xlsx" else options.rows
            make(path, rows)
            print(f"{format}, {rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB")
            figures: dict[str, dict[str, Any]] = {}
            for what in WORK if format == "csv" else ("read", "read and write", "read and write, mapped"):
                figures[what] = got = measured(what, path)
                assert got["rows"] == rows, got
                each = got["cpu"] / rows * 1e6
                print(
                    f"  {what:<28}{got['wall']:8.1f} s{got['cpu']:8.1f} s CPU{each:8.2f} us a row{got['peak']:8.0f} MB",
                    flush=True,
                )
            # A job reads its file when it is loaded, and reads and writes it when it is delivered. Processor time is
            # what counts: the work is one thread's, and the clock also counts what else the machine does.
            passes = [figures["read"], figures["read and write, mapped"]]
            both = sum(got["cpu"] for got in passes)
            wall = sum(got["wall"] for got in passes)
            print(f"  read, then read and write, mapped: {wall:.1f} s, {both:.1f} s CPU")
            peak = max(figures[what]["peak"] for what in figures if not what.startswith("csv."))
            verdicts = [("peak memory", f"{peak:.0f} MB", "<= 250 MB", peak <= 250)]
            if format == "csv":
                verdicts += [
                    (f"{what}, over the standard library", f"{ratio:.2f}", f"<= {most}", ratio <= most)
                    for what, ratio, most in ratios(Path(name))
                ]
            if rows >= 10_000_000:
                verdicts.append(("processor seconds, both passes", f"{both:.0f}", "<= 180", both <= 180))
            for what, got_, target, passed in verdicts:
                print(f"  {what:<50}{got_:>10}  {target:<10}  {'ok' if passed else 'OVER'}")
                missed |= not passed
            path.unlink()
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    raise SystemExit(main())

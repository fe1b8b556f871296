"""That the kept sums say what the charges say, however often they are asked."""

from __future__ import annotations

from sales_zoominfo.account import tally
from sales_zoominfo.account.ledger import DAY, HOUR
from sales_zoominfo.store import Transaction


def check_tally(c: Transaction, account: str, now: float) -> None:
    """Compare every sum of an account with the charges that count as spent.

    Args:
        c: a transaction that sees both.
        account: whose.
        now: epoch seconds; its day and hour are looked at, and those around them.
    """
    rows = c.execute(
        "SELECT caller, job, credits, at FROM charge WHERE account = ? AND state = 'spent'", (account,)
    ).fetchall()

    def told(name: str, moment: float = now, *, caller: str = "", job: str | None = None) -> int:
        return tally.ask(c, [name], account, moment, caller=caller, job=job, since=moment).fetchone()[0]

    assert told("ever") == sum(row[2] for row in rows), "all that was spent"
    for job in {job for _, job, _, _ in rows if job is not None}:
        assert told("job", job=job) == sum(row[2] for row in rows if row[1] == job), f"of job {job}"
    callers = {row[0] for row in rows} | {"nobody"}
    for moment in (now - DAY, now, now + DAY):
        midnight = moment // DAY * DAY
        assert told("today", moment) == sum(row[2] for row in rows if row[3] >= midnight), "of a day"
        for caller in callers:
            spent = sum(row[2] for row in rows if row[0] == caller and row[3] >= midnight)
            assert told("mine_today", moment, caller=caller) == spent, f"of a day of {caller}"
    # At the very moment of a charge, before and after it, and anywhere.
    moments = {now - HOUR, *(row[3] for row in rows[-8:]), *(row[3] - 0.5 for row in rows[-8:])}
    for moment in moments:
        for caller in callers:
            spent = sum(row[2] for row in rows if row[0] == caller and row[3] > moment)
            assert told("mine_since", moment, caller=caller) == spent, f"of {caller} since {moment}"

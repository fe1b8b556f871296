"""Bulk jobs through a real client: files stay within the allowed folders, and no value is told unasked."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.types import ElicitRequestParams, ElicitResult, ListRootsResult, Root
from mcp_clients import call, over_stdio, refusal, run

from sales_zoominfo.errors import SalesZoomInfoError
from sales_zoominfo.tools.folders import confined, read_folders

Open = Callable[..., AbstractAsyncContextManager[Client]]


class Place:
    """A server's state, a folder of exports, and a client that names its roots and answers for a person."""

    def __init__(self, state: Path, tmp_path: Path, era: str) -> None:
        self.state, self.era = state, era
        self.exports = tmp_path / "exports"
        self.exports.mkdir()
        self.outside = tmp_path / "outside"
        self.outside.mkdir()
        self.questions: list[str] = []
        self.agree = True

    def connect(self, *, roots: list[Path] | None = None, asks: bool = False, **settings: object) -> Any:
        callbacks: dict[str, Any] = {}
        if roots is not None:

            async def tell(_context: Any) -> ListRootsResult:
                return ListRootsResult(roots=[Root(uri=root.as_uri()) for root in roots])

            callbacks["list_roots_callback"] = tell
        if asks:

            async def ask(_context: Any, params: ElicitRequestParams) -> ElicitResult:
                self.questions.append(params.message)
                return ElicitResult(action="accept" if self.agree else "decline", content={"spend": True})

            callbacks["elicitation_callback"] = ask
        return over_stdio(self.era, self.state, callbacks=callbacks, **settings)


@pytest.fixture
def place(home: Callable[[str], Path], tmp_path: Path, era: str) -> Iterator[Place]:
    made = Place(home("state"), tmp_path, era)
    yield made
    # One that has just been started is in no table yet.
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str(made.state).encode() in (folder / "environ").read_bytes():
                os.kill(int(folder.name), signal.SIGKILL)


async def export(client: Client, path: Path, count: int) -> list[dict[str, Any]]:
    """People of the sandbox, as a CRM would export them."""
    people: list[dict[str, Any]] = []
    page = 1
    while len(people) < count:
        found = await call(client, "search_contacts", {"state": "California", "pageSize": 100, "page": page})
        people += [row for row in found["data"] if row.get("companyName") and row.get("lastName")]
        page += 1
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Contact ID", "First Name", "Last Name", "Account Name", "Email"])
        for number, row in enumerate(people[:count]):
            writer.writerow([f"003{number}", row["firstName"], row["lastName"], row["companyName"], ""])
    return people[:count]


async def ended(client: Client, job: str, **more: Any) -> dict[str, Any]:
    answer = await call(client, "get_job", {"jobId": job, "wait": 50, **more})
    assert answer["data"][0]["state"] == "done", answer
    return answer


def test_a_job_from_plan_to_report(place: Place) -> None:
    seen: list[tuple[float, float | None]] = []

    async def progress(done: float, of: float | None, _text: str | None) -> None:
        seen.append((done, of))

    async def visit() -> None:
        async with place.connect(files=str(place.exports)) as client:
            await export(client, place.exports / "contacts.csv", 12)
            told = {"path": "contacts.csv"}
            plan = await call(client, "start_enrichment_job", {**told, "dryRun": True})
            assert {row["column"]: row.get("key") for row in plan["data"]}["Account Name"] == "companyName"
            assert plan["meta"]["estimate"]["credits"] == 12
            assert plan["meta"]["credits"]["spent"] == 0
            assert "firstRows" not in plan["meta"]
            assert (await call(client, "list_jobs"))["data"] == []
            shown = await call(client, "start_enrichment_job", {**told, "dryRun": True, "previewRows": 2})
            assert [row["status"] for row in shown["meta"]["firstRows"]] == ["new", "new"]
            started = await call(client, "start_enrichment_job", {**told, "maxCredits": 12})
            job = started["data"][0]["id"]
            result = await client.call_tool("get_job", {"jobId": job, "wait": 50}, progress_callback=progress)
            answer = result.structured_content
            assert answer is not None
            [row] = answer["data"]
            assert row["state"] == "done"
            assert row["byStatus"].get("enriched", 0) >= 10
            assert 0 < row["credits"]["spent"] <= 12
            assert row["output"] == str(place.exports / "contacts.enriched.csv")
            assert answer["meta"]["report"]["match"]["matched"] == row["byStatus"]["enriched"]
            assert answer["meta"]["sandbox"] is True
            assert seen
            assert seen[-1] == (12, 12)
            with (place.exports / "contacts.enriched.csv").open(newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
            emails = {text for line in rows for text in line.values() if "@" in text}
            assert emails
            # No contact details unless they are asked for.
            for text in map(json.dumps, (plan, shown, started, answer, await call(client, "list_jobs"))):
                assert not any(email in text for email in emails)
                assert not re.search(r"\(\d{3}\) 555-", text)
            preview = await ended(client, job, previewRows=3)
            assert preview["meta"]["preview"][0]["First Name"] == rows[0]["First Name"]
            assert len(preview["meta"]["preview"]) == 3
            # As resources.
            uris = answer["meta"]["resources"]
            assert uris == [f"job://{job}/{name}" for name in ("report.json", "report.html", "output")]
            texts = [(await client.read_resource(uri)).contents[0].text for uri in uris]  # type: ignore[union-attr]
            assert json.loads(texts[0])["rows"]["byStatus"] == row["byStatus"]
            assert texts[1].startswith("<!doctype html>")
            assert "zi_status" in texts[2].splitlines()[0]
            assert not any(email in text for text in texts[:2] for email in emails)
            # The same call again is the same job, and costs nothing.
            again = await call(client, "start_enrichment_job", {**told, "maxCredits": 12})
            assert again["data"][0]["id"] == job
            assert (await ended(client, job))["data"][0]["credits"]["spent"] == row["credits"]["spent"]

    run(visit)


def test_without_a_folder_no_file_is_touched(place: Place) -> None:
    async def visit() -> None:
        async with place.connect() as client:
            await export(client, place.exports / "contacts.csv", 2)
            text = await refusal(client, "start_enrichment_job", {"path": str(place.exports / "contacts.csv")})
            assert text.startswith("INVALID_ARGUMENT: ")
            assert "ZOOMINFO_FILES" in text

    run(visit)


def test_the_clients_roots_are_the_allowed_folders(place: Place) -> None:
    async def visit() -> None:
        async with place.connect(roots=[place.exports]) as client:
            await export(client, place.exports / "contacts.csv", 2)
            (place.outside / "contacts.csv").write_bytes((place.exports / "contacts.csv").read_bytes())
            (place.exports / "link.csv").symlink_to(place.outside / "contacts.csv")
            (place.exports / "way").symlink_to(place.outside)
            (place.outside / "map.yaml").write_text("columns: {}\n")
            for name in ("contacts.csv", str(place.exports / "contacts.csv")):
                answer = await call(client, "start_enrichment_job", {"path": name, "dryRun": True})
                assert answer["meta"]["fileRows"] == 2
            for name in (
                str(place.outside / "contacts.csv"),
                "../outside/contacts.csv",
                "link.csv",
                "way/contacts.csv",
                "~/contacts.csv",
            ):
                text = await refusal(client, "start_enrichment_job", {"path": name, "dryRun": True})
                assert "outside the allowed folders" in text, name
                assert str(place.exports) in text
            inside = {"path": "contacts.csv", "maxCredits": 2}
            for more in (
                {"output": str(place.outside / "out.csv")},
                {"output": "../out.csv"},
                {"output": "way/out.csv"},
                {"map": str(place.outside / "map.yaml")},
                {"map": "../outside/map.yaml"},
            ):
                text = await refusal(client, "start_enrichment_job", {**inside, **more})
                assert "outside the allowed folders" in text, more
            text = await refusal(client, "start_enrichment_job", {**inside, "output": "contacts.csv"})
            assert "it is the input" in text
            assert (await call(client, "list_jobs"))["data"] == []
        # The setting wins over what a client says.
        async with place.connect(roots=[place.outside], files=str(place.exports)) as client:
            answer = await call(client, "start_enrichment_job", {"path": "contacts.csv", "dryRun": True})
            assert answer["meta"]["fileRows"] == 2
            text = await refusal(client, "start_enrichment_job", {"path": str(place.outside / "contacts.csv")})
            assert "outside the allowed folders" in text

    run(visit)


def test_an_output_outside_the_folders_is_not_shown(place: Place) -> None:
    async def visit() -> None:
        async with place.connect(files=str(place.outside)) as client:
            await export(client, place.outside / "contacts.csv", 3)
            started = await call(client, "start_enrichment_job", {"path": "contacts.csv", "maxCredits": 3})
            job = started["data"][0]["id"]
            await ended(client, job)
        async with place.connect(files=str(place.exports)) as client:
            answer = await ended(client, job, previewRows=2)
            assert "preview" not in answer["meta"]
            assert "output" not in answer["data"][0]
            assert "outside the folders" in answer["meta"]["warnings"][0]
            assert f"job://{job}/output" not in answer["meta"]["resources"]
            with pytest.raises(MCPError, match="outside the allowed folders"):
                await client.read_resource(f"job://{job}/output")
            with pytest.raises(MCPError, match="no job"):
                await client.read_resource("job://0badf00d/report.json")

    run(visit)


def test_a_cost_over_the_ceiling_is_put_to_a_person(place: Place) -> None:
    async def visit() -> None:
        told = {"path": "contacts.csv", "maxCredits": 30}
        async with place.connect(files=str(place.exports)) as client:
            await export(client, place.exports / "contacts.csv", 30)
            await export(client, place.exports / "many.csv", 120)
            text = await refusal(client, "start_enrichment_job", told)
            assert text.startswith("CREDIT_APPROVAL_REQUIRED: ")
            assert "sales-zoominfo enrich FILE --max-credits 30" in text
            text = await refusal(client, "start_enrichment_job", {"path": "many.csv"})
            assert "above 100 it needs maxCredits" in text
        async with place.connect(files=str(place.exports), asks=True) as client:
            place.agree = False
            text = await refusal(client, "start_enrichment_job", told)
            assert text.startswith("CREDIT_APPROVAL_REQUIRED: ")
            assert (await call(client, "list_jobs"))["data"] == []
            place.agree = True
            started = await call(client, "start_enrichment_job", told)
            assert "Spend up to 30 ZoomInfo credits to enrich 30 contacts?" in place.questions[-1]
            answer = await ended(client, started["data"][0]["id"])
            # Agreed to, so that the ceilings of a call and an hour do not stop it.
            assert 20 < answer["data"][0]["credits"]["spent"] <= 30

    run(visit)


def test_a_job_can_be_cancelled(place: Place) -> None:
    async def visit() -> None:
        async with place.connect(files=str(place.exports), rate_limit=0.2, asks=True) as client:
            await export(client, place.exports / "contacts.csv", 100)
            started = await call(client, "start_enrichment_job", {"path": "contacts.csv", "maxCredits": 100})
            job = started["data"][0]["id"]
            assert [row["id"] for row in (await call(client, "list_jobs", {"active": True}))["data"]] == [job]
            [row] = (await call(client, "cancel_job", {"jobId": job}))["data"]
            assert row["state"] == "cancelled"
            assert (await call(client, "list_jobs", {"active": True}))["data"] == []
            assert "it cannot be cancelled" in await refusal(client, "cancel_job", {"jobId": job})
            for name in ("get_job", "cancel_job"):
                assert (await refusal(client, name, {"jobId": "0badf00d"})).startswith("NOT_FOUND: There is no job")

    run(visit)


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({"path": ""}, "path"),
        ({"path": "missing.csv"}, "missing.csv"),
        ({"path": "empty.csv"}, "empty.csv"),
        ({"entity": "people"}, "entity"),
        ({"columns": [{"column": "Nope", "key": "emailAddress"}]}, "Nope"),
        ({"columns": [{"column": "Email"}]}, "{column, key}"),
        ({"columns": "Email"}, "{column, key}"),
        ({"columns": {"Email": "emale"}}, "emale"),
        ({"map": "salesfarce-contact"}, "salesfarce-contact"),
        ({"outputFields": ["emale"]}, "emale"),
        ({"outputFields": [1]}, "outputFields"),
        ({"maxCredits": -1}, "maxCredits"),
        ({"maxCredits": "many"}, "maxCredits"),
        ({"maxAge": -1}, "maxAge"),
        ({"previewRows": 6}, "previewRows"),
        ({"bogus": 1}, "bogus"),
    ],
    ids=str,
)
def test_wrong_arguments_are_named(home: Any, tmp_path: Path, more: dict[str, Any], part: str) -> None:
    async def visit() -> None:
        exports = tmp_path / "exports"
        exports.mkdir()
        (exports / "contacts.csv").write_text("Email\ngrace.hopper@nowhere.example\n")
        (exports / "empty.csv").write_text("")
        async with over_stdio("2026-07-28", home("state"), files=str(exports)) as client:
            text = await refusal(client, "start_enrichment_job", {"path": "contacts.csv", "dryRun": True, **more})
            assert part in text, text
            assert re.match(r"[A-Z_]+: ", text)

    run(visit)


# --- folders ---------------------------------------------------------------------------------------------------


def test_folders_are_read_from_the_setting(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    assert read_folders(None) == read_folders("") == ()
    assert read_folders(os.pathsep.join([str(one), "", str(two), str(one)])) == (one, two)
    for wrong in ("one", str(tmp_path / "missing")):
        with pytest.raises(SalesZoomInfoError, match="ZOOMINFO_FILES"):
            read_folders(wrong)


@pytest.mark.parametrize("name", ["", " ", "a\0b", None, 3, ["x"]])
def test_what_is_no_path_is_refused(tmp_path: Path, name: object) -> None:
    with pytest.raises(SalesZoomInfoError, match="the path of a file"):
        confined("path", name, [tmp_path])


def test_a_path_within_is_made_absolute(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    (folder / "deep").mkdir(parents=True)
    (folder / "loop").symlink_to(folder / "loop")
    assert confined("path", "x.csv", [folder]) == folder / "x.csv"
    assert confined("path", "deep/../x.csv", [folder]) == folder / "x.csv"
    assert confined("path", str(folder / "deep" / "x.csv"), [tmp_path / "other", folder]) == folder / "deep" / "x.csv"
    for name in ("loop/x.csv", str(tmp_path / "exports-too" / "x.csv"), str(tmp_path)):
        with pytest.raises(SalesZoomInfoError, match="outside"):
            confined("path", name, [folder])

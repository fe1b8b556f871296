"""Which fields an account may use, of everything that either API lists fields of."""

from __future__ import annotations

import pytest
from offline import BOTH, GTM

from sales_zoominfo.errors import InvalidArgument, NotAvailable
from sales_zoominfo.zoominfo.codec import RIGHTS_OF, Direction, Use, rights_name
from sales_zoominfo.zoominfo.enterprise import EnterpriseCodec
from sales_zoominfo.zoominfo.gtm import GtmCodec
from sales_zoominfo.zoominfo.operations import Generation
from support import GENERATIONS, Served, client

pytestmark = pytest.mark.anyio

USES: tuple[Use, ...] = ("search", "enrich")
DIRECTIONS: tuple[Direction, ...] = ("input", "output")
# One field of each that the documents name, where both APIs agree on it.
KNOWN = {
    ("org_chart", "output"): "orgChartTier",
    ("org_chart", "input"): "department",
    ("corporate_hierarchy", "output"): "familyTree",
    ("company_master", "input"): "zi_c_name",
    ("location", "output"): "companyAddressStatus",
    ("ip", "output"): "confidenceScore",
    ("compliance", "output"): "withinEu",
    ("technology", "input"): "companyId",
    ("news", "output"): "pageDate",
    ("intent", "output"): "signalScore",
    ("scoop", "output"): "topics",
}


def test_each_generation_is_asked_by_its_own_name() -> None:
    gtm = GtmCodec().rights("org_chart", "enrich", "input")
    assert gtm.path == "/gtm/data/v1/lookup/enrich"
    assert gtm.params == {"filter[entity]": "orgChart", "filter[fieldType]": "input"}
    assert EnterpriseCodec().rights("org_chart", "enrich", "output").path == "/lookup/outputfields/orgchart/enrich"
    assert EnterpriseCodec().rights("news", "search", "input").path == "/lookup/inputfields/news/search"
    hierarchy = GtmCodec().rights("corporate_hierarchy", "enrich", "output").params or {}
    assert hierarchy["filter[entity]"] == "corporate-hierarchy"


async def test_what_has_no_list_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"org_chart.*contact, company"):
        await BOTH.field_rights("org_chart", "search", "input")
    with pytest.raises(NotAvailable, match="Enterprise"):
        GtmCodec().rights("location", "enrich", "input")
    with pytest.raises(NotAvailable, match="Enterprise"):
        await GTM.field_rights("company_master", "enrich", "output")
    with pytest.raises(NotAvailable, match="GTM"):
        EnterpriseCodec().rights("hashtag", "enrich", "output")


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_the_sandbox_tells_the_rights_of_each(served_sandbox: Served, generation: Generation) -> None:
    one = client(served_sandbox, generation)
    try:
        seen = 0
        for use in USES:
            for subject in RIGHTS_OF[use]:
                for direction in DIRECTIONS:
                    if rights_name(subject, use, direction, generation) is None:
                        continue
                    names = {right.name for right in await one.field_rights(subject, use, direction)}
                    assert names, (subject, use, direction)
                    known = KNOWN.get((subject, direction))
                    assert use == "search" or known is None or known in names, (subject, direction)
                    seen += 1
        assert seen == (28 if generation == "gtm" else 34)
    finally:
        await one.aclose()

"""A brief says what the records say, dates it, cites it, and says it once."""

from __future__ import annotations

from datetime import date

import pytest

from sales_zoominfo.account import brief
from sales_zoominfo.account.brief import Citation, Statement

TODAY = date(2026, 11, 22)
COMPANY = {
    "id": "900001",
    "name": "Juniper Freight",
    "type": "PRIVATE",
    "primaryIndustry": ["Freight & Logistics"],
    "city": "Toledo",
    "state": "Ohio",
    "country": "United States",
    "employeeCount": 1240,
    "revenue": 185_000,
    "foundedYear": "1998",
    "website": "www.juniperfreight.example",
    "recentFundingAmount": 20_000,
    "recentFundingDate": "2026-03-01T00:00:00Z",
    "lastUpdatedDate": "2026-10-02T09:00:00Z",
}


def texts(statements: list[Statement]) -> list[str]:
    return [item.text for item in statements]


def test_a_company_is_told_in_sentences_with_units() -> None:
    told = brief.of_company(COMPANY, "enrich_companies")
    assert texts(told) == [
        "Juniper Freight is a private company in Freight & Logistics, headquartered in Toledo, Ohio, United States.",
        "Size: 1,240 employees, $185M revenue, founded 1998.",
        "Latest funding: $20M.",
    ]
    assert told[0].sources == (Citation("enrich_companies", "900001", "https://www.juniperfreight.example"),)
    assert told[0].date == date(2026, 10, 2)
    assert told[2].date == date(2026, 3, 1)


def test_an_empty_record_says_nothing() -> None:
    assert brief.of_company({"id": "1", "name": "Nobody"}, "search_companies") == []
    assert brief.of_person({"id": "1"}, "search_contacts") == []
    assert brief.of_scoops([{"id": "1"}], "enrich_scoops") == []
    assert brief.of_news([{"url": "https://news.example/1"}], "enrich_news") == []
    assert brief.of_technologies([{"category": "CRM"}], "technologies", "1") == []


@pytest.mark.parametrize(
    ("thousands", "told"),
    [(0.5, "$500"), (1, "$1k"), (950, "$950k"), (1_500, "$1.5M"), (185_000, "$185M"), (2_400_000, "$2.4B")],
)
def test_thousands_of_dollars_read_like_money(thousands: float, told: str) -> None:
    assert brief.dollars(thousands) == told


def test_of_each_topic_the_strongest_signal_stands() -> None:
    rows = [
        {"id": "a", "topic": "Java", "signalScore": 71, "signalDate": "2026-11-15T00:00:00Z", "audienceStrength": "C"},
        {"id": "b", "topic": "Java", "signalScore": 94, "signalDate": "2026-11-08T00:00:00Z", "audienceStrength": "A"},
        {"id": "c", "topic": "Node.js", "signalScore": 60},
    ]
    told = brief.of_intent(rows, "enrich_intent")
    assert [(item.sources[0].id, item.date) for item in told] == [("b", date(2026, 11, 8)), ("c", None)]
    assert "94 of 100" in told[0].text


def test_an_article_and_a_scoop_on_one_event_are_one_statement_with_both_sources() -> None:
    scoops = brief.of_scoops(
        [
            {
                "id": "s1",
                "description": "Juniper Freight opens a second distribution centre in Dayton",
                "originalPublishedDate": "2026-11-10T00:00:00Z",
                "types": [{"id": "3", "type": "Facilities Relocation / Expansion"}],
                "link": "https://juniper.example/press",
            }
        ],
        "enrich_scoops",
    )
    news = brief.of_news(
        [
            {
                "title": "Juniper Freight opens second distribution centre in Dayton",
                "url": "https://paper.example/juniper",
                "domain": "paper.example",
                "pageDate": "2026-11-12T00:00:00Z",
            },
            {
                "title": "Juniper Freight opens second distribution centre in Dayton",
                "url": "https://other.example/juniper",
                "pageDate": "2026-06-12T00:00:00Z",
            },
        ],
        "enrich_news",
    )
    told, counts = brief.compose([*scoops, *news], today=TODAY, most=10)
    assert counts == {"scoops": 1, "news": 1}
    assert len(told) == 2, "an event of half a year before is another one"
    assert {source.operation for source in told[0].sources} == {"enrich_scoops", "enrich_news"}
    assert told[0].date == date(2026, 11, 10)


def test_what_is_new_comes_first_and_what_was_asked_about_before_that() -> None:
    old = Statement("scoops", "A new plant was announced", date(2025, 1, 1), (Citation("enrich_scoops", "1"),))
    new = Statement("scoops", "A warehouse was announced", date(2026, 11, 20), (Citation("enrich_scoops", "2"),))
    stack = Statement("technologies", "CRM: HubSpot.", None, (Citation("technologies", "3"),))
    assert brief.compose([old, stack, new], today=TODAY, most=3)[0][0].text == new.text
    assert brief.compose([old, stack, new], focus="which CRM", today=TODAY, most=3)[0][0].text == stack.text


def test_a_short_brief_holds_the_best_of_each_section_and_counts_the_rest() -> None:
    words = ("alpha", "beta", "gamma", "delta")
    scoops = [Statement("scoops", " ".join(f"{word}{index}" for word in words), TODAY, ()) for index in range(9)]
    news = Statement("news", "An old article", date(2025, 5, 1), (Citation("enrich_news"),))
    told, counts = brief.compose([*scoops, news], today=TODAY, most=3)
    assert [item.section for item in told] == ["scoops", "scoops", "news"]
    assert counts == {"scoops": 9, "news": 1}


def test_technologies_are_grouped_and_long_groups_say_how_many_more() -> None:
    rows = [
        {"product": f"Tool {index}", "vendor": "Vendora", "categoryParent": "Marketing", "modifiedDate": "2026-01-02"}
        for index in range(15)
    ]
    told = brief.of_technologies([*rows, {"product": "Ledger", "category": "Finance"}], "technologies", "900001")
    assert told[0].text.startswith("Marketing: Tool 0 (Vendora), ")
    assert told[0].text.endswith(" and 3 more.")
    assert told[0].date == date(2026, 1, 2)
    assert told[1].text == "Finance: Ledger."


def test_leaders_stand_by_tier() -> None:
    rows = [
        {"id": "2", "firstName": "Bo", "lastName": "Ash", "title": "Director, Sales", "orgChartTier": 3},
        {"id": "1", "firstName": "Al", "lastName": "Elm", "title": "Chief Executive Officer", "orgChartTier": 1},
    ]
    assert texts(brief.of_people(rows, "org_chart")) == ["Al Elm: Chief Executive Officer.", "Bo Ash: Director, Sales."]


def test_a_row_tells_section_statement_date_and_sources() -> None:
    row = brief.of_company(COMPANY, "enrich_companies")[2].row()
    assert row == {
        "section": "profile",
        "statement": "Latest funding: $20M.",
        "date": "2026-03-01",
        "sources": [
            {"operation": "enrich_companies", "id": "900001", "url": "https://www.juniperfreight.example"},
        ],
    }


def test_a_company_whose_name_ends_in_a_stop_gets_no_second_one() -> None:
    person = {"id": "1", "firstName": "Ada", "lastName": "Sample", "jobTitle": "CTO", "companyName": "Acme, Inc."}
    history = [{"jobTitle": "Engineer", "company": {"companyName": "Beta Ltd."}}]
    told = [item.text for item in brief.of_person({**person, "employmentHistory": history}, "enrich_contacts")]
    assert told[0] == "Ada Sample is CTO at Acme, Inc."
    assert "Earlier: Engineer at Beta Ltd." in told
    parent = brief.of_company({"id": "2", "name": "Beta", "parentName": "Acme, Inc."}, "enrich_companies")
    assert "It belongs to Acme, Inc." in [item.text for item in parent]

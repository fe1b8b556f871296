"""What invented scoops and articles are made of. `{company}` and `{detail}` are filled in; no text names a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .vocabulary import words

COMPANY: Final = "{company}"


@dataclass(frozen=True, slots=True)
class Story:
    """A kind of scoop.

    Args:
        topics: Ids of the topics that it can have.
        departments: Ids of the scoop departments that it can concern.
        people: How many contacts it names at most; it names at least one when it is about people.
        headlines: Text of its link, for each detail.
        texts: Descriptions, each with every detail.
        about_people: Whether it is about people.
    """

    topics: tuple[str, ...]
    departments: tuple[str, ...]
    people: int
    headlines: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]
    about_people: bool = False


# Per story: id of the type, topics, departments, contacts at most (and whether it is about people); the headline; two
# texts; details.
_STORIES: Final = """
1 | 27,41 | 2,1 | 1
{company} reports a {detail} quarter
{company} closed a {detail} quarter and plans to spend more on finance software.
Leaders at {company} reviewed a {detail} quarter and froze discretionary budgets until spring.
record / quiet / difficult / steady

2 | 117,41 | 2,1 | 1
{company} raises new money
{company} has raised a {detail} and will hire across product and sales.
With a {detail} in hand, {company} intends to open two offices within the year.
growth round / bridge loan / venture round / credit line

3 | 117,27 | 2,1,9 | 1
{company} prepares to go public
{company} has chosen advisers for a {detail} and is replacing its reporting tools.
A {detail} of {company} is planned; controls are being documented by an outside firm.
listing / public offering / direct listing / dual listing

4 | 26,41 | 1,2,9 | 1
{company} buys a {detail}
{company} acquired a {detail} and has a year to merge both order systems.
After buying a {detail}, {company} is looking for integration partners.
regional rival / software maker / parts supplier / logistics start-up

5 | 26,41 | 1,2 | 1
{company} sells a division
{company} is selling its {detail}; shared services have to be untangled.
The {detail} of {company} goes to a new owner by summer.
consumer arm / repair business / overseas unit / training branch

6 | 5,38 | 6,1 | 1
{company} wins an award
{company} was named {detail} of the year by its trade association.
Judges chose {company} as {detail}, citing its customer service.
employer / supplier / newcomer / exporter

7 | 38,1 | 6,5 | 2
{company} hosts an event
{company} will host a {detail} for customers and is choosing a registration tool.
A {detail} at {company} drew more guests than planned.
user conference / supplier day / web seminar / open house

8 | 34,57 | 7,1 | 1
{company} moves
{company} is moving into a {detail} and needs new network equipment.
{company} opens a {detail}; contracts for furniture and access control are open.
larger headquarters / second warehouse / shared campus / northern plant

9 | 1,41,119 | 8,6 | 1
{company} launches a product
{company} brought out a {detail} after two years of work.
A {detail} from {company} is in trials with twelve customers.
scheduling app / sensor line / data platform / self-service portal

10 | 1,9,41 | 5,1 | 1
{company} finds a partner
{company} signed a partnership with a {detail} to reach smaller customers.
{company} and a {detail} will sell together from next quarter.
payments provider / cloud reseller / staffing network / hardware distributor

11 | 33,84 | 3 | 1
{company} plans to hire
{company} plans to fill {detail} before the end of the year.
Recruiters of {company} were given a budget for {detail}.
forty engineering jobs / a dozen sales roles / a service desk / a night shift

12 | 33,19 | 3,4,5 | 1
{company} has an opening
{company} is looking for {detail} with experience in migrations.
An opening for {detail} at {company} has been posted twice in a month.
a security architect / a revenue analyst / a plant controller / a data steward

13 | 17,84 | 1,3,5 | 1 people
New face at {company}
{company} hired an outsider to run {detail}.
A newcomer now answers for {detail} at {company}.
procurement / customer success / cloud operations / field sales

14 | 84,14 | 3,7 | 1 people
A sideways move at {company}
A manager at {company} moved over to {detail}.
{company} gave {detail} to someone from another department.
vendor management / internal audit / pricing / digital channels

15 | 18,84 | 1,3 | 1 people
Promotion at {company}
{company} promoted from within and put the new leader in charge of {detail}.
A promotion at {company} brings {detail} under one roof.
all of operations / global sales / information security / finance systems

16 | 100,19 | 3,1 | 1 people
Someone leaves {company}
A long-serving leader of {detail} has left {company}.
{company} is without a head of {detail} for now.
marketing / infrastructure / legal affairs / supply planning

17 | 107,131 | 3,2 | 1
{company} cuts jobs
{company} is cutting jobs in {detail} and reviewing its licences.
Layoffs in {detail} at {company} take effect next month.
its contact centre / two factories / head office / field service

18 | 14,84 | 1,7 | 1 people
Management changes at {company}
{company} redrew its management around {detail}.
New reporting lines at {company} put {detail} closer to the board.
regions / product lines / key accounts / shared services

19 | 14,84 | 1 | 1 people
Executive moves at {company}
{company} has a new executive for {detail}.
The board of {company} handed {detail} to another executive.
technology / finance / revenue / people

20 | 10,306,52,163,31 | 4,7,5 | 1
A pain point at {company}
{company} struggles with {detail} and asks peers for advice.
A review at {company} named {detail} as the most expensive problem of the year.
slow month-end closing / duplicate customer records / ageing firewalls / late deliveries

21 | 21,22,136,305,9,222,227,30 | 4,8,7 | 2
A project at {company}
{company} started a project on {detail} with a budget for outside help.
A steering group at {company} will choose a vendor for {detail}.
data centre exit / network renewal / identity management / forecasting

22 | 306,300,135 | 1,9 | 1
{company} comments
{company} told analysts that {detail} will decide the next two years.
At a round table {company} spoke about {detail}.
privacy rules / interest rates / automation / energy prices

23 | 84,305 | 5,6,4 | 1 people
A person at {company}
A leader at {company} spoke in public about {detail}.
Someone at {company} wrote about lessons from {detail}.
account planning / zero trust / shorter sales cycles / open-source tools

24 | 41,26 | 2,1 | 1
An investor leaves {company}
An early investor sold its stake in {company} to a {detail}.
A {detail} takes the place of an early investor at {company}.
pension fund / family office / private equity house / strategic buyer
"""


def _filled(text: str, details: str) -> tuple[str, ...]:
    return tuple(text.replace("{detail}", detail) for detail in details.split(" / "))


def _stories() -> dict[str, Story]:
    found: dict[str, Story] = {}
    for block in _STORIES.strip().split("\n\n"):
        head, headline, *texts, details = block.splitlines()
        key, topics, departments, people = head.split(" | ")
        found[key] = Story(
            topics=tuple(topics.split(",")),
            departments=tuple(departments.split(",")),
            people=int(people.split()[0]),
            headlines=_filled(headline, details),
            texts=tuple(_filled(text, details) for text in texts),
            about_people=people.endswith("people"),
        )
    return found


STORIES: Final[Mapping[str, Story]] = _stories()
STORY_IDS: Final = tuple(STORIES)
UPDATES: Final = (
    "Confirmed by a second source.",
    "The schedule has slipped by a month.",
    "A shortlist of vendors now exists.",
    "The budget has been approved.",
)
# Words of each text and of each detail, so that a description can be searched without being written.
STORY_WORDS: Final[Mapping[tuple[str, int, int], frozenset[str]]] = {
    (key, text, detail): frozenset(words(story.texts[text][detail].replace(COMPANY, "")))
    for key, story in STORIES.items()
    for text in range(len(story.texts))
    for detail in range(len(story.headlines))
}

SOURCES: Final = (
    "harborledger.example",
    "tidewater-business.example",
    "northpost.example",
    "industrychronicle.example",
    "marketlantern.example",
    "the-weekly-docket.example",
    "wirefold.example",
    "plantfloor-news.example",
)


@dataclass(frozen=True, slots=True)
class Article:
    """A kind of article; `slug` is the end of its address."""

    title: str
    slug: str
    text: str


# Per article: category, title, end of the address, text.
_ARTICLES: Final = """
FINANCIAL_RESULTS
{company} lifts its outlook
lifts-outlook
{company} raised its outlook after a quarter of steady orders.

FINANCIAL_RESULTS
{company} posts lower margin
posts-lower-margin
Higher freight costs weighed on the margin of {company}.

FUNDING
{company} closes a funding round
closes-funding-round
{company} closed a round that investors called oversubscribed.

FUNDING
Lenders extend credit to {company}
lenders-extend-credit
A group of lenders extended the credit line of {company} by three years.

GENERAL_NEWS
{company} and its neighbours agree on a new road
agree-on-new-road
A planning dispute around {company} ended with a compromise.

GENERAL_NEWS
What {company} learned from a hard winter
learned-from-hard-winter
Managers of {company} describe how they kept deliveries going.

GENERAL_PRESS_RELEASE
{company} publishes its sustainability report
publishes-sustainability-report
{company} set targets for energy use and recycling.

GENERAL_PRESS_RELEASE
{company} opens a customer centre
opens-customer-centre
Visitors can try the range of {company} in a new customer centre.

MERGER_OR_ACQUISITION
{company} completes an acquisition
completes-acquisition
{company} completed the purchase of a smaller competitor.

MERGER_OR_ACQUISITION
{company} in merger talks
in-merger-talks
{company} confirmed talks about a merger of two divisions.

PERSON
{company} names a new chief of operations
names-new-chief-of-operations
The appointment at {company} takes effect next month.

PERSON
Board changes at {company}
board-changes
Two members leave the board of {company} at the next meeting.

PRODUCT
{company} shows a new product
shows-new-product
{company} showed a product that its customers had asked for.

PRODUCT
{company} retires an old product line
retires-old-product-line
Support for the product line of {company} ends in two years.
"""


def _articles() -> dict[str, tuple[Article, ...]]:
    found: dict[str, tuple[Article, ...]] = {}
    for block in _ARTICLES.strip().split("\n\n"):
        category, title, slug, text = block.splitlines()
        found[category] = (*found.get(category, ()), Article(title, slug, text))
    return found


ARTICLES: Final[Mapping[str, tuple[Article, ...]]] = _articles()
CATEGORIES: Final = tuple(ARTICLES)

"""What the random bytes of scoops and articles mean."""

from functools import lru_cache
from typing import Final

from .encoding import DAY
from .records import iso_date
from .signal_data import ARTICLES, CATEGORIES, COMPANY, SOURCES, STORIES, STORY_IDS, Article, Story
from .signal_streams import of_range, published_at

# Weeks since the Unix epoch that ids of scoops and articles count from, and room for the companies of a week.
_FIRST_WEEK: Final = 2000
_ROOM: Final = 18
_SCOOP_ID: Final = 1_500_000_000
_NEWS_ID: Final = 7_500_000_000
_STORY_OF: Final = tuple((key, STORIES[key]) for key in (of_range(STORY_IDS, byte) for byte in range(256)))


def scoop_id(week: int, number: int) -> int:
    """Return the id of the scoop of a company in a week."""
    return _SCOOP_ID + ((week - _FIRST_WEEK) << _ROOM | number)


def news_id(week: int, number: int) -> int:
    """Return the id of the article about a company in a week."""
    return _NEWS_ID + ((week - _FIRST_WEEK) << _ROOM | number)


def company_of(scoop: int) -> int:
    """Return the place of the company that a scoop id speaks of; below 0 for what is no scoop id."""
    return (scoop - _SCOOP_ID) & ((1 << _ROOM) - 1) if scoop >= _SCOOP_ID else -1


def story_of(data: bytes) -> tuple[str, Story]:
    """Return the type of a scoop and its story."""
    return _STORY_OF[data[1]]


def topics_of(story: Story, data: bytes) -> tuple[str, ...]:
    """Return one topic of a story, or two of them."""
    at = data[4] % len(story.topics)
    turned = (*story.topics[at:], *story.topics[:at])
    return turned[: 1 + (data[4] >> 7)]


def headline(data: bytes, company: str) -> str:
    """Return the text of the link of a scoop about a company."""
    return of_range(story_of(data)[1].headlines, data[5]).replace(COMPANY, company)


def description(data: bytes, company: str) -> str:
    """Return what a scoop says about a company."""
    return of_range(of_range(story_of(data)[1].texts, data[2]), data[5]).replace(COMPANY, company)


def categories_of(data: bytes) -> list[str]:
    """Return the categories of an article."""
    first = of_range(CATEGORIES, data[1])
    also = "GENERAL_PRESS_RELEASE"
    return [first, also] if data[6] < 40 and first != also else [first]


def article_of(data: bytes) -> Article:
    """Return the kind of an article."""
    return of_range(ARTICLES[of_range(CATEGORIES, data[1])], data[2])


@lru_cache(maxsize=1024)
def _day(number: int) -> str:
    return iso_date(number * DAY).replace("-", "/")


def address_of(week: int, number: int, data: bytes, domain: str) -> str:
    """Return the address, in lower case, of an article about the company with a domain."""
    day, article = _day(published_at(week, data) // DAY), article_of(data)
    slug = domain.removesuffix(".example")
    return f"https://{of_range(SOURCES, data[4])}/{day}/{slug}-{article.slug}-{news_id(week, number)}"

"""The account summary and the answers to questions about it, put together from a company's record."""

from collections.abc import Sequence
from typing import Final

from . import taxonomies
from .records import Doc, country_name
from .vocabulary import words

_FACTS: Final[tuple[tuple[frozenset[str], str], ...]] = (
    (frozenset({"employees", "employee", "size", "headcount", "people", "many"}), "size"),
    (frozenset({"revenue", "money", "sales", "turnover"}), "revenue"),
    (frozenset({"technology", "technologies", "tech", "stack", "tools", "software", "uses", "use"}), "technologies"),
    (frozenset({"where", "headquarters", "located", "location", "city", "country"}), "place"),
    (frozenset({"industry", "industries", "business", "does", "sell", "do"}), "business"),
    (frozenset({"parent", "owner", "owns", "subsidiary", "family"}), "family"),
    (frozenset({"funding", "round", "rounds", "investors", "raised"}), "funding"),
    (frozenset({"competitor", "competitors", "rivals", "competes"}), "competitors"),
)


def facts(doc: Doc) -> dict[str, str]:
    """Return what is known of a company as sentences, by subject."""
    industries = ", ".join(taxonomies.INDUSTRIES[key].name for key in doc["industries"])
    products = [taxonomies.PRODUCTS[key].name for key in doc["tech"]]
    rounds = doc["rounds"]
    raised = sum(item[2] for item in rounds)
    place = (doc["city"], doc["state"], country_name(doc["country"]))
    return {
        "business": f"{doc['name']} works in {industries}. {doc['description']}".strip(),
        "size": f"It has {doc['employees']:,} employees ({taxonomies.employee_range(doc['employees'])}).",
        "revenue": f"Its revenue is {taxonomies.revenue_range(doc['revenue'])}",
        "place": f"It is based in {', '.join(filter(None, place))}.",
        "family": f"It belongs to {doc['parent_name']}." if doc["parent_name"] else "It has no parent company.",
        "technologies": f"It uses {', '.join(products)}." if products else "No technologies are known.",
        "funding": f"It has raised ${raised:,} thousand in {len(rounds)} rounds." if rounds else "No funding is known.",
        "competitors": f"It competes with {', '.join(name for _, name, _, _ in doc['rivals'])}.",
    }


def summary(doc: Doc, insights: Sequence[Doc]) -> str:
    """Return the summary of an account as Markdown.

    Args:
        doc: The company's record.
        insights: Its insights.
    """
    known = facts(doc)
    newest = sorted(insights, key=lambda row: row["insightDate"], reverse=True)[:5]
    lines = [f"# {doc['name']}", "", known["business"], ""]
    lines += ["## At a glance", "", *(f"- {known[name]}" for name in ("size", "revenue", "place", "family")), ""]
    lines += ["## Technology and funding", "", f"- {known['technologies']}", f"- {known['funding']}", ""]
    lines += ["## Recent activity", ""]
    lines += [f"- {row['insightDate'][:10]}: {row['signalPayload']['displayText']}" for row in newest]
    lines += [] if newest else ["- Nothing new is known."]
    return "\n".join(lines)


def answer(doc: Doc, question: str) -> str:
    """Answer a question from the company's record, by the words in it."""
    asked, known = set(words(question)), facts(doc)
    found = [known[name] for keys, name in _FACTS if asked & keys]
    return " ".join(found) if found else f"The account summary of {doc['name']} does not say. {known['business']}"

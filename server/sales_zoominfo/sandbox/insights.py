"""Sales insights of companies, of every documented type, all following from the records."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from zlib import crc32

from . import taxonomies
from .derived import draw, uuid_of
from .encoding import DAY
from .records import Doc, country_name, iso
from .service import Service

# Of how many insight types a company has about one.
_ONE_IN: Final = 5
# How many types one draw decides.
_TOGETHER: Final = 18
_KEPT_DAYS: Final = 90
_RECENT_DAYS: Final = 60
# People of a company that insights may name.
_NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class Scene:
    """What an insight may tell of.

    Args:
        key: Id of the company.
        doc: Its record.
        people: Some of its people who have not opted out, by id.
        seed: What its details follow from, 64 bits.
        at: When it happened, seconds since the Unix epoch.
    """

    key: int
    doc: Doc
    people: Mapping[int, Doc]
    seed: int
    at: int

    def number(self, most: int, what: str) -> int:
        """Return a number below `most`; a checksum, since an answer needs thousands of them."""
        return crc32(what.encode(), self.seed >> 32) % most

    def one(self, items: Sequence[str], what: str) -> str:
        return items[self.number(len(items), what)]

    def uuid(self, what: str) -> str:
        return uuid_of(self.seed, what)

    def person(self) -> tuple[int, Doc]:
        ids = list(self.people)
        key = ids[self.number(len(ids), "person")]
        return key, self.people[key]

    @property
    def name(self) -> str:
        return self.doc["name"]


_Payload: TypeAlias = Callable[[Scene], Doc]


def _text(*texts: str) -> _Payload:
    def payload(scene: Scene) -> Doc:
        text = scene.one(texts, "text").format(name=scene.name)
        return {"displayText": text, "text": text}

    return payload


def _funding(scene: Scene) -> Doc:
    rounds = scene.doc["rounds"]
    nameless: list[str] = []
    _, kind, amount, investors = rounds[-1] if rounds else (0, "", 1000 + scene.number(40_000, "amount"), nameless)
    name = taxonomies.FUNDING_ROUNDS.get(kind, "Venture Round")
    return {
        "displayText": f"{scene.name} raised ${amount:,} thousand ({name}).",
        "type": name,
        "amount": str(amount),
        "investors": investors,
    }


def _of_person(text: str) -> Callable[[Scene], Doc]:
    def payload(scene: Scene) -> Doc:
        key, person = scene.person()
        full = f"{person['first']} {person['last']}"
        return {
            "displayText": text.format(person=full, title=person["title"], name=scene.name),
            "ziCompanyId": scene.key,
            "ziContactId": key,
            "name": full,
            "title": person["title"],
            "isPersonOfInterest": scene.number(2, "interest") == 0,
            "isCLevel": person["levels"][0] == "C Level Exec",
            "inBuyingGroup": scene.number(3, "group") == 0,
        }

    return payload


def _change(text: str) -> _Payload:
    base = _of_person(text)

    def payload(scene: Scene) -> Doc:
        change = scene.one(("NEW_HIRE", "PROMOTION", "DEPARTURE"), "change")
        found: Doc = {**base(scene), "changeType": change}
        history = scene.people[found["ziContactId"]]["history"]
        if history:
            title, _, _, _, company, name, *_ = history[0]
            found |= {"previousCompanyId": company, "previousTitle": title, "previousCompanyName": name}
        return found

    return payload


def _with(text: str, more: Callable[[Scene], Doc]) -> _Payload:
    base = _of_person(text)
    return lambda scene: base(scene) | more(scene)


def _websights(scene: Scene) -> Doc:
    page = scene.one(("pricing", "products", "customers", "contact"), "page")
    return {
        "displayText": f"{scene.name} visited your {page} page.",
        "strength": scene.one(("HIGH", "MEDIUM", "LOW"), "strength"),
        "url": f"https://www.vendor.example/{page}",
        "signalId": scene.uuid("visit"),
    }


def _intent(scene: Scene) -> Doc:
    topics = [scene.one(_TOPICS, "first"), scene.one(_TOPICS, "second")]
    score = 60 + scene.number(41, "score")
    where = ", ".join(filter(None, (scene.doc["city"], country_name(scene.doc["country"]))))
    return {
        "displayText": f"{scene.name} researches {topics[0]} more than usual.",
        "clusterName": topics[0],
        "score": score,
        "scoreChange": f"+{1 + scene.number(30, 'change')}",
        "topics": list(dict.fromkeys(topics)),
        "topLocations": [{"location": where, "buyersCount": 1 + scene.number(9, "buyers")}],
    }


def _competitor(scene: Scene) -> Doc:
    key, name, _, _ = scene.doc["rivals"][scene.number(len(scene.doc["rivals"]), "rival")]
    text = f"{scene.name} researches {name}."
    return {
        "displayText": text,
        "competitor": {
            "displayText": text,
            "date": iso(scene.at),
            "ziCompanyId": key,
            "name": name,
            "productsOrServices": "Reporting, archive",
        },
    }


def _g2(scene: Scene) -> Doc:
    subject = scene.one(("Sandbox Pipeline", "Halfmoon Boards", "Gridlock Archive"), "subject")
    kind = scene.one(("product", "comparison", "pricing"), "type")
    return {"displayText": f"{scene.name} read the {kind} page of {subject}.", "type": kind, "subject": subject}


def _trust_radius(scene: Scene) -> Doc:
    text = f"{scene.name} compared Sandbox Pipeline with Halfmoon Boards."
    return {
        "displayText": text,
        "activityLabel": scene.one(("Comparison", "Product Pricing", "Product Reviews", "Category"), "label"),
        "activitySource": scene.one(("Category", "Competitor", "Licensed Product"), "source"),
        "activityType": scene.one(("view", "click", "share"), "type"),
        "activityLocationInfo": {
            "locationCity": scene.doc["city"],
            "locationState": scene.doc["state"],
            "locationCountry": country_name(scene.doc["country"]),
        },
        "vendor": "Sandbox Vendor, Inc.",
        "name": "Sandbox Pipeline",
        "type": "product",
        "vendorB": "Halfmoon Metrics",
        "nameB": "Halfmoon Boards",
        "typeB": "product",
        "text": text,
    }


def _hiring(text: str) -> _Payload:
    def payload(scene: Scene) -> Doc:
        department = scene.one(_DEPARTMENTS, "department")
        words = text.format(name=scene.name, department=department)
        return {"displayText": words, "text": words, "department": department}

    return payload


def _podcast(scene: Scene) -> Doc:
    key, person = scene.person()
    text = f"{person['first']} {person['last']} spoke about {scene.name} in a podcast."
    return {
        "displayText": text,
        "ziCompanyId": scene.key,
        "text": text,
        "ziContactId": key,
        "externalUrl": f"https://podcasts.sandbox.example/{scene.number(10**6, 'episode')}",
    }


def _campaign(scene: Scene) -> Doc:
    shown = 100 + scene.number(5000, "shown")
    return {
        "displayText": f"{scene.name} reacted to the campaign Autumn Pipeline.",
        "ziCompanyId": scene.key,
        "description": "Display advertising",
        "campaignName": "Autumn Pipeline",
        "campaignAudienceCompanyName": scene.name,
        "clicks": scene.number(shown // 10, "clicks"),
        "impressions": shown,
    }


def _technology(scene: Scene) -> Doc:
    item = _PRODUCTS[scene.number(len(_PRODUCTS), "product")]
    change = "ADD" if item.id in scene.doc["tech"] else scene.one(("ADD", "DROP"), "change")
    text = f"{scene.name} {'has begun' if change == 'ADD' else 'has ceased'} to use {item.name}."
    return {
        "displayText": text,
        "category": item.parent,
        "subCategory": item.category,
        "vendor": item.vendor,
        "text": text,
        "changeType": change,
    }


def _won(scene: Scene) -> Doc:
    return {
        "displayText": f"A deal with {scene.name} was won.",
        "signalId": scene.uuid("deal"),
        "companyName": scene.name,
        "opportunityName": f"{scene.name} - Sandbox Pipeline",
        "type": scene.one(("New Business", "Renewal", "Upsell"), "type"),
        "closeDate": iso(scene.at)[:10],
        "amount": str(5_000 + 500 * scene.number(300, "amount")),
        "opportunityOwner": "Robin Vendor",
    }


def _meeting(scene: Scene) -> Doc:
    _, person = scene.person()
    return {
        "displayText": f"A meeting with {scene.name} is due.",
        "meetingSubject": "Sandbox Pipeline: next steps",
        "meetingBrief": "Show the forecast view; agree on a trial.",
        "meetingStartTime": iso(scene.at + (1 + scene.number(14, "in")) * DAY),
        "externalParticipants": [f"{person['first']} {person['last']}"],
    }


def _engaged(text: str) -> _Payload:
    return lambda scene: {
        "displayText": text.format(name=scene.name),
        "engagedContactsCount": scene.number(3, "count"),
        "lastEngagementDate": iso(scene.at - scene.number(60, "last") * DAY),
    }


def _renewal(scene: Scene) -> Doc:
    due = iso(scene.at + (30 + scene.number(60, "due")) * DAY)
    return {
        "displayText": f"The contract of {scene.name} ends on {due[:10]}.",
        "renewalDate": due,
        "signalId": scene.uuid("renewal"),
    }


_DEPARTMENTS: Final = tuple(taxonomies.DEPARTMENTS.values())
_PRODUCTS: Final = tuple(taxonomies.PRODUCTS.values())
_TOPICS: Final = tuple(sorted(key for key, _ in taxonomies.table("intent-topics")))
# Documented types, with what each tells beside its text and date.
KINDS: Final[Mapping[str, _Payload]] = {
    "zi.funding": _funding,
    "zi.cxochange": _change("{person} is {title} at {name}."),
    "zi.scoop": _text("{name} plans a new office.", "{name} reviews its suppliers."),
    "zi.websights": _websights,
    "zi.buyingcommitteechange": _change("{person} of {name} joined the buying committee."),
    "zi.account-level-intent.spike": _intent,
    "zi.intent.competitor.spike": _competitor,
    "zi.mpocchange": _change("Your main contact at {name}, {person}, has a new role."),
    "zi.g2": _g2,
    "zi.trustradius": _trust_radius,
    "zi.anomaloushiring": _hiring("{name} hires more than usual in {department}."),
    "zi.formcomplete": _with(
        "{person} of {name} filled in a form.",
        lambda scene: {"formName": "Contact us", "formStatus": scene.one(("SUBMITTED", "PENDING"), "status")},
    ),
    "zi.podcastmentions": _podcast,
    "zi.marketingcampaigns": _campaign,
    "zi.technology": _technology,
    "zi.seniorjobpostings": _hiring("{name} looks for a leader in {department}."),
    "zi.personwebsights": _with(
        "{person} of {name} visited your site.",
        lambda scene: {
            "url": "https://www.vendor.example/pricing",
            "intentLevel": scene.one(("High", "Medium", "Low", "Unspecified"), "level"),
        },
    ),
    "zi.personbasednews": _with(
        "{person} of {name} was in the news.",
        lambda _: {"description": "An interview about plans for next year.", "source": "news.sandbox.example"},
    ),
    "zi.wondeal": _won,
    "zi.newcontactpreviouslyworkedforcustomer": _change("{person}, new at {name}, worked for a customer before."),
    "zi.personchange": _change("{person} of {name} has a new position."),
    "zi.upcomingmeeting": _meeting,
    "zi.lowactivecontacts": _engaged("Few people at {name} answer."),
    "zi.nodecisionmaker": _engaged("No decision maker at {name} is in touch."),
    "zi.nopostmeetingfollowup": _with(
        "Nobody wrote to {person} of {name} after the meeting.",
        lambda scene: {
            "subject": "Sandbox Pipeline: first look",
            "meetingSource": "calendar",
            "numberOfParticipants": 2 + scene.number(5, "many"),
        },
    ),
    "zi.upcomingrenewal": _renewal,
    "zi.m&a": _text("{name} buys a smaller company.", "{name} is in talks about a merger."),
    "zi.productlaunch": _text("{name} brings out a new product.", "{name} opens a beta."),
    "zi.earnings": _text("{name} reports a good quarter.", "{name} lowers its outlook."),
    "zi.partnership": _text("{name} works with a new partner."),
    "zi.layoffs": _text("{name} lets people go.", "{name} closes a site."),
    "zi.painpoint": _text("{name} complains about data quality.", "{name} wants shorter sales cycles."),
    "zi.divestiture": _text("{name} sells a business unit."),
    "zi.ipo": _text("{name} prepares to go public."),
    "zi.award": _text("{name} wins an award."),
    "zi.project": _text("{name} begins to replace its CRM.", "{name} moves its servers to the cloud."),
}
_PERSONAL: Final = frozenset(
    {
        "zi.cxochange",
        "zi.buyingcommitteechange",
        "zi.mpocchange",
        "zi.formcomplete",
        "zi.podcastmentions",
        "zi.personwebsights",
        "zi.personbasednews",
        "zi.newcontactpreviouslyworkedforcustomer",
        "zi.personchange",
        "zi.upcomingmeeting",
        "zi.nopostmeetingfollowup",
    }
)


def _kinds_of(key: int) -> list[str]:
    """Return the types of insight that a company has, in their usual order."""
    found: list[str] = []
    lots = 0
    for place, kind in enumerate(KINDS):
        if place % _TOGETHER == 0:
            lots = draw(_ONE_IN**_TOGETHER, "insights", key, place)
        lots, lot = divmod(lots, _ONE_IN)
        if lot == 0:
            found.append(kind)
    return found


class Insights:
    """Makes insights.

    Args:
        service: The simulated ZoomInfo.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def of(self, companies: Sequence[int], kinds: Sequence[str]) -> list[tuple[int, list[Doc]]]:
        """Return the insights of companies, in the order given.

        Args:
            companies: Ids; those that are unknown are left out.
            kinds: Types wanted.
        """
        docs = self._service.reader.companies(companies) if companies else {}
        wanted = {key: [kind for kind in _kinds_of(key) if kind in kinds] for key in docs}
        staff = self._staff([key for key, found in wanted.items() if _PERSONAL & set(found)])
        return [
            (key, [row for kind in wanted[key] for row in self._made(key, docs[key], staff.get(key, {}), kind)])
            for key in companies
            if key in docs
        ]

    def _made(self, key: int, doc: Doc, people: Mapping[int, Doc], kind: str) -> list[Doc]:
        if kind in _PERSONAL and not people:
            return []
        seed = draw(1 << 64, kind, key)
        at = self._service.base - seed % (_RECENT_DAYS * DAY)
        scene, when = Scene(key, doc, people, seed, at), iso(at)
        payload = KINDS[kind](scene)
        return [
            {
                "id": seed >> 11,
                "ziCompanyId": key,
                "signalId": scene.uuid("signal"),
                "signalType": kind,
                "signalPayload": {"displayText": payload.pop("displayText"), "date": when, **payload},
                "insightDate": when,
                "expiresAt": iso(at + _KEPT_DAYS * DAY),
                "createdAt": iso(at + 3600),
            }
        ]

    def _staff(self, companies: Sequence[int]) -> dict[int, dict[int, Doc]]:
        """Return a few people of companies who have not opted out."""
        engine = self._service.engine
        known, numbers = engine.companies.listing("sorted_id"), engine.companies.listing("by_id")
        starts, ids = engine.people.listing("starts"), engine.people.listing("id")
        employed: dict[int, array[int]] = {}
        for key in companies:
            place = numbers[bisect_left(known, key)]
            employed[key] = ids[starts[place] : min(starts[place] + _NAMED, starts[place + 1])]
        wanted = [person for found in employed.values() for person in found]
        docs = self._service.reader.people(wanted) if wanted else {}
        return {
            key: {person: docs[person] for person in found if not docs[person]["opted_out"]}
            for key, found in employed.items()
        }

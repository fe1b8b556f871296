"""What is known around a company: its people by rank, its family, technologies, hashtags and locations."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from . import taxonomies
from .criteria import parse
from .derived import draw, pick
from .encoding import DAY
from .matching import Input
from .model import Generation
from .places import METRO_PLACES, OTHER_PLACES, Place
from .query import Found, Rules
from .records import Doc, country_name, iso_date
from .refusal import Refusal
from .service import EnrichRequest, EnrichRow, Service
from .tables import CONTACT_FILTERS
from .vocabulary import STREET_KINDS, STREETS, fold

_RULES: Final = Rules(board_default="exclude", either_region=False, revenue_unit=1000, dotted_tags=False)
_TIERS: Final = {level: tier for tier, level in enumerate(taxonomies.MANAGEMENT_LEVELS)}
# More people than any company of a data set has.
_WHOLE: Final = 100_000
_BATCH: Final = 500
# Ids 1, 4 and 5 are attested; the others are made up.
SUB_UNITS: Final[Mapping[str, tuple[int, str]]] = {
    "UNSPECIFIED": (0, "Unspecified"),
    "LOCATION": (1, "Location"),
    "DIVISION": (2, "Division"),
    "FORMER_NEW_NAME": (3, "Former or new name"),
    "SUBSIDIARY": (4, "Subsidiary"),
    "ACQUISITION": (5, "Acquisition"),
}
HIERARCHY_INPUTS: Final = {"companyId": "i64", "companyName": "str", "companyWebsite": "str"}
HIERARCHY_OUTPUTS: Final = ("id", "companyId", "parentage", "familyTree")
# Inputs and outputs of the GTM field lookup; types as that lookup names them.
GTM_FIELDS: Final[Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]]] = {
    "orgChart": (
        {
            "companyId": "String",
            "department": "String",
            "contactAccuracyScoreMin": "String",
            "contactAccuracyScoreMax": "String",
        },
        (
            "id",
            "firstName",
            "middleName",
            "lastName",
            "lastUpdatedDate",
            "title",
            "hasEmail",
            "hasDirectPhone",
            "department",
            "jobFunction",
            "orgChartTier",
            "orgChartSubTier",
            "contactAccuracyScore",
            "companyId",
            "companyName",
        ),
    ),
    "corporate-hierarchy": (
        {"companyId": "Long", "companyName": "String", "companyWebsite": "String"},
        HIERARCHY_OUTPUTS,
    ),
    "technology": (
        {"companyId": "Long"},
        (
            "id",
            "categoryParent",
            "category",
            "vendor",
            "product",
            "attribute",
            "website",
            "logo",
            "domain",
            "createdDate",
            "modifiedDate",
            "description",
        ),
    ),
    "hashtag": (
        {"companyId": "Long"},
        (
            "id",
            "searchString",
            "displayLabel",
            "description",
            "group",
            "priority",
            "parentCategory",
            "displayScore",
            "hidden",
            "categorizedFlag",
            "label",
        ),
    ),
}
_LOCATION_OUTPUTS: Final = (
    "companyId",
    "companyAddressStatus",
    "companySubUnitType",
    "phone",
    "fax",
    "street",
    "city",
    "state",
    "zipCode",
    "country",
)
# Inputs and outputs of the Enterprise field lookups; technologies and hashtags have no list of outputs there.
ENTERPRISE_FIELDS: Final[Mapping[str, tuple[Mapping[str, str], tuple[str, ...] | None]]] = {
    "orgchart": ({"companyId": "String", "department": "String"}, GTM_FIELDS["orgChart"][1]),
    "corporatehierarchy": (
        {"companyId": "Integer", "companyName": "String", "companyWebsite": "String"},
        ("parentage", "familyTree", "companyId"),
    ),
    # The older name of the input; the endpoint wants companyId.
    "location": ({"parentId": "String"}, _LOCATION_OUTPUTS),
    "tech": ({"companyId": "String"}, None),
    "hashtag": ({"companyId": "String"}, None),
}


class Structure:
    """Reads what is known around companies, and charges for it.

    Args:
        service: The simulated ZoomInfo.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    # --- Whose -------------------------------------------------------------------------------------------

    def bought(self, account: str, generation: Generation, company: int) -> Doc | None:
        """Charge for a company whose details are about to be handed out.

        Args:
            account: Who pays: a credit unless the company is under management, and one record.
            generation: Of the API.
            company: Its id.

        Returns:
            The company; None when there is none of this id, which costs nothing. One of which no details are
            known is charged all the same, which no document says.

        Raises:
            Refusal: `credits` when it cannot be paid.
        """
        row = self.matched(account, generation, [{"companyId": company}])[0]
        if row.match.status == "LIMIT_EXCEEDED":
            # A list has no place for the status of a record.
            raise Refusal("credits")
        return None if row.match.id is None else self._service.company_rows([row.match.id])[0][1]

    def matched(self, account: str, generation: Generation, inputs: list[Input]) -> list[EnrichRow]:
        """Match and charge companies; see `Service.enrich`."""
        return self._service.enrich(account, EnrichRequest("company", generation, inputs, [], []))

    # --- People ------------------------------------------------------------------------------------------

    def staff(self, company: int, filters: Mapping[str, str], order: str, page: int = 1, size: int = _WHOLE) -> Found:
        """Find people of a company who have not opted out.

        Args:
            company: Its id.
            filters: Further filters, in the names and types of a GTM contact search.
            order: Sort field, `-` in front for descending.
            page, size: The page; all of them when absent.

        Raises:
            Refusal: A filter or the order is not legal, or the page lies after the last one.
        """
        criteria = parse(CONTACT_FILTERS, {"companyId": str(company), **filters}, "gtm")
        return self._service.search("contact", criteria, _RULES, order, page, size)

    def chart(self, ids: Sequence[int]) -> list[Doc]:
        """Return places in the org chart, in the order given, without the company.

        Args:
            ids: ZoomInfo ids of people.
        """
        base, people = self._service.base, self.people(ids)
        return [
            {
                "id": key,
                "firstName": doc["first"],
                "middleName": doc["middle"],
                "lastName": doc["last"],
                "lastUpdatedDate": base + doc["updated"],
                "title": doc["title"],
                "hasEmail": bool(doc["email"]),
                "hasDirectPhone": bool(doc["phone"]),
                "department": department_of(doc),
                "jobFunction": taxonomies.JOB_FUNCTIONS[doc["function"]],
                "orgChartTier": _TIERS[doc["levels"][0]],
                "orgChartSubTier": 1 if doc["title"].startswith(("Senior", "Chief")) else 2,
                "contactAccuracyScore": doc["accuracy"],
            }
            for key, doc in people.items()
        ]

    def people(self, ids: Sequence[int]) -> dict[int, Doc]:
        """Return records of people, in the order given."""
        docs: dict[int, Doc] = {}
        for at in range(0, len(ids), _BATCH):
            docs |= self._service.reader.people(ids[at : at + _BATCH])
        return {key: docs[key] for key in ids}

    # --- Family ------------------------------------------------------------------------------------------

    def family(self, key: int, doc: Doc) -> Doc:
        """Return `parentage` and `familyTree` of a company.

        Args:
            key: Its id.
            doc: Its record.
        """
        root = doc["ultimate"] or key
        rows = self._service.connection.execute("SELECT id FROM company WHERE ultimate=? ORDER BY id", (root,))
        ids = [root, *(row[0] for row in rows)]
        docs: dict[int, Doc] = {}
        for at in range(0, len(ids), _BATCH):
            docs |= self._service.reader.companies(ids[at : at + _BATCH])
        children: dict[int, list[int]] = {}
        for member in ids[1:]:
            children.setdefault(docs[member]["parent"], []).append(member)
        return {
            "parentage": [self._parent(parent, docs[parent]) for parent in self._above(doc, docs)],
            "familyTree": [_node(root, docs, children)],
        }

    def _above(self, doc: Doc, docs: Mapping[int, Doc]) -> list[int]:
        above: list[int] = []
        parent = doc["parent"]
        while parent:
            above.append(parent)
            parent = docs[parent]["parent"]
        return above

    def _parent(self, key: int, doc: Doc) -> Doc:
        row = {
            "companyId": str(key),
            "companyName": doc["name"],
            "city": doc["city"],
            "state": doc["state"],
            "subUnitType": doc["sub_unit"],
            "subUnitDesc": SUB_UNITS[doc["sub_unit"]][1],
        }
        if doc["sub_unit"] == "ACQUISITION":
            row["acquiredByDate"] = iso_date(self._service.base - (400 + draw(3000, "acquired", key)) * DAY)
        return row

    # --- Details -----------------------------------------------------------------------------------------

    def technologies(self, key: int, doc: Doc) -> list[Doc]:
        """Return the technologies of a company; dates in seconds since the Unix epoch."""
        rows: list[Doc] = []
        for number in doc["tech"]:
            item = taxonomies.PRODUCTS[number]
            slug = "".join(part for part in fold(item.vendor) if part.isalnum())
            created = self._service.base - (200 + draw(2500, "tech", key, number)) * DAY + draw(DAY, "at", key, number)
            known = draw(4, "vendor", item.vendor) > 0
            rows.append(
                {
                    "id": number,
                    "categoryParent": item.parent,
                    "category": item.category,
                    "vendor": item.vendor,
                    "product": item.name,
                    "attribute": item.tag,
                    "website": f"www.{slug}.example",
                    "logo": f"https://logos.sandbox.example/{slug}.png" if known else None,
                    "domain": f"{slug}.example" if known else None,
                    "created": created,
                    "modified": min(created + draw(200, "changed", key, number) * DAY, self._service.base),
                    "description": f"{item.name} by {item.vendor}: {item.category.lower()}.",
                }
            )
        return rows

    def hashtags(self, key: int, doc: Doc) -> list[Doc]:
        """Return the hashtags of a company."""
        tags = [taxonomies.HASHTAGS[tag] for tag in doc["hashtags"]]
        return [
            {
                "id": tag.id,
                "searchString": tag.label.lower(),
                "displayLabel": tag.label,
                "description": f"Companies with the label {tag.label}.",
                "group": tag.group,
                "priority": place,
                "parentCategory": tag.parent_category,
                "displayScore": str(50 + draw(50, "tag", key, tag.id)),
                "hidden": False,
                "label": tag.label,
                "categorizedFlag": True,
            }
            for place, tag in enumerate(tags, start=1)
        ]

    def locations(self, key: int, doc: Doc) -> list[Doc]:
        """Return the locations of a company, the headquarters first."""
        rows: list[Doc] = []
        share = max(1, doc["employees"] // doc["locations"])
        for number in range(doc["locations"]):
            at = location(key, doc, number)
            rows.append(
                {
                    "phone": doc["phone"] if number == 0 else "",
                    "fax": doc["fax"] if number == 0 else "",
                    **{name: at[name] for name in ("street", "city", "state", "zipCode", "country")},
                    "company": {
                        "id": at["id"],
                        "addressStatus": "CURRENT" if number == 0 else pick(_STATUSES, "status", key, number),
                        "subUnitType": "LOCATION",
                        "locationName": at["name"],
                        "locationEmployeeCount": share,
                    },
                }
            )
        return rows


_STATUSES: Final = ("CURRENT", "CURRENT", "CURRENT", "VALID", "PAST")
_PLACES_OF: dict[str, tuple[Place, ...]] = {}


def department_of(person: Doc) -> str:
    """Return the name of a person's department."""
    return taxonomies.DEPARTMENTS[person["function"].split(".")[0]]


def location(key: int, doc: Doc, number: int) -> Doc:
    """Return a location of a company.

    Args:
        key: Id of the company.
        doc: Its record.
        number: From 0, the headquarters, to below the number of its locations.
    """
    if number == 0:
        address = {"street": doc["street"], "city": doc["city"], "state": doc["state"], "zipCode": doc["zip"]}
        # The id that contact records name as locationCompanyId.
        return {
            "id": key + 1,
            "name": f"{doc['name']} Headquarters",
            **address,
            "country": country_name(doc["country"]),
        }
    place = pick(_near(doc["country"]), "place", key, number)
    return {
        "id": 1_000_000_000 + key * 100 + number,
        "name": f"{doc['name']} {place.city}",
        "street": f"{1 + draw(980, 'house', key, number)} {pick(STREETS, 'street', key, number)} "
        f"{pick(STREET_KINDS, 'kind', key, number)}",
        "city": place.city,
        "state": place.state,
        "zipCode": place.zip,
        "country": country_name(place.country),
    }


def _near(country: str) -> tuple[Place, ...]:
    """Return the places of a country; of all countries when it has none."""
    if not _PLACES_OF:
        every = METRO_PLACES + OTHER_PLACES
        _PLACES_OF[""] = every
        for place in every:
            _PLACES_OF[place.country] = (*_PLACES_OF.get(place.country, ()), place)
    return _PLACES_OF.get(country, _PLACES_OF[""])


def _node(key: int, docs: Mapping[int, Doc], children: Mapping[int, list[int]], *, below: bool = False) -> Doc:
    doc = docs[key]
    node: Doc = {"companyId": key, "name": doc["name"], "city": doc["city"], "state": doc["state"]}
    if below:
        node["subUnitTypeInfo"] = _unit(doc["sub_unit"])
    places = [location(key, doc, number) for number in range(doc["locations"])]
    node["familyNodes"] = [
        *(_node(child, docs, children, below=True) for child in children.get(key, ())),
        *(
            {
                "companyId": at["id"],
                "name": at["name"],
                "city": at["city"],
                "state": at["state"],
                "subUnitTypeInfo": _unit("LOCATION"),
                "familyNodes": [],
            }
            for at in places
        ),
    ]
    return node


def _unit(name: str) -> Doc:
    kind, text = SUB_UNITS[name]
    return {"typeId": kind, "typeDescription": text}


def departments(text: str, name: str) -> str:
    """Return a comma-separated list of departments as ids.

    Args:
        text: Ids or names.
        name: The input, for the refusal.

    Raises:
        Refusal: One of them is neither.
    """
    known = {fold(label): key for key, label in taxonomies.DEPARTMENTS.items()}
    found = [part.strip() for part in text.split(",") if part.strip()]
    wrong = [part for part in found if part not in taxonomies.DEPARTMENTS and fold(part) not in known]
    if wrong or not found:
        raise Refusal("bad_value", name, detail=f"unknown department '{(wrong or [''])[0]}'")
    return ",".join(part if part in taxonomies.DEPARTMENTS else known[fold(part)] for part in found)


def us_short(at: int) -> str:
    """Return a moment as the Enterprise API spells it of technologies: `8/11/16 14:14`."""
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment.month}/{moment.day}/{moment:%y} {moment.hour}:{moment:%M}"

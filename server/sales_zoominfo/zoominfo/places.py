"""Places as people write them: codes, other languages, nicknames, groups of countries, cities."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from .records import Value
from .words import fold

# Postal codes of states and provinces; the lookup has names and dotted ids only, and a search takes any two letters.
_POSTAL = """
AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,
DC District of Columbia,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,
LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,
NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,
OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,
UT Utah,VT Vermont,VA Virginia,WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming,
AB Alberta,BC British Columbia,MB Manitoba,NB New Brunswick,NL Newfoundland and Labrador,NT Northwest Territories,
NS Nova Scotia,NU Nunavut,ON Ontario,PE Prince Edward Island,QC Quebec,SK Saskatchewan,YT Yukon
"""
_STATE_NAMES = {
    "district of columbia": "washington dc,washington d.c.,d c,district of columbia dc",
    "california": "cali,calif",
    "massachusetts": "mass",
    "pennsylvania": "penn,penna",
    "florida": "fla",
    "new york": "new york state,upstate new york,state of new york",
    "washington": "washington state,wash",
    "texas": "tex",
    "quebec": "que",
    "ontario": "ont",
}
# Regions of the US, by postal codes.
_STATE_GROUPS = {
    "new england": "CT ME MA NH RI VT",
    "west coast": "CA OR WA",
    "pacific northwest,pnw": "OR WA",
    "tri state area,tristate": "NY NJ CT",
    "midwest": "IL IN IA KS MI MN MO NE ND OH SD WI",
    "mid atlantic": "DE DC MD NJ NY PA VA WV",
    "southeast,south east": "AL AR FL GA KY LA MS NC SC TN VA WV",
    "southwest,south west": "AZ NM OK TX",
    "gulf coast": "TX LA MS AL FL",
    "east coast": "ME NH MA RI CT NY NJ DE MD VA NC SC GA FL DC PA",
    "carolinas,carolina": "NC SC",
    "dakota": "ND SD",
    "maritimes,atlantic canada": "NB NS PE",
}
_METROS = {
    "CA - San Francisco": "sf,sf bay area,san francisco bay area,sfo,san fran,frisco bay,bay area sf",
    "CA - Los Angeles": "la,l a,greater la,southern california,socal",
    "NY - New York": "nyc,new york city,n y c,manhattan,brooklyn,big apple,ny metro,ny city",
    "DC - Washington": "dc,washington dc,washington d.c.,dmv,d c,national capital region",
    "TX - Dallas": "dfw,dallas fort worth,dallas ft worth,fort worth",
    "IL - Chicago": "chicagoland,chi town",
    "MN - Minneapolis": "twin cities,minneapolis st paul,minneapolis saint paul,msp",
    "PA - Philadelphia": "philly,delaware valley",
    "NV - Las Vegas": "vega",
    "NC - Raleigh": "research triangle,raleigh durham,the triangle,rtp",
    "ON - Toronto": "gta,greater toronto area",
    "BC - Vancouver": "lower mainland,metro vancouver",
    "QC - Montreal": "greater montreal",
    "UT - Salt Lake City": "slc,silicon slope,salt lake",
    "GA - Atlanta": "atl",
    "FL - Miami": "south florida",
    "LA - New Orleans": "nola",
    "WA - Seattle": "puget sound,sea tac",
    "FL - Tampa": "tampa bay,tampa bay area,tampa st petersburg",
    "MO - St. Louis": "saint louis,st louis",
    "AZ - Phoenix": "valley of the sun",
    "CA - San Francisco;CA - San Jose": "bay area,the bay,silicon valley,northern california,norcal",
}
_COUNTRIES = {
    "US": "u s,america,the states,vereinigte staaten,amerika,us of a",
    "GB": "uk,great britain,britain,u k",
    "NL": "holland",
    "AE": "uae,emirates,u a e",
    "SA": "ksa",
    "CN": "prc,mainland china,china prc",
    "HK": "hong kong sar,hongkong,hk",
    "TW": "taiwan",
    "TR": "turkiye",
    "CH": "helvetia",
    "VN": "viet nam",
    "CZ": "czech",
    "RU": "russia",
    "IR": "persia",
    "IE": "republic of ireland,eire",
    "NZ": "aotearoa",
    "ZA": "rsa",
    "PH": "the philippine",
    "NO": "norge,noreg",
    "DK": "danmark",
    "FI": "suomi",
    "SE": "sverige",
    "IS": "island",
    "AT": "osterreich",
    "HU": "magyarorszag",
    "KR": "korea",
    "KP": "korea",
    "BE": "belgie,belgique,belgien",
    "MX": "mejico",
    "IN": "bharat,hindustan",
    "IL": "israel",
    "EG": "misr",
    "GR": "hella",
    "HR": "hrvatska",
    "EE": "eesti",
    "LV": "latvija",
    "LT": "lietuva",
    "RS": "srbija",
    "SI": "slovenija",
    "SK": "slovensko",
    "UA": "ukraina",
    "BG": "balgariya",
}
# Several countries under one name, by ISO codes.
_EU = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
_GROUPS = {
    "dach,d a ch": "DE AT CH",
    "nordics,nordic,nordic countries": "SE NO DK FI IS",
    "scandinavia": "SE NO DK",
    "benelux": "BE NL LU",
    "baltics,baltic states": "EE LV LT",
    "iberia,iberian peninsula": "ES PT",
    "uki,uk and ireland,uk and i,british isle": "GB IE",
    "visegrad,v4": "PL CZ SK HU",
    "gcc,gulf state,gulf": "AE SA QA KW BH OM",
    "middle east,mena,meta": "AE SA IL QA KW BH OM JO LB EG TR",
    "anz,australia and new zealand,australasia": "AU NZ",
    "asean,southeast asia,south east asia,sea": "SG MY TH VN PH ID",
    "central america": "MX GT BZ HN SV NI CR PA",
    "bric,bricks": "BR RU IN CN",
    "cee,central and eastern europe,eastern europe": "PL CZ SK HU RO BG SI HR EE LV LT",
    "balkan": "HR SI RS BA BG GR AL MK ME",
    "caribbean": "BS JM PR DO TT BB HT CU",
    "usmca,nafta": "US CA MX",
    "g7": "US CA GB FR DE IT JP",
}
_UNION = frozenset({"eu", "european union", "eu27", "eu 27", "eu country", "eu member", "eu member state", "e u"})
# Continents of business regions that are more than one.
_REGIONS = {
    "emea": "europe,africa,asia",
    "apac,asia pacific,apj": "asia,oceania",
    "americas,america,the americas": "north america,south america",
    "latam,latin america": "south america,north america",
    "eurasia": "europe,asia",
}
_CONTINENTS = {
    "north america": "noram,n america,namer,northern america",
    "south america": "s america",
    "europe": "europa,europe continent,continental europe",
    "oceania": "australasia,pacific",
    "asia": "asien",
}
# Parts of a country that a country list does not have.
_WITHIN = {
    "GB": "england,scotland,wales,northern ireland,london,manchester,edinburgh,leeds,bristol",
    "DE": "bavaria,bayern,berlin,munich,munchen,hamburg,frankfurt,cologne,koln,stuttgart,dusseldorf",
    "FR": "paris,lyon,marseille,toulouse",
    "ES": "madrid,barcelona,catalonia,valencia",
    "IT": "rome,roma,milan,milano,turin",
    "NL": "amsterdam,rotterdam,the hague,utrecht",
    "BE": "brussels,antwerp,flanders",
    "IE": "dublin,cork",
    "CH": "zurich,geneva,basel",
    "AT": "vienna,wien",
    "SE": "stockholm,gothenburg",
    "DK": "copenhagen",
    "NO": "oslo",
    "FI": "helsinki",
    "PL": "warsaw,krakow,wroclaw",
    "CZ": "prague",
    "PT": "lisbon,porto",
    "HU": "budapest",
    "RO": "bucharest",
    "GR": "athens",
    "TR": "istanbul,ankara",
    "IL": "tel aviv,jerusalem,haifa",
    "AE": "dubai,abu dhabi",
    "SA": "riyadh,jeddah",
    "IN": "bangalore,bengaluru,mumbai,delhi,new delhi,hyderabad,chennai,pune",
    "CN": "shanghai,beijing,shenzhen,guangzhou",
    "JP": "tokyo,osaka",
    "KR": "seoul",
    "SG": "singapore city",
    "AU": "sydney,melbourne,brisbane,perth,new south wales,nsw,queensland",
    "NZ": "auckland,wellington",
    "BR": "sao paulo,rio de janeiro,rio",
    "MX": "mexico city,guadalajara,monterrey",
    "AR": "buenos aires",
    "ZA": "johannesburg,cape town",
    "NG": "lagos",
    "KE": "nairobi",
    "EG": "cairo",
}


class Country(NamedTuple):
    """A country of the list: ISO codes and names."""

    code: str
    long_code: str
    names: tuple[str, ...]


@cache
def _world() -> tuple[Country, ...]:
    lines = Path(__file__).with_name("countries.txt").read_text("utf-8").splitlines()
    rows = [line.split("|") for line in lines if line]
    return tuple(Country(row[0], row[1], tuple(row[2:])) for row in rows)


@cache
def _codes() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for country in _world():
        for name in country.names:
            table.setdefault(fold(name), set()).add(country.code)
        # A code is written in letters of one case, so that a word such as "per" or "and" is none.
        table.setdefault(country.code, set()).add(country.code)
        table.setdefault(country.long_code, set()).add(country.code)
    for code, words in _COUNTRIES.items():
        for word in words.split(","):
            table.setdefault(fold(word), set()).add(code)
    return {name: frozenset(codes) for name, codes in table.items()}


def country_codes(text: str) -> frozenset[str]:
    """The ISO codes of the countries that a text names, in any of some twenty languages or by a code."""
    table = _codes()
    plain = text.strip().replace(".", "")
    if len(plain) in (2, 3) and plain.isascii():
        found = table.get(plain.upper()) or table.get(fold(plain))
    else:
        found = table.get(fold(text))
    if found:
        return found
    head, comma, tail = text.partition(",")
    # "Korea, South" and "Korea, Republic of".
    return table.get(fold(f"{tail} {head}"), frozenset()) if comma else frozenset()


def english(code: str) -> str:
    """The English name of a country by its ISO code."""
    return next(country.names[0] for country in _world() if country.code == code)


def countries(codes: Iterable[str], values: list[Value]) -> list[Value]:
    """The values of an account's country list that are the countries of ISO codes, in their order."""
    by_code: dict[str, Value] = {}
    for value in values:
        for code in country_codes(value.name) or country_codes(value.id):
            by_code.setdefault(code, value)
    return [by_code[code] for code in codes if code in by_code]


@cache
def _by_word(table: str) -> dict[str, str]:
    tables = {"groups": _GROUPS, "regions": _REGIONS, "states": _STATE_GROUPS}
    found = {fold(word): value for words, value in tables.get(table, {}).items() for word in words.split(",")}
    if table == "within":
        found = {fold(word): code for code, words in _WITHIN.items() for word in words.split(",")}
    return found


def group_codes(text: str) -> list[str]:
    """ISO codes of the countries that a name such as DACH stands for; empty for any other text."""
    return _by_word("groups").get(fold(text).removeprefix("the "), "").split()


def union_codes(text: str) -> list[str]:
    """ISO codes of the European Union's members when that is what a text names."""
    members: list[str] = []
    return [*_EU.split()] if fold(text).removeprefix("the ") in _UNION else members


def region_continents(text: str) -> list[str]:
    """Continent names of a business region such as EMEA."""
    found = _by_word("regions").get(fold(text).removeprefix("the "))
    return found.split(",") if found else []


def lies_in(text: str) -> str | None:
    """ISO code of the country that a city or part of a country lies in."""
    return _by_word("within").get(fold(text))


def state_group(text: str) -> list[str]:
    """Names of the states of a region such as New England."""
    codes = _by_word("states").get(fold(text).removeprefix("the "), "").split()
    names = postal()
    return [names[code] for code in codes]


@cache
def postal() -> dict[str, str]:
    """Names of states and provinces by postal code."""
    return {code: name for code, _, name in (entry.strip().partition(" ") for entry in _POSTAL.strip().split(","))}


@cache
def _state_codes() -> dict[str, str]:
    return {fold(name): code for code, name in postal().items()} | {code.casefold(): code for code in postal()}


@cache
def _nicknames(lookup: str) -> dict[str, tuple[str, ...]]:
    tables: dict[str, dict[str, str]] = {
        "states": {name: f"{code},{_STATE_NAMES.get(name.casefold(), '')}" for code, name in postal().items()},
        "metro-regions": _METROS,
        "continents": _CONTINENTS,
    }
    return {
        fold(word): tuple(name.split(";"))
        for name, words in tables.get(lookup, {}).items()
        for word in words.split(",")
        if word
    }


_NATIONS = re.compile(r"(.+?),?\s+(?:usa|us|u\.s\.a?\.|united states|canada)", re.IGNORECASE)


def nicknamed(text: str, lookup: str) -> tuple[str, ...]:
    """The names of the values that a place goes by: several when the words do not decide, none for other texts."""
    found = _nicknames(lookup).get(fold(text), ())
    if found or lookup not in ("metro-regions", "states"):
        return found
    nation = _NATIONS.fullmatch(text.strip())
    if nation:
        return _nicknames(lookup).get(fold(nation[1]), (nation[1],))
    if lookup == "metro-regions":
        city, _, state = text.strip().rpartition(",")
        if not city:
            city, _, state = text.strip().rpartition(" ")
            if len(state) != 2 or not state.isupper():
                return ()
        code = _state_codes().get(fold(state))
        if code and city:
            return (f"{code} - {city.strip()}",)
    return ()

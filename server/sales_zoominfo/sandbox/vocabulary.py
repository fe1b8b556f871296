"""Word lists that invented companies and people are made of, and the folding used to compare text."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Letters that Unicode decomposition leaves whole.
_PLAIN: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"}
)
_WORD: Final = re.compile(r"[^\W_]+")
_DAMAGED: Final = re.compile(r"&\s*amp;", re.IGNORECASE)

TITLE_SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "vp": ("vice", "president"),
    "svp": ("senior", "vice", "president"),
    "evp": ("executive", "vice", "president"),
    "ceo": ("chief", "executive", "officer"),
    "cfo": ("chief", "financial", "officer"),
    "cto": ("chief", "technology", "officer"),
    "cio": ("chief", "information", "officer"),
    "cmo": ("chief", "marketing", "officer"),
    "coo": ("chief", "operating", "officer"),
    "ciso": ("chief", "information", "security", "officer"),
    "sr": ("senior",),
    "mgr": ("manager",),
}
_STOP: Final = frozenset({"of", "the", "and", "for", "in"})
_LEGAL_FORMS: Final = (
    "inc incorporated llc llp ltd limited corp corporation co company gmbh ag sa sas sarl bv nv ab as oy aps spa srl "
    "plc pty pte kk"
)
LEGAL_FORMS: Final = frozenset(_LEGAL_FORMS.split())


@lru_cache(maxsize=60_000)
def fold(text: str) -> str:
    """Return `text` in lower case without accents, so that "Łukasz" equals "lukasz"."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in spread if not unicodedata.combining(letter)).translate(_PLAIN)


def words(text: str) -> list[str]:
    """Return the folded words of `text`, punctuation dropped."""
    return _WORD.findall(fold(text))


def title_words(text: str) -> list[str]:
    """Return the words of a job title: entities repaired, abbreviations spelt out, fillers dropped."""
    found: list[str] = []
    for word in words(_DAMAGED.sub("&", text)):
        if word not in _STOP:
            found.extend(TITLE_SYNONYMS.get(word, (word,)))
    return found


def name_words(text: str) -> list[str]:
    """Return the words of a company name without its legal form, unless nothing else is left."""
    found = words(text)
    return [word for word in found if word not in LEGAL_FORMS] or found


def digits(text: str) -> str:
    """Return the digits of a phone number."""
    return "".join(letter for letter in text if letter.isdigit())


_ANGLO_FIRST: Final = (
    "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph "
    "Jessica Thomas Karen Daniel Sarah Matthew Lisa Anthony Nancy Mark Sandra Steven Ashley Andrew Emily Joshua "
    "Donna Kevin Michelle Brian Carol George Amanda Edward Melissa Ronald Deborah Timothy Rachel Jason Olivia "
    "Ryan Emma Jacob Grace Gary Hannah Nicholas Chloe Eric Sophia Jonathan Ella Stephen Ava Aaliyah Malik Priya Mei"
)
_ANGLO_LAST: Final = (
    "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Martin Lee Thompson White "
    "Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Campbell "
    "Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Morgan "
    "Cooper Peterson Reed Bailey Kelly Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray Hughes Price "
    "O'Brien O'Connor Garcia Martinez Nguyen Patel Washington Whitfield Ashdown Larkspur Penhallow"
)

# country: first names / last names; "native=latin" where the latin form cannot be derived
_POOLS: Final[dict[str, tuple[str, str]]] = {
    "de": (
        "Jürgen Anke Björn Claudia Dieter Élise Felix Greta Hannah Jörg Katrin Lukas Matthias Sabine Tobias Ulrike",
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schäfer Köhler Krüger Groß Jäger Böhm Voß",
    ),
    "fr": (
        "Zoé André Béatrice Chloé Éric François Hélène Inès Jérôme Léa Mathéo Noémie Océane Raphaël Sébastien",
        "Lefèvre Moreau Bernard Dubois Durand Girard Lévêque Mercier Rousseau Gauthier Chevalier Hébert Noël",
    ),
    "es": (
        "José María Ángel Lucía Jesús Inés Raúl Sofía Andrés Begoña Martín Ximena Nicolás Verónica Íñigo",
        "García Rodríguez Fernández López Martínez Sánchez Pérez Gómez Núñez Muñoz Jiménez Ibáñez Peña",
    ),
    "pt": (
        "João Conceição Luís Inês António Mônica Tomás Beatriz Gonçalo Antônia Rui Sofia",
        "Silva Santos Ferreira Gonçalves Simões Araújo Conceição Magalhães Brandão Leitão",
    ),
    "it": (
        "Giulia Marco Niccolò Chiara Alessandro Francesca Nicolò Martina Davide Elena",
        "Rossi Russo Ferrari Bianchi D'Angelo Conti De\u2019Luca Marchetti Galli Nicolò",
    ),
    "nordic": (
        "Zoë Åsa Björn Søren Øyvind Linnéa Märta Håkan Jørgen Kåre Anniken Göran Päivi Väinö Freja",
        "Ångström Sjöberg Lindström Nyström Hansen Jørgensen Sørensen Bjørnstad Östlund Mäkinen Hämäläinen Ødegård",
    ),
    "pl": (
        "Łukasz Małgorzata Paweł Agnieszka Michał Zofia Grzegorz Żaneta Stanisław Świętosława Kamil",
        "Wiśniewski Kowalczyk Wójcik Zieliński Szymański Dąbrowski Kozłowska Łukaszewicz Żak Śliwa",
    ),
    "cz": (
        "Jiří Tomáš Kateřina Zdeněk Eliška Ondřej Ștefan Ágnes István Ioana Răzvan",
        "Novák Dvořák Svoboda Procházka Černý Kovács Szabó Nagy Popescu Ionescu Țepeș",
    ),
    "tr": ("Ayşe Çağla Ömer Şebnem İbrahim Gökhan Zeynep Emre", "Yılmaz Çelik Şahin Öztürk Doğan Kılıç Aydın"),
    "in": (
        "Aarav Ananya Arjun Deepika Harish Ishaan Kavya Lakshmi Nikhil Pooja Rohan Sanjay Vidya Vikram",
        "Sharma Gupta Iyer Nair Reddy Chatterjee Banerjee Deshpande Kulkarni Menon Rao Subramanian",
    ),
    "cn": (
        "明=Ming 伟=Wei 芳=Fang 娜=Na 敏=Min 静=Jing 强=Qiang 磊=Lei 洋=Yang 艳=Yan",
        "李=Li 王=Wang 张=Zhang 刘=Liu 陈=Chen 杨=Yang 赵=Zhao 黄=Huang 周=Zhou 吴=Wu",
    ),
    "jp": (
        "太郎=Taro 花子=Hanako 健=Ken 陽子=Yoko 翔太=Shota 美咲=Misaki 大輔=Daisuke 恵=Megumi",
        "佐藤=Sato 鈴木=Suzuki 高橋=Takahashi 田中=Tanaka 渡辺=Watanabe 伊藤=Ito 中村=Nakamura",
    ),
    "kr": (
        "민준=Minjun 서연=Seoyeon 지훈=Jihoon 수진=Sujin 현우=Hyunwoo 은지=Eunji",
        "김=Kim 이=Lee 박=Park 최=Choi 정=Jung 강=Kang",
    ),
    "gr": ("Νίκος=Nikos Ελένη=Eleni Γιώργος=Giorgos Μαρία=Maria", "Παπαδόπουλος=Papadopoulos Νικολάου=Nikolaou"),
}
_POOL_OF: Final[dict[str, str]] = {
    "germany": "de",
    "austria": "de",
    "switzerland": "de",
    "france": "fr",
    "belgium": "fr",
    "luxembourg": "fr",
    "spain": "es",
    "mexico": "es",
    "argentina": "es",
    "colombia": "es",
    "chile": "es",
    "portugal": "pt",
    "brazil": "pt",
    "italy": "it",
    "sweden": "nordic",
    "norway": "nordic",
    "denmark": "nordic",
    "finland": "nordic",
    "netherlands": "nordic",
    "poland": "pl",
    "czech republic": "cz",
    "romania": "cz",
    "hungary": "cz",
    "turkey": "tr",
    "india": "in",
    "china": "cn",
    "hong kong": "cn",
    "taiwan": "cn",
    "japan": "jp",
    "south korea": "kr",
    "greece": "gr",
}

NamePool = tuple[tuple[str, ...], tuple[str, ...]]
LATIN: Final[dict[str, str]] = {}


def _names(text: str) -> tuple[str, ...]:
    plain: list[str] = []
    for entry in text.split():
        native, _, latin = entry.partition("=")
        plain.append(native)
        LATIN[native] = re.sub(r"[^a-z]", "", latin.lower() or fold(native))
    return tuple(plain)


_PARSED: Final[dict[str, NamePool]] = {
    key: (_names(first), _names(last)) for key, (first, last) in (_POOLS | {"": (_ANGLO_FIRST, _ANGLO_LAST)}).items()
}


# Surnames and place names that only larger sets use.
_WIDE_STARTS: Final = (
    "Ash Beck Black Brad Bran Brook Burn Carl Chad Cran Dal Dun East Ed Fair Farn Gar Hal Hart Haw Hol Kel Kirk Lang "
    "Lin Mel Nor Oak Pem Rad Ral Rush Sel Stan Thorn Wal Wer Whit Win Wood"
)
_WIDE_ENDS: Final = (
    "bourne bridge bury by combe croft dale don field ford ham hurst ley man more sby shaw stead ton well wick worth"
)


@lru_cache(maxsize=1)
def _wide_names() -> NamePool:
    firsts, lasts = _PARSED[""]
    more = (
        "Abigail Adrian Alan Albert Alice Arthur Beatrice Benjamin Brandon Caleb Camila Caroline Charles Clara Dylan "
        "Eleanor Elijah Ethan Evelyn Frances Gabriel Harold Harper Henry Isaac Isla Jasmine Julian Kimberly Leah Liam "
        "Lucas Lydia Madison Mason Maya Naomi Nathan Noah Owen Paul Penelope Peter Quinn Rebecca Samuel Scarlett Sean "
        "Tessa Theodore Valerie Victor Violet Walter Wesley Zachary"
    )
    made = _names(" ".join(f"{start}{end}" for start in _WIDE_STARTS.split() for end in _WIDE_ENDS.split()))
    return firsts + _names(more), lasts + made


def name_pool(country: str, *, wide: bool = False) -> NamePool:
    """Return first and last names that are plausible in a country (by country id); more of them if `wide`."""
    pool = _POOL_OF.get(country, "")
    return _wide_names() if wide and not pool else _PARSED[pool]


_HEADS: Final = (
    "Alder Amberline Argent Ashgrove Aurelian Barrow Beaconfield Birchwood Blueharbor Brambleway Brightmoor Calder "
    "Candlewick Cedarline Chalkstone Cinderpath Clearbrook Cobaltine Copperfen Coralight Crestmark Dapplewood "
    "Dawnfield Deepwell Driftmark Dunmore Eastmere Elmhurst Emberton Fairlock Fernhollow Flintridge Foxglade "
    "Frostvale Gablewood Galehaven Glasswater Goldenrod Granitefall Greyfriar Halcyonic Harrowgate Hazelmere "
    "Heronsgate Highfell Hollowbrook Inkwell Ironvale Ivorycrest Juniperus Kestrelton Kingsfold Lanternworks "
    "Larkmoor Lindenhall Lowmere Maplecroft Marrowstone Meadowlark Millrace Mistral Moorgate Mossbank Nettlefield "
    "Northfen Oakhaven Obsidianic Orchardline Osprey Palebridge Pebblecreek Pinecrest Quarrystone Quillfeather "
    "Ravenmoor Redfern Ridgeback Rookwood Rowanlea Saltmarsh Sandpiper Silverthorn Skylark Slatebridge Snowdrift "
    "Stonewell Summerfold Sunmere Tallowick Tamarind Thistledown Thornbury Tidewater Timberlake Umberfield "
    "Valebrook Verdigris Wayfarer Westmoor Whitlock Wildrose Willowbend Windermill Wolfsbane Wrenfield Yarrow "
    "Ångelby Çınar Désirée Élan Łąka Ñandu Ørsund Śnieżka Über Žalgir"
)
COMPANY_HEADS: Final = tuple(_HEADS.split())
_HEAD_STARTS: Final = (
    "Alder Amber Apple Arrow Ash Aspen Autumn Bay Beech Birch Blue Bright Bronze Cedar Clear Cliff Cloud Coral Crane "
    "Crystal Dawn Deep Dove Eagle Elder Ember Falcon Fern Fire Fox Frost Gold Grand Green Hazel Heather Heron Holly "
    "Iron Ivory Jade Juniper Lake Lark Laurel Lunar Maple Marble Meadow Moon Moss North Oak Ocean Opal Orchid Otter "
    "Pearl Pine Quartz Raven Red River Rose Sage Silver Sky Snow South Spruce Star Stone Summer Sun Swift Thistle "
    "Timber Vale Violet Wave West White Wild Willow Wind Winter"
)
_HEAD_ENDS: Final = (
    "bank bend brook cove crest dale edge fall field ford gate glen grove hill land mark peak point port ridge shore "
    "spring vale view ward wood"
)


@lru_cache(maxsize=2)
def company_heads(*, wide: bool) -> tuple[str, ...]:
    """Return first words of company names; more of them if `wide`."""
    if not wide:
        return COMPANY_HEADS
    made = (f"{start}{end}" for start in _HEAD_STARTS.split() for end in _HEAD_ENDS.split())
    return tuple(dict.fromkeys((*COMPANY_HEADS, *made)))


COMPANY_TAILS: Final[dict[str, tuple[str, ...]]] = {
    "agriculture": ("Farms", "Growers", "Agronomics"),
    "banking": ("Bank", "Credit Union", "Bancorp"),
    "bizservice": ("Consulting", "Advisory", "Partners", "Staffing"),
    "construction": ("Builders", "Construction", "Architects"),
    "consumerservices": ("Auto Care", "Fitness", "Services"),
    "education": ("Academy", "University", "School District"),
    "energy": ("Energy", "Power", "Renewables"),
    "finance": ("Capital", "Ventures", "Investments"),
    "government": ("County", "Township"),
    "healthcare": ("Clinic", "Medical Group", "Telehealth"),
    "hospitality": ("Hotels", "Kitchens", "Resorts"),
    "hospitals": ("Hospital", "Health System"),
    "insurance": ("Insurance", "Mutual", "Assurance"),
    "law": ("Legal", "& Associates", "Law Group"),
    "manufacturing": ("Industries", "Manufacturing", "Works", "Components"),
    "media": ("Media", "Broadcasting", "Press"),
    "mining": ("Mining", "Minerals"),
    "nonprofit": ("Foundation", "Trust", "Society"),
    "realestate": ("Realty", "Properties"),
    "retail": ("Stores", "Outfitters", "Market"),
    "software": ("Software", "Analytics", "Systems", "Labs", "Cloud"),
    "telecom": ("Telecom", "Wireless", "Networks"),
    "transportation": ("Logistics", "Freight", "Transport"),
}
LEGAL_BY_COUNTRY: Final[dict[str, tuple[str, ...]]] = {
    "usa": ("Inc.", "LLC", "Corp.", "Co.", ""),
    "canada": ("Inc.", "Ltd.", ""),
    "united kingdom": ("Ltd", "PLC", ""),
    "germany": ("GmbH", "AG"),
    "austria": ("GmbH",),
    "france": ("SA", "SAS"),
    "netherlands": ("BV", "NV"),
    "sweden": ("AB",),
    "norway": ("AS",),
    "denmark": ("ApS",),
    "italy": ("SpA", "Srl"),
    "spain": ("SA",),
    "japan": ("KK",),
    "australia": ("Pty Ltd",),
    "singapore": ("Pte Ltd",),
}
_STREETS: Final = (
    "Market Main Oak Mission Commerce Lakeview Foundry Harbour Station King Queen Mill Garden Canal Park Elm Cedar "
    "Washington Union Prospect"
)
STREETS: Final = tuple(_STREETS.split())
STREET_KINDS: Final = ("St", "Ave", "Blvd", "Rd", "Way", "Ste 400")
SCHOOLS: Final = (
    "Alderton University",
    "Brightmoor College",
    "Calder Institute of Technology",
    "Dunmore State University",
    "Eastmere Business School",
    "Universität Lindenhall",
    "Université de Valebrook",
    "Northfen University",
    "Oakhaven College",
    "Westmoor Polytechnic",
)
DEGREES: Final = (
    ("Bachelor's Degree", "Economics"),
    ("Bachelor of Science", "Computer Science"),
    ("Bachelor of Arts", "Communications"),
    ("Master of Business Administration", "Business Administration"),
    ("Master of Science", "Data Science"),
    ("Doctor of Philosophy", "Physics"),
    ("Juris Doctor", "Law"),
)
INVESTORS: Final[tuple[str, ...]] = (
    "Heronsgate Ventures",
    "Quillfeather Capital",
    "Marrowstone Partners",
    "Tidewater Growth",
    "Kestrelton Angels",
)
TOPICS_WORDS: Final = (
    "automation",
    "compliance",
    "sustainability",
    "customer experience",
    "supply chain",
    "security",
    "analytics",
    "field service",
    "patient care",
    "payments",
    "mobile workforce",
    "data integration",
)
CHIEFS: Final[dict[str, tuple[str, ...]]] = {
    "0": ("Chief Executive Officer", "Founder & CEO", "President", "Owner"),
    "1": ("Chief Financial Officer",),
    "2": ("Chief People Officer", "Chief Human Resources Officer"),
    "3": ("Chief Revenue Officer", "Chief Sales Officer"),
    "4": ("Chief Operating Officer",),
    "5": ("Chief Information Officer", "Chief Information Security Officer"),
    "6": ("Chief Technology Officer", "Chief Product Officer"),
    "7": ("Chief Marketing Officer",),
    "8": ("General Counsel", "Chief Legal Officer"),
    "9": ("Chief Medical Officer",),
    "10": ("Chief Strategy Officer",),
}
STAFF: Final[dict[str, tuple[str, ...]]] = {
    "1": ("Accountant", "Financial Analyst", "Payroll Specialist", "Auditor"),
    "2": ("Recruiter", "HR Generalist", "Talent Partner"),
    "3": ("Account Executive", "Sales Development Representative", "Inside Sales Representative"),
    "4": ("Operations Coordinator", "Logistics Planner", "Buyer", "Customer Service Representative"),
    "5": ("Systems Administrator", "Network Engineer", "Help Desk Technician", "Security Analyst"),
    "6": ("Software Engineer", "Data Scientist", "Mechanical Engineer", "DevOps Engineer"),
    "7": ("Marketing Specialist", "Content Writer", "Graphic Designer", "SEO Analyst"),
    "8": ("Attorney", "Paralegal", "Compliance Analyst"),
    "9": ("Registered Nurse", "Physician", "Pharmacist"),
    "10": ("Consultant", "Teacher", "Real Estate Agent"),
}

"""Continents, countries, states, metros and cities of the sandbox, with coordinates for the radius search."""

from dataclasses import dataclass
from typing import Final

CONTINENTS: Final[dict[str, str]] = {
    "africa": "Africa",
    "asia": "Asia",
    "europe": "Europe",
    "north america": "North America",
    "oceania": "Oceania",
    "south america": "South America",
}

# id|name|ISO code|continent|dialling code|EU member
_COUNTRIES: Final = """
usa|United States|US|north america|1|
canada|Canada|CA|north america|1|
mexico|Mexico|MX|north america|52|
bahamas|Bahamas|BS|north america|1|
costa rica|Costa Rica|CR|north america|506|
jamaica|Jamaica|JM|north america|1|
panama|Panama|PA|north america|507|
puerto rico|Puerto Rico|PR|north america|1|
argentina|Argentina|AR|south america|54|
brazil|Brazil|BR|south america|55|
chile|Chile|CL|south america|56|
colombia|Colombia|CO|south america|57|
ecuador|Ecuador|EC|south america|593|
peru|Peru|PE|south america|51|
uruguay|Uruguay|UY|south america|598|
united kingdom|United Kingdom|GB|europe|44|
ireland|Ireland|IE|europe|353|eu
germany|Germany|DE|europe|49|eu
france|France|FR|europe|33|eu
netherlands|Netherlands|NL|europe|31|eu
belgium|Belgium|BE|europe|32|eu
luxembourg|Luxembourg|LU|europe|352|eu
spain|Spain|ES|europe|34|eu
portugal|Portugal|PT|europe|351|eu
italy|Italy|IT|europe|39|eu
austria|Austria|AT|europe|43|eu
switzerland|Switzerland|CH|europe|41|
sweden|Sweden|SE|europe|46|eu
norway|Norway|NO|europe|47|
denmark|Denmark|DK|europe|45|eu
finland|Finland|FI|europe|358|eu
iceland|Iceland|IS|europe|354|
poland|Poland|PL|europe|48|eu
czech republic|Czech Republic|CZ|europe|420|eu
slovakia|Slovakia|SK|europe|421|eu
hungary|Hungary|HU|europe|36|eu
romania|Romania|RO|europe|40|eu
bulgaria|Bulgaria|BG|europe|359|eu
greece|Greece|GR|europe|30|eu
croatia|Croatia|HR|europe|385|eu
slovenia|Slovenia|SI|europe|386|eu
estonia|Estonia|EE|europe|372|eu
latvia|Latvia|LV|europe|371|eu
lithuania|Lithuania|LT|europe|370|eu
malta|Malta|MT|europe|356|eu
ukraine|Ukraine|UA|europe|380|
turkey|Turkey|TR|europe|90|
israel|Israel|IL|asia|972|
united arab emirates|United Arab Emirates|AE|asia|971|
saudi arabia|Saudi Arabia|SA|asia|966|
india|India|IN|asia|91|
china|China|CN|asia|86|
hong kong|Hong Kong|HK|asia|852|
taiwan|Taiwan|TW|asia|886|
japan|Japan|JP|asia|81|
south korea|Korea, South|KR|asia|82|
singapore|Singapore|SG|asia|65|
malaysia|Malaysia|MY|asia|60|
thailand|Thailand|TH|asia|66|
vietnam|Vietnam|VN|asia|84|
philippines|Philippines|PH|asia|63|
indonesia|Indonesia|ID|asia|62|
australia|Australia|AU|oceania|61|
new zealand|New Zealand|NZ|oceania|64|
south africa|South Africa|ZA|africa|27|
egypt|Egypt|EG|africa|20|
kenya|Kenya|KE|africa|254|
nigeria|Nigeria|NG|africa|234|
morocco|Morocco|MA|africa|212|
"""

_US_STATES: Final = (
    "AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,"
    "DC District of Columbia,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,"
    "KY Kentucky,LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,"
    "MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,"
    "NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,RI Rhode Island,"
    "SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,WA Washington,"
    "WV West Virginia,WI Wisconsin,WY Wyoming"
)
_PROVINCES: Final = (
    "AB Alberta,BC British Columbia,MB Manitoba,NB New Brunswick,NS Nova Scotia,ON Ontario,QC Quebec,SK Saskatchewan"
)

# state|city|zip|latitude|longitude|area code|weight
_METROS: Final = """
CA|San Francisco|94105|37.79|-122.40|415|9
CA|Los Angeles|90017|34.05|-118.25|213|7
CA|San Diego|92101|32.72|-117.16|619|3
CA|San Jose|95113|37.34|-121.89|408|4
CA|Sacramento|95814|38.58|-121.49|916|2
NY|New York|10018|40.75|-73.99|212|10
NY|Buffalo|14202|42.89|-78.88|716|1
NY|Albany|12207|42.65|-73.75|518|1
TX|Austin|78701|30.27|-97.74|512|4
TX|Dallas|75201|32.79|-96.80|214|5
TX|Houston|77002|29.76|-95.37|713|5
TX|San Antonio|78205|29.42|-98.49|210|2
IL|Chicago|60606|41.88|-87.63|312|6
MA|Boston|02110|42.36|-71.05|617|6
WA|Seattle|98101|47.61|-122.33|206|4
CO|Denver|80202|39.75|-104.99|303|3
GA|Atlanta|30303|33.75|-84.39|404|4
FL|Miami|33131|25.77|-80.19|305|3
FL|Tampa|33602|27.95|-82.46|813|2
FL|Orlando|32801|28.54|-81.38|407|2
PA|Philadelphia|19103|39.95|-75.17|215|3
PA|Pittsburgh|15222|40.44|-79.99|412|2
NJ|Newark|07102|40.74|-74.17|973|2
DC|Washington|20005|38.90|-77.03|202|3
VA|Richmond|23219|37.54|-77.43|804|1
MD|Baltimore|21202|39.29|-76.61|410|1
NC|Charlotte|28202|35.23|-80.84|704|2
NC|Raleigh|27601|35.78|-78.64|919|2
TN|Nashville|37203|36.16|-86.78|615|2
OH|Columbus|43215|39.96|-83.00|614|2
OH|Cleveland|44114|41.50|-81.69|216|1
OH|Cincinnati|45202|39.10|-84.51|513|1
MI|Detroit|48226|42.33|-83.05|313|2
MN|Minneapolis|55402|44.98|-93.27|612|2
MO|St. Louis|63101|38.63|-90.19|314|1
MO|Kansas City|64105|39.10|-94.58|816|1
WI|Milwaukee|53202|43.04|-87.91|414|1
IN|Indianapolis|46204|39.77|-86.16|317|1
AZ|Phoenix|85004|33.45|-112.07|602|3
UT|Salt Lake City|84101|40.76|-111.89|801|2
NV|Las Vegas|89101|36.17|-115.14|702|1
OR|Portland|97204|45.52|-122.68|503|2
LA|New Orleans|70112|29.95|-90.07|504|1
AL|Birmingham|35203|33.52|-86.80|205|1
KY|Louisville|40202|38.25|-85.76|502|1
OK|Oklahoma City|73102|35.47|-97.52|405|1
SC|Charleston|29401|32.78|-79.93|843|1
NE|Omaha|68102|41.26|-95.93|402|1
CT|Hartford|06103|41.77|-72.67|860|1
RI|Providence|02903|41.82|-71.41|401|1
AK|Anchorage|99501|61.22|-149.90|907|1
HI|Honolulu|96813|21.31|-157.86|808|1
ON|Toronto|M5H 2N2|43.65|-79.38|416|4
ON|Ottawa|K1P 5G4|45.42|-75.70|613|1
QC|Montreal|H3B 1A7|45.50|-73.57|514|2
BC|Vancouver|V6C 1H2|49.28|-123.12|604|2
AB|Calgary|T2P 1G1|51.05|-114.07|403|1
AB|Edmonton|T5J 2R7|53.55|-113.49|780|1
MB|Winnipeg|R3C 0V8|49.90|-97.14|204|1
NS|Halifax|B3J 1M3|44.65|-63.58|902|1
"""

# country|city|region|postcode|latitude|longitude|weight
_CITIES: Final = """
united kingdom|London|England|EC2A 4NE|51.52|-0.09|9
united kingdom|Manchester|England|M1 4BT|53.48|-2.24|3
united kingdom|Edinburgh|Scotland|EH2 2AD|55.95|-3.19|2
germany|Berlin|Berlin|10117|52.52|13.39|4
germany|München|Bavaria|80331|48.14|11.57|4
germany|Köln|North Rhine-Westphalia|50667|50.94|6.96|2
france|Paris|Île-de-France|75002|48.87|2.34|6
france|Lyon|Auvergne-Rhône-Alpes|69002|45.76|4.83|2
netherlands|Amsterdam|North Holland|1012 JS|52.37|4.89|3
belgium|Bruxelles|Brussels|1000|50.85|4.35|2
ireland|Dublin|Leinster|D02 X285|53.34|-6.26|3
spain|Madrid|Community of Madrid|28014|40.42|-3.70|3
spain|Málaga|Andalusia|29015|36.72|-4.42|1
portugal|Lisboa|Lisbon|1100-148|38.71|-9.14|1
italy|Milano|Lombardy|20121|45.47|9.19|3
austria|Wien|Vienna|1010|48.21|16.37|1
switzerland|Zürich|Zurich|8001|47.37|8.54|2
sweden|Göteborg|Västra Götaland|411 06|57.71|11.97|2
sweden|Stockholm|Stockholm|111 20|59.33|18.06|2
norway|Oslo|Oslo|0150|59.91|10.74|1
denmark|København|Capital Region|1050|55.68|12.58|2
finland|Helsinki|Uusimaa|00100|60.17|24.94|1
poland|Kraków|Lesser Poland|30-001|50.06|19.94|2
poland|Łódź|Łódź|90-001|51.77|19.46|1
czech republic|Praha|Prague|110 00|50.08|14.43|1
romania|București|Bucharest|010011|44.43|26.10|1
hungary|Budapest|Budapest|1051|47.50|19.05|1
greece|Athens|Attica|105 57|37.98|23.73|1
turkey|İstanbul|Istanbul|34394|41.06|29.01|1
israel|Tel Aviv|Tel Aviv|6688101|32.07|34.78|2
united arab emirates|Dubai|Dubai||25.20|55.27|1
india|Bengaluru|Karnataka|560001|12.98|77.60|5
india|Mumbai|Maharashtra|400001|18.94|72.84|3
china|Shanghai|Shanghai|200002|31.23|121.48|2
hong kong|Hong Kong|||22.28|114.16|1
taiwan|Taipei|Taipei|100|25.04|121.51|1
japan|Tokyo|Tokyo|100-0005|35.68|139.77|3
south korea|Seoul|Seoul|04524|37.57|126.98|2
singapore|Singapore||048616|1.28|103.85|2
malaysia|Kuala Lumpur|Kuala Lumpur|50450|3.15|101.71|1
philippines|Makati|Metro Manila|1226|14.56|121.02|1
australia|Sydney|New South Wales|2000|-33.87|151.21|4
australia|Melbourne|Victoria|3000|-37.81|144.96|2
new zealand|Auckland|Auckland|1010|-36.85|174.76|1
brazil|São Paulo|São Paulo|01310-100|-23.56|-46.66|3
mexico|Ciudad de México|Mexico City|06600|19.43|-99.16|2
argentina|Buenos Aires|Buenos Aires|C1043|-34.60|-58.38|1
colombia|Bogotá|Bogotá|110311|4.65|-74.06|1
chile|Santiago|Santiago|8320000|-33.44|-70.65|1
south africa|Cape Town|Western Cape|8001|-33.92|18.42|1
kenya|Nairobi|Nairobi|00100|-1.29|36.82|1
nigeria|Lagos|Lagos|101241|6.45|3.39|1
bahamas|Nassau|New Providence||25.08|-77.34|1
"""


@dataclass(frozen=True, slots=True)
class Country:
    id: str
    name: str
    iso: str
    continent: str
    dialling: str
    eu: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A city where companies and people are."""

    country: str
    city: str
    state_id: str
    state: str
    metro_id: str
    metro: str
    zip: str
    latitude: float
    longitude: float
    area_code: str
    weight: int


def _rows(text: str) -> list[list[str]]:
    return [line.split("|") for line in text.strip().splitlines()]


def _states(text: str, country: str) -> dict[str, tuple[str, str]]:
    states: dict[str, tuple[str, str]] = {}
    for entry in text.split(","):
        code, name = entry.split(" ", 1)
        states[code] = (f"{country}.{name.lower().replace(' ', '')}", name)
    return states


COUNTRIES: Final[dict[str, Country]] = {
    row[0]: Country(row[0], row[1], row[2], row[3], row[4], row[5] == "eu") for row in _rows(_COUNTRIES)
}
STATES_BY_CODE: Final = _states(_US_STATES, "usa") | _states(_PROVINCES, "canada")
STATES: Final[dict[str, str]] = dict(STATES_BY_CODE.values())


def _metro(row: list[str]) -> Place:
    code, city, postcode, latitude, longitude, area, weight = row
    state_id, state = STATES_BY_CODE[code]
    slug = city.lower().replace(" ", "").replace(".", "")
    return Place(
        state_id.split(".")[0],
        city,
        state_id,
        state,
        f"{state_id}.{slug}",
        f"{code} - {city}",
        postcode,
        float(latitude),
        float(longitude),
        area,
        int(weight),
    )


def _city(row: list[str]) -> Place:
    country, city, region, postcode, latitude, longitude, weight = row
    return Place(country, city, "", region, "", "", postcode, float(latitude), float(longitude), "", int(weight))


METRO_PLACES: Final = tuple(_metro(row) for row in _rows(_METROS))
OTHER_PLACES: Final = tuple(_city(row) for row in _rows(_CITIES))
METROS: Final[dict[str, str]] = {place.metro_id: place.metro for place in METRO_PLACES}

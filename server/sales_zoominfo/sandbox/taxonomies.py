"""Values behind the lookups: every one that is attested, filled up with plausible ones.

Attested values and ids come from the published specifications and lookups (reference tables of ZoomInfo's
API); the long lists (industries, NAICS, SIC, technologies, hashtags, job functions) are cut-down tables of
our own. `table(name)` knows each list by the name of its GTM lookup.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from .places import CONTINENTS, COUNTRIES, METROS, STATES

Entry = tuple[str, dict[str, Any]]


def _pairs(text: str) -> dict[str, str]:
    return dict(line.split("|", 1) for line in text.strip().splitlines())  # type: ignore[misc]


MANAGEMENT_LEVELS: Final[dict[str, str]] = {
    "Board Member": "Board Members",
    "C Level Exec": "C Level Execs",
    "VP Level Exec": "VP Level Execs",
    "Director": "Directors",
    "Manager": "Managers",
    "Non Manager": "Non Managers",
}
MANAGEMENT_OUTPUT: Final[dict[str, str]] = {
    "Board Member": "Board Member",
    "C Level Exec": "C-Level",
    "VP Level Exec": "VP-Level",
    "Director": "Director",
    "Manager": "Manager",
    "Non Manager": "Non-Manager",
}
PERSONA_LEVELS: Final[dict[str, str]] = {
    "C_EXECUTIVES": "C Level Exec",
    "VP_EXECUTIVES": "VP Level Exec",
    "DIRECTOR": "Director",
    "MANAGER": "Manager",
}
JOB_TITLES: Final[dict[str, tuple[str, str]]] = {
    "board": ("Board Member", "1"),
    "exec": ("C-Level", "2"),
    "vp": ("VP-Level", "3"),
    "director": ("Director", "4"),
    "manager": ("Manager", "5"),
    "nonmanager": ("Non-Manager", "6"),
}
DEPARTMENTS: Final[dict[str, str]] = {
    "0": "C-Suite",
    "1": "Finance",
    "2": "Human Resources",
    "3": "Sales",
    "4": "Operations",
    "5": "Information Technology",
    "6": "Engineering & Technical",
    "7": "Marketing",
    "8": "Legal",
    "9": "Medical & Health",
    "10": "Other",
}
_FUNCTIONS: Final[dict[str, str]] = {
    "0": "Executive,Founder,Board,Owner",
    "1": "Accounting,Banking,Finance,Investment,Risk,Tax,Treasury",
    "2": "Compensation & Benefits,Human Resources,Organizational Development,Recruiting,Training",
    "3": "Account Management,Business Development,Channel & Partners,Sales,Sales Operations",
    "4": "Customer Service,Facilities,Logistics,Manufacturing,Office Management,Operations,Procurement,Quality,"
    "Safety,Supply Chain,Project Development",
    "5": "Cloud / Mobility,Collaboration & Web Apps,Database Administration,Help Desk,Information Security,"
    "Information Technology,Networking",
    "6": "Data Science,DevOps,Engineering,Product Development,Research & Development,Software Development",
    "7": "Advertising,Brand,Content,Demand Generation,Digital Marketing,Marketing,Product Marketing",
    "8": "Compliance,Contracts,Governmental Affairs & Regulatory Law,Legal",
    "9": "Medical Administration,Medicine,Nursing,Pharmacy",
    "10": "Consulting,Education,Real Estate",
}
JOB_FUNCTIONS: Final[dict[str, str]] = {
    f"{department}.{number}": name
    for department, names in _FUNCTIONS.items()
    for number, name in enumerate(names.split(","), start=1)
}

EMPLOYEE_BANDS: Final[dict[str, tuple[int, int]]] = {
    "1to4": (1, 5),
    "5to9": (5, 10),
    "10to19": (10, 20),
    "20to49": (20, 50),
    "50to99": (50, 100),
    "100to249": (100, 250),
    "250to499": (250, 500),
    "500to999": (500, 1000),
    "1000to4999": (1000, 5000),
    "5000to9999": (5000, 10000),
    "10000plus": (10000, 2**31),
}
REVENUE_BANDS: Final[dict[str, tuple[int, int]]] = {
    "under500k": (0, 500),
    "500kto1m": (500, 1_000),
    "1mto5m": (1_000, 5_000),
    "5mto10m": (5_000, 10_000),
    "10mto25m": (10_000, 25_000),
    "25mto50m": (25_000, 50_000),
    "50mto100m": (50_000, 100_000),
    "100mmto250m": (100_000, 250_000),
    "250mto500m": (250_000, 500_000),
    "500mto1g": (500_000, 1_000_000),
    "1gto5g": (1_000_000, 5_000_000),
    "5gplus": (5_000_000, 2**62),
}
COMPANY_TYPES: Final = ("private", "public", "npo", "education", "government", "other")
COMPANY_RANKINGS: Final[dict[str, str]] = {
    "fortune100": "Fortune 100",
    "fortune500": "Fortune 500",
    "fortune1000": "Fortune 1000",
    "global500": "Global 500",
    "private500": "America's Largest",
    "russell3000": "Russell 3000",
}
SUB_UNIT_TYPES: Final = ("UNSPECIFIED", "LOCATION", "DIVISION", "ACQUISITION", "SUBSIDIARY", "FORMER_NEW_NAME")
FUNDING_ROUNDS: Final[dict[str, str]] = {
    "seed": "Seed",
    "angel": "Angel",
    "seriesA": "Series A",
    "seriesB": "Series B",
    "seriesC": "Series C",
    "seriesD": "Series D",
    "debt": "Debt",
    "grant": "Grant",
    "privateEquity": "Private Equity",
    "ipo": "Initial Public Offering",
}
YEARS_OF_EXPERIENCE: Final = ("0-1", "2-3", "4-5", "6-10", "11-15", "16-20", "21+")
NEWS_CATEGORIES: Final = (
    "FINANCIAL_RESULTS",
    "FUNDING",
    "GENERAL_NEWS",
    "GENERAL_PRESS_RELEASE",
    "MERGER_OR_ACQUISITION",
    "PERSON",
    "PRODUCT",
)
MISSPELT_MERGER: Final = "MERGER_OR_ACQUISTION"
SCOOP_TYPES: Final[dict[str, str]] = {
    str(number): name
    for number, name in enumerate(
        (
            "Earnings",
            "Funding",
            "Initial Public Offering (IPO)",
            "Mergers & Acquisitions (M&A)",
            "Divestiture",
            "Award",
            "Event",
            "Facilities Relocation / Expansion",
            "Product Launch",
            "Partnership",
            "Hiring Plans",
            "Open Position",
            "New Hire",
            "Lateral Move",
            "Promotion",
            "Left Company",
            "Layoffs",
            "Management Move",
            "Executive Move",
            "Pain Point",
            "Project",
            "Commentary",
            "Person-Based",
            "Exit Investment",
        ),
        start=1,
    )
}
SCOOP_TOPICS: Final = _pairs(
    """
1|Cloud
5|Award
9|CRM
10|Pain Point
14|Executive Moves
17|New Hire
18|Promotion
19|Seeking Replacement
21|Data Center
22|Network
26|M&A
27|Earnings
30|IT Contracts
31|IT Audit/Compliance
33|Hiring Plans
34|Facilities Relocation/Expansion
38|Events
41|Spending/Investment
52|Information Security
57|Infrastructure
84|Personnel Moves
100|Left Company
107|Layoffs
117|Funding
119|Machine Learning
131|Bankruptcy
135|Compliance
136|Cyber Security
163|Security
222|Threat Intelligence
227|Authentication
300|Privacy
305|Revenue Operations
306|Risk
"""
)
SCOOP_DEPARTMENTS: Final[dict[str, str]] = {
    "1": "C-Suite",
    "2": "Finance",
    "3": "Human Resources",
    "4": "Information Technology",
    "5": "Sales",
    "6": "Marketing",
    "7": "Operations",
    "8": "Engineering & Technical",
    "9": "Legal",
    "10": "Medical & Health",
}
# name|category|department|job function
INTENT_TOPICS: Final = """
Affordable Care Act (ACA)|Compensation & Benefits|Legal|Governmental Affairs & Regulatory Law
Android Push Notifications|Mobile Devices|Information Technology|Cloud / Mobility
Claims Processing|Compensation & Benefits|Medical & Health|Medical Administration
Cloud Applications|Cloud|Information Technology|Cloud / Mobility
Cloud Computing|Cloud|Information Technology|Cloud / Mobility
Cloud Infrastructure|Cloud|Information Technology|Cloud / Mobility
Corporate Culture|Company Culture & Policy|Human Resources|Organizational Development
Credit Card Fraud|Banking|Finance|Risk
Direct Deposit|Billing & Invoice|Finance|Finance
eFulfillment Service|Logistics / Supply Chain|Operations|Logistics
Google Search|Search|Information Technology|Collaboration & Web Apps
Healthcare Law|Regulations|Legal|Governmental Affairs & Regulatory Law
Hours of Work|Labor & Employment Policy|Human Resources|Human Resources
In-App Advertising|Advertising|Marketing|Advertising
Incentive Compensation|Compensation & Benefits|Human Resources|Compensation & Benefits
Java|Application Development|Engineering & Technical|Software Development
Legal|Legal Operations|Legal|Legal
Mobile / Wireless|Mobile Devices|Information Technology|Cloud / Mobility
Mobile Apps|Mobile Applications|Information Technology|Cloud / Mobility
Mobile Security|Cyber Security|Information Technology|Information Security
Mobile Wallet|Mobile Applications|Information Technology|Cloud / Mobility
Node.js|Application Development|Engineering & Technical|Software Development
Organizational Culture|Company Culture & Policy|Human Resources|Organizational Development
Risk Management Services|Risk|Human Resources|Human Resources
Video Conferencing|Collaboration/Web Apps|Information Technology|Collaboration & Web Apps
"""

# id|name|weight|NAICS codes|SIC codes; children of an industry follow it with a dotted id
_INDUSTRIES: Final = """
agriculture|Agriculture|1|111|01
agriculture.animals|Animals & Livestock|1|112111,112310|0212,0251
agriculture.crops|Crops|1|11111,111140|0111,0112
agriculture.forestry|Forestry|1|113110|0811
banking|Banking|0|522|60
banking.commercial|Commercial Banking|2|522110|6021
banking.creditcards|Credit Cards & Transaction Processing|1|522320|6099
bizservice|Business Services|0|541|87
bizservice.accounting|Accounting Services|2|541211|8721
bizservice.advertising|Advertising & Marketing|4|541810,541613|7311
bizservice.consulting|Management Consulting|5|541611|8742
bizservice.hr|HR & Staffing|3|561320|7363
bizservice.security|Security Products & Services|1|561612|7381
construction|Construction|0|236|15
construction.architecture|Architecture, Engineering & Design|3|541310,541330|8712,8711
construction.building|Commercial & Residential Construction|5|236220,236115|1542,1521
consumerservices|Consumer Services|0|812|72
consumerservices.auto|Automotive Service|2|811111|7538
consumerservices.fitness|Fitness & Personal Care|1|713940|7991
education|Education|0|611|82
education.k12|K-12 Schools|3|611110|8211
education.training|Training|1|611430|8249
education.university|Colleges & Universities|2|611310|8221
energy|Energy, Utilities & Waste|0|221|49
energy.electricity|Electricity, Oil & Gas|2|221122,211120|4911,1311
energy.renewable|Renewable Energy|1|221115|4911
finance|Finance|0|523|62
finance.investment|Investment Banking|1|523150|6211
finance.vc|Venture Capital & Private Equity|2|523910|6799
government|Government|0|921|91
government.local|Cities, Towns & Municipalities|2|921140|9111
healthcare|Healthcare Services|0|621|80
healthcare.physicians|Physicians Clinics|4|621111|8011
healthcare.telehealth|Telehealth|1|621999|8099
hospitality|Hospitality|0|721|70
hospitality.lodging|Lodging & Resorts|2|721110|7011
hospitality.restaurants|Restaurants|3|722511|5812
hospitals|Hospitals & Physicians Clinics|2|622110|8062
insurance|Insurance|0|524|63
insurance.carriers|Insurance Carriers|2|524126|6331
law|Law Firms & Legal Services|3|541110|8111
manufacturing|Manufacturing|0|31,33|35
manufacturing.aerospace|Aerospace & Defense|1|336411|3721
manufacturing.automotive|Automotive Parts|2|336390|3714
manufacturing.chemicals|Chemicals & Related Products|2|325199|2869
manufacturing.electronics|Electronics|3|334419|3679
manufacturing.food|Food & Beverage|3|311812,312111|2051,2086
manufacturing.industrial|Industrial Machinery & Equipment|4|333249|3559
manufacturing.medical|Medical Devices & Equipment|2|339112|3841
manufacturing.pharma|Pharmaceuticals|2|325412|2834
media|Media & Internet|0|516|27
media.broadcasting|Broadcasting|1|516120|4833
media.publishing|Newspapers & News Services|1|513110|2711
mining|Minerals & Mining|1|212230|1021
nonprofit|Organizations|0|813|86
nonprofit.charity|Non-Profit & Charitable Organizations|3|813219|8399
realestate|Real Estate|3|531210|6531
retail|Retail|0|44,45|53
retail.apparel|Apparel & Accessories Retail|2|458110|5651
retail.grocery|Grocery Retail|2|445110|5411
retail.online|Online Retail|2|455219|5961
software|Software|0|5132|737
software.bi|Business Intelligence (BI) Software|3|513210|7372
software.crm|Customer Relationship Management (CRM) Software|3|513210|7372
software.finance|Financial Software|3|513210|7372
software.health|Healthcare Software|3|513210|7372
software.security|Security Software|3|513210|7372
telecom|Telecommunications|0|517|48
telecom.wireless|Telephony & Wireless|2|517112|4812
transportation|Transportation|0|48|47
transportation.freight|Freight & Logistics Services|3|488510|4731
transportation.trucking|Trucking, Moving & Storage|2|484121|4213
"""

_NAICS_NAMES: Final = _pairs(
    """
111|Crop Production
11111|Soybean Farming
111140|Wheat Farming
112111|Beef Cattle Ranching and Farming
112310|Chicken Egg Production
113110|Timber Tract Operations
522|Credit Intermediation
522110|Commercial Banking
522320|Financial Transactions Processing
541|Professional, Scientific, and Technical Services
541211|Offices of Certified Public Accountants
541810|Advertising Agencies
541613|Marketing Consulting Services
541611|Management Consulting Services
561320|Temporary Help Services
561612|Security Guards and Patrol Services
236|Construction of Buildings
541310|Architectural Services
541330|Engineering Services
236220|Commercial Building Construction
236115|Single-Family Housing Construction
812|Personal Services
811111|General Automotive Repair
713940|Fitness Centers
611|Educational Services
611110|Elementary and Secondary Schools
611430|Professional Development Training
611310|Colleges and Universities
221|Utilities
221122|Electric Power Distribution
211120|Crude Petroleum Extraction
221115|Wind Electric Power Generation
523|Securities and Investments
523150|Investment Banking
523910|Miscellaneous Intermediation
921|General Government
921140|Executive and Legislative Offices
621|Ambulatory Health Care
621111|Offices of Physicians
621999|Miscellaneous Ambulatory Care
721|Accommodation
721110|Hotels and Motels
722511|Full-Service Restaurants
622110|General Hospitals
524|Insurance Carriers
524126|Property and Casualty Insurance
541110|Offices of Lawyers
31|Manufacturing
33|Manufacturing
336411|Aircraft Manufacturing
336390|Motor Vehicle Parts
325199|Basic Organic Chemicals
334419|Electronic Components
311812|Commercial Bakeries
312111|Soft Drinks
333249|Industrial Machinery
339112|Surgical and Medical Instruments
325412|Pharmaceutical Preparations
516|Broadcasting and Content
516120|Television Broadcasting
513110|Newspaper Publishers
212230|Copper and Nickel Mining
813|Religious and Civic Organizations
813219|Grantmaking and Giving
531210|Real Estate Agents and Brokers
44|Retail Trade
45|Retail Trade
458110|Clothing Retailers
445110|Supermarkets
455219|General Merchandise Retailers
5132|Software Publishers
513210|Software Publishers
517|Telecommunications
517112|Wireless Carriers
48|Transportation
488510|Freight Transportation Arrangement
484121|Long-Distance Trucking
"""
)
_SIC_NAMES: Final = _pairs(
    """
01|Agricultural Production, Crops
0111|Wheat
0112|Rice
0212|Beef Cattle
0251|Broiler Chickens
0811|Timber Tracts
60|Depository Institutions
6021|National Commercial Banks
6099|Functions Related to Banking
87|Engineering and Management Services
8721|Accounting, Auditing and Bookkeeping
7311|Advertising Agencies
8742|Management Consulting Services
7363|Help Supply Services
7381|Detective and Guard Services
15|General Building Contractors
8712|Architectural Services
8711|Engineering Services
1542|Nonresidential Construction
1521|Single-Family Housing Construction
72|Personal Services
7538|General Automotive Repair
7991|Physical Fitness Facilities
82|Educational Services
8211|Elementary and Secondary Schools
8249|Vocational Schools
8221|Colleges and Universities
49|Electric, Gas and Sanitary Services
4911|Electric Services
1311|Crude Petroleum and Natural Gas
62|Security and Commodity Brokers
6211|Security Brokers and Dealers
6799|Investors
91|Executive and Legislative Government
9111|Executive Offices
80|Health Services
8011|Offices of Doctors
8099|Health and Allied Services
70|Hotels and Lodging
7011|Hotels and Motels
5812|Eating Places
8062|General Hospitals
63|Insurance Carriers
6331|Fire, Marine and Casualty Insurance
8111|Legal Services
35|Industrial Machinery
3721|Aircraft
3714|Motor Vehicle Parts
2869|Industrial Organic Chemicals
3679|Electronic Components
2051|Bread and Bakery Products
2086|Bottled Soft Drinks
3559|Special Industry Machinery
3841|Surgical and Medical Instruments
2834|Pharmaceutical Preparations
27|Printing and Publishing
4833|Television Broadcasting Stations
2711|Newspapers
1021|Copper Ores
86|Membership Organizations
8399|Social Services
6531|Real Estate Agents and Managers
53|General Merchandise Stores
5651|Family Clothing Stores
5411|Grocery Stores
5961|Catalog and Mail-Order Houses
737|Computer and Data Processing Services
7372|Prepackaged Software
48|Communications
4812|Radiotelephone Communications
47|Transportation Services
4731|Freight Arrangement
4213|Trucking, Except Local
"""
)


@dataclass(frozen=True, slots=True)
class Industry:
    id: str
    name: str
    weight: int
    naics: tuple[str, ...]
    sic: tuple[str, ...]


INDUSTRIES: Final[dict[str, Industry]] = {
    row[0]: Industry(row[0], row[1], int(row[2]), tuple(row[3].split(",")), tuple(row[4].split(",")))
    for row in (line.split("|") for line in _INDUSTRIES.strip().splitlines())
}
NAICS: Final[dict[str, str]] = dict(sorted(_NAICS_NAMES.items()))
SIC: Final[dict[str, str]] = dict(sorted(_SIC_NAMES.items()))

# parent category > category: product@vendor; ids are given where the reference attests them
_TECHNOLOGIES: Final = """
Communication and Collaboration>Unified Communications:Skype for Business@Microsoft Corporation=24617,Zoom Meetings@Zoom Communications,Webex@Cisco Systems,RingCentral MVP@RingCentral,8x8 Work@8x8,GoTo Meeting@GoTo,Dialpad@Dialpad
Communication and Collaboration>Team Messaging:Slack@Salesforce,Microsoft Teams@Microsoft Corporation,Mattermost@Mattermost,Rocket.Chat@Rocket.Chat
Communication and Collaboration>Email:Microsoft Exchange@Microsoft Corporation,Gmail@Google,Zoho Mail@Zoho,Proofpoint@Proofpoint,Mimecast@Mimecast
Customer Management>CRM:Salesforce@Salesforce=713,HubSpot@HubSpot=248,Microsoft Dynamics 365@Microsoft Corporation,Zoho CRM@Zoho,Pipedrive@Pipedrive,SugarCRM@SugarCRM,Freshsales@Freshworks,Copper@Copper,Creatio@Creatio
Customer Management>Customer Service:Zendesk@Zendesk,Freshdesk@Freshworks,Intercom@Intercom,ServiceNow CSM@ServiceNow,Gainsight@Gainsight,Totango@Totango
Sales and Marketing>Marketing Automation:Marketo@Adobe=172,Pardot@Salesforce,Eloqua@Oracle,Mailchimp@Intuit,ActiveCampaign@ActiveCampaign,Klaviyo@Klaviyo,Braze@Braze,Iterable@Iterable
Sales and Marketing>Web Analytics:Google Analytics@Google,Adobe Analytics@Adobe,Mixpanel@Mixpanel,Amplitude@Amplitude,Heap@Contentsquare,Hotjar@Contentsquare,Matomo@Matomo,Plausible@Plausible
Sales and Marketing>Sales Engagement:Outreach@Outreach,Salesloft@Salesloft,Gong@Gong,Groove@Clari,Apollo@Apollo,Chorus@ZoomInfo
Sales and Marketing>Advertising:Google Ads@Google,LinkedIn Ads@Microsoft Corporation,Meta Pixel@Meta,AdRoll@NextRoll,Criteo@Criteo,The Trade Desk@The Trade Desk
Sales and Marketing>Content Management:WordPress@Automattic,Drupal@Drupal,Contentful@Contentful,Adobe Experience Manager@Adobe,Webflow@Webflow,Squarespace@Squarespace,Wix@Wix,Sitecore@Sitecore
IT Infrastructure>Cloud Hosting:Amazon Web Services@Amazon,Microsoft Azure@Microsoft Corporation,Google Cloud Platform@Google,DigitalOcean@DigitalOcean,Oracle Cloud@Oracle,IBM Cloud@IBM,Hetzner@Hetzner,OVHcloud@OVH
IT Infrastructure>Content Delivery:Cloudflare@Cloudflare,Akamai@Akamai,Fastly@Fastly,Amazon CloudFront@Amazon
IT Infrastructure>Databases:PostgreSQL@PostgreSQL,MySQL@Oracle,Oracle Database@Oracle,Microsoft SQL Server@Microsoft Corporation,MongoDB@MongoDB,Redis@Redis,Snowflake@Snowflake,Databricks@Databricks,Elasticsearch@Elastic
IT Infrastructure>Virtualization:VMware vSphere@Broadcom,Citrix Workspace@Citrix,Nutanix@Nutanix,Proxmox@Proxmox
IT Infrastructure>Monitoring:Datadog@Datadog,New Relic@New Relic,Splunk@Cisco Systems,Grafana@Grafana Labs,Dynatrace@Dynatrace,PagerDuty@PagerDuty
IT Security>Identity:Okta@Okta,Auth0@Okta,Ping Identity@Ping Identity,Microsoft Entra ID@Microsoft Corporation,OneLogin@One Identity,Duo@Cisco Systems
IT Security>Endpoint Security:CrowdStrike Falcon@CrowdStrike,SentinelOne@SentinelOne,Sophos@Sophos,Symantec Endpoint@Broadcom,Bitdefender@Bitdefender
IT Security>Network Security:Palo Alto Networks@Palo Alto Networks,Fortinet@Fortinet,Check Point@Check Point,Zscaler@Zscaler,Netskope@Netskope
Development>Source Control:GitHub@Microsoft Corporation,GitLab@GitLab,Bitbucket@Atlassian
Development>Project Tracking:Jira@Atlassian,Asana@Asana,Monday.com@Monday.com,Trello@Atlassian,Linear@Linear,ClickUp@ClickUp
Development>Languages and Frameworks:React@Meta,Angular@Google,Node.js@OpenJS Foundation,Java@Oracle,Python@Python Software Foundation,.NET@Microsoft Corporation,Ruby on Rails@Rails Foundation
Development>Containers:Kubernetes@CNCF,Docker@Docker,OpenShift@IBM,Terraform@IBM
Business Operations>ERP:SAP S/4HANA@SAP,Oracle NetSuite@Oracle,Microsoft Dynamics GP@Microsoft Corporation,Infor@Infor,Odoo@Odoo,Epicor@Epicor,Sage Intacct@Sage
Business Operations>Accounting:QuickBooks@Intuit,Xero@Xero,FreshBooks@FreshBooks,BILL@BILL,Expensify@Expensify,Coupa@Coupa
Human Resources>HR Management:Workday@Workday,BambooHR@BambooHR,ADP Workforce Now@ADP,UKG Pro@UKG,Gusto@Gusto,Rippling@Rippling,Paycom@Paycom
Human Resources>Recruiting:Greenhouse@Greenhouse,Lever@Employ,iCIMS@iCIMS,SmartRecruiters@SmartRecruiters,Workable@Workable
Commerce>E-Commerce:Shopify@Shopify,Magento@Adobe,BigCommerce@BigCommerce,WooCommerce@Automattic,Salesforce Commerce Cloud@Salesforce
Commerce>Payments:Stripe@Stripe,PayPal@PayPal,Adyen@Adyen,Square@Block,Klarna@Klarna
"""  # noqa: E501


@dataclass(frozen=True, slots=True)
class Product:
    """A technology product; `tag` is its dotted parent.category.vendor.product."""

    id: str
    name: str
    vendor: str
    category: str
    parent: str
    tag: str


def _technologies() -> dict[str, Product]:
    parents: dict[str, int] = {"Communication and Collaboration": 333}
    categories: dict[str, int] = {"Unified Communications": 202}
    vendors: dict[str, int] = {"Microsoft Corporation": 28}
    products: dict[str, Product] = {}
    for line in _TECHNOLOGIES.strip().splitlines():
        head, body = line.split(":", 1)
        parent, category = head.split(">")
        parent_no = parents.setdefault(parent, 333 + len(parents))
        category_no = categories.setdefault(category, 202 + len(categories))
        for item in body.split(","):
            item, _, attested = item.partition("=")
            name, _, vendor = item.rpartition("@")
            vendor_no = vendors.setdefault(vendor, 28 + len(vendors))
            number = attested or str(30001 + len(products))
            tag = f"{parent_no}.{category_no}.{vendor_no}.{number}"
            products[number] = Product(number, name, vendor, category, parent, tag)
    return products


PRODUCTS: Final = _technologies()
TECH_SKILLS: Final[dict[str, str]] = {
    "1000": "talentReef",
    **{str(1001 + index): product.name for index, product in enumerate(list(PRODUCTS.values())[::4])},
}

# id|label|group|parent category|category|priority
_HASHTAGS: Final = """
#250_plus_doctors|250+ Doctors|Healthcare|Company Attributes|Size
#b2b_saas|B2B SaaS|Software|Company Attributes|Model
#remote_first|Remote First|Workplace|Company Attributes|Workplace
#woman_owned|Woman Owned|Diversity|Company Attributes|Ownership
#veteran_owned|Veteran Owned|Diversity|Company Attributes|Ownership
#franchise|Franchise|Structure|Company Attributes|Model
#family_owned|Family Owned|Structure|Company Attributes|Ownership
#employee_owned|Employee Owned|Structure|Company Attributes|Ownership
#iso_27001|ISO 27001 Certified|Security|Certifications|Security
#soc_2|SOC 2 Compliant|Security|Certifications|Security
#hipaa|HIPAA Compliant|Healthcare|Certifications|Healthcare
#gdpr_ready|GDPR Ready|Privacy|Certifications|Privacy
#hiring_engineers|Hiring Engineers|Hiring|Company Activity|Hiring
#hiring_sales|Hiring Sales|Hiring|Company Activity|Hiring
#international_expansion|International Expansion|Growth|Company Activity|Growth
#new_office|Opened New Office|Growth|Company Activity|Growth
#recently_funded|Recently Funded|Funding|Company Activity|Funding
#sells_to_government|Sells to Government|Sales|Company Attributes|Customers
#has_mobile_app|Has Mobile App|Product|Company Attributes|Product
#offers_api|Offers an API|Product|Company Attributes|Product
#free_trial|Free Trial|Product|Company Attributes|Product
#ecommerce|E-Commerce|Commerce|Company Attributes|Model
#has_call_center|Has Call Center|Operations|Company Attributes|Operations
#own_fleet|Own Vehicle Fleet|Operations|Company Attributes|Operations
#multilingual_support|Multilingual Support|Operations|Company Attributes|Operations
"""


@dataclass(frozen=True, slots=True)
class Hashtag:
    id: str
    label: str
    group: str
    parent_category: str
    category: str


HASHTAGS: Final[dict[str, Hashtag]] = {
    row[0]: Hashtag(*row) for row in (line.split("|") for line in _HASHTAGS.strip().splitlines())
}


@dataclass(frozen=True, slots=True)
class Persona:
    functions: tuple[str, ...]
    levels: tuple[str, ...]
    titles: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class BuyingGroup:
    id: str
    name: str
    private: bool
    default: bool
    personas: tuple[Persona, ...]


BUYING_GROUPS: Final[dict[str, BuyingGroup]] = {
    "1913024": BuyingGroup(
        "1913024",
        "Sales Technology Buyers",
        private=True,
        default=True,
        personas=(
            Persona(("Sales",), ("C_EXECUTIVES", "VP_EXECUTIVES", "DIRECTOR"), None),
            Persona(("Marketing",), ("VP_EXECUTIVES", "DIRECTOR"), None),
        ),
    ),
    "1913025": BuyingGroup(
        "1913025",
        "IT Security Committee",
        private=False,
        default=False,
        personas=(
            Persona(("Information Technology",), ("C_EXECUTIVES", "VP_EXECUTIVES", "DIRECTOR", "MANAGER"), None),
        ),
    ),
}


def employee_range(count: int) -> str:
    """Return the display string of an employee count, e.g. `1,000 - 5,000` or `50 -100`."""
    for low, high in EMPLOYEE_BANDS.values():
        if low <= count < high:
            if high > 10_000:
                return "Over 10,000"
            # The official example spells this one band without the second space.
            return "50 -100" if low == 50 else f"{low:,} - {high:,}"
    return ""


def _dollars(thousands: int) -> str:
    if thousands >= 1_000_000:
        return f"${thousands // 1_000_000} bil."
    if thousands >= 1_000:
        return f"${thousands // 1_000} mil."
    return f"${thousands},000"


def revenue_range(thousands: int) -> str:
    """Return the display string of a revenue in thousands of USD, e.g. `$250 mil. - $500 mil.`."""
    for low, high in REVENUE_BANDS.values():
        if low <= thousands < high:
            if low == 0:
                return f"Under {_dollars(high)}"
            return f"Over {_dollars(low)}" if high > 5_000_000 else f"{_dollars(low)} - {_dollars(high)}"
    return ""


def _named(values: dict[str, str]) -> list[Entry]:
    return [(key, {"name": name}) for key, name in values.items()]


def _plain(values: tuple[str, ...]) -> list[Entry]:
    return [(value, {"name": value}) for value in values]


def _employee_bands() -> list[Entry]:
    return [
        (key, {"name": "Over 10,000" if high > 10_000 else f"{low:,} - {high:,}"})
        for key, (low, high) in EMPLOYEE_BANDS.items()
    ]


def _revenue_bands() -> list[Entry]:
    return [(key, {"name": f"{low}+" if high > 5_000_000 else str(high)}) for key, (low, high) in REVENUE_BANDS.items()]


def _topics() -> list[Entry]:
    rows = (line.split("|") for line in INTENT_TOPICS.strip().splitlines())
    return [
        (
            name,
            {
                "name": name,
                "category": category,
                "department": department,
                "jobFunction": function,
                "description": f"Interest in {name}",
            },
        )
        for name, category, department, function in rows
    ]


def _groups() -> list[Entry]:
    return [
        (
            group.id,
            {
                "name": group.name,
                "accessLevel": "private" if group.private else "public",
                "isDefault": group.default,
                "personas": [
                    {
                        "departmentsAndJobFunctions": list(persona.functions),
                        "managementLevels": list(persona.levels),
                        "titles": list(persona.titles) if persona.titles is not None else None,
                    }
                    for persona in group.personas
                ],
            },
        )
        for group in BUYING_GROUPS.values()
    ]


def _tech_categories() -> list[Entry]:
    parents: dict[str, list[str]] = {}
    for product in PRODUCTS.values():
        names = parents.setdefault(product.parent, [])
        if product.category not in names:
            names.append(product.category)
    return [(parent, {"categories": names}) for parent, names in parents.items()]


@cache
def table(name: str) -> tuple[Entry, ...]:
    """Return the rows of a lookup.

    Args:
        name: Name of the GTM lookup, e.g. `management-levels`; also `hierarchy-codes` (Enterprise only).

    Returns:
        (id, attributes) per value, in the order of the lookup.

    Raises:
        KeyError: No such lookup.
    """
    makers: dict[str, list[Entry]] = {
        "board-members": _plain(("exclude", "include", "only")),
        "buying-groups": _groups(),
        "company-rankings": _named(COMPANY_RANKINGS),
        "company-types": _plain(COMPANY_TYPES),
        "continents": _named(CONTINENTS),
        "countries": [(key, {"name": country.name}) for key, country in COUNTRIES.items()],
        "departments": _named(DEPARTMENTS),
        "employee-count": _employee_bands(),
        "funding-round-types": _named(FUNDING_ROUNDS),
        "hashtags": [(key, {"name": tag.label}) for key, tag in HASHTAGS.items()],
        "hierarchy-codes": _named({"1": "Location", "2": "Division", "4": "Subsidiary", "5": "Acquisition"}),
        "industries": [(key, {"name": industry.name}) for key, industry in INDUSTRIES.items()],
        "intent-topics": _topics(),
        "job-functions": _named(JOB_FUNCTIONS),
        "job-titles": [(key, {"name": text, "order": order}) for key, (text, order) in JOB_TITLES.items()],
        "management-levels": _named(MANAGEMENT_LEVELS),
        "metro-regions": _named(METROS),
        "naics-codes": _named(NAICS),
        "news-categories": _plain(NEWS_CATEGORIES),
        "revenue-ranges": _revenue_bands(),
        "scoop-departments": _named(SCOOP_DEPARTMENTS),
        "scoop-topics": _named(SCOOP_TOPICS),
        "scoop-types": _named(SCOOP_TYPES),
        "sic-codes": _named(SIC),
        "states": _named(STATES),
        "sub-unit-types": _plain(SUB_UNIT_TYPES),
        "tech-categories": _tech_categories(),
        "tech-products": [(key, {"name": item.name, "attribute": item.tag}) for key, item in PRODUCTS.items()],
        "tech-skills": _named(TECH_SKILLS),
        "tech-vendors": _plain(tuple(dict.fromkeys(item.vendor for item in PRODUCTS.values()))),
        "years-of-experience": _plain(YEARS_OF_EXPERIENCE),
    }
    return tuple(makers[name])


@cache
def ids(name: str) -> frozenset[str]:
    """Return the ids of a lookup; raises KeyError for an unknown name."""
    return frozenset(key for key, _ in table(name))


@cache
def by_name(name: str) -> dict[str, str]:
    """Return lower-cased display name to id of a lookup; raises KeyError for an unknown name."""
    return {str(attributes["name"]).lower(): key for key, attributes in table(name) if "name" in attributes}

"""What people say for the values of ZoomInfo's taxonomies that no lookup lists.

One line per meaning: what it means, a colon, how people say it. The meaning is a value's own name or id; ``a / b`` are
other names of one value (the first that the account's taxonomy has), ``a; b`` several values among which the words do
not decide, and ``-> filter`` another filter, with the value to use there when it is not the words themselves. A value
that the account's taxonomy lacks is as if the line were not there.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from .words import fold

_MEANINGS: dict[str, str] = {
    "management-levels": """
        c level exec: c level,cxo,c suite,csuite,executive,c executive,chief,chiefs,top executive,c level executive,
            chief officer,executive level,top management,c level management
        vp level exec: vp,vice president,sr vp,vp level,vice president level,svp,evp,avp,senior vice president,
            executive vice president,senior vp,vp executive,vice-president,vp exec,v p
        director: director,senior director,sr director,associate director,managing director,dir
        manager: mgr,team lead,people manager,first line manager,line manager,senior manager,sr manager
        non manager: staff,individual contributor,ic,entry level,junior,non managerial,employee,analyst level,
            specialist,rank and file,non management,associate level,worker
        board member: board,board of director,board director,on the board
        director; vp level exec: head of,head,department head,head level
        c level exec; vp level exec; director: decision maker,leader,leadership,senior leadership,senior management,
            senior executive,upper management,senior,buyer,senior level,leadership team,executive leadership,
            management team,senior leader,senior decision maker
        director; manager: middle management,mid level,mid management,mid level management
        -> jobTitle: ceo,cfo,cto,cio,cmo,coo,cro,chro,ciso,cpo,cdo,cso,founder,co founder,cofounder,owner,president,
            partner,chairman,chief executive officer,chief financial officer,chief technology officer,
            chief marketing officer,chief information officer,chief operating officer,chief revenue officer,
            managing partner,general manager,engineer,accountant,recruiter,principal
    """,
    "departments": """
        information technology: it,i t,information system,mis
        human resources: hr,people,people op,people operation,people and culture,human capital,h r,people success,talent
        engineering & technical: r and d,rd,research and development,eng,software engineering,technical,development,
            developer,product engineering,engineering and product
        operations: op,business operation,biz op,bizop
        c-suite: executive,c level,c level exec,executive team,leadership,executive office
        sales: selling,field sale,sale and business development
        marketing: mktg,marketing and communication
        finance: fin,finance and accounting,financial,fp and a
        legal: legal affair,general counsel,law
        medical & health: healthcare,clinical,physician,doctor,nurse
        sales; operations; marketing: revop,revenue operation,rev op,gtm,go to market,revenue,growth,commercial
        information technology; engineering & technical: tech,technology,data,software,devop,digital,technology team
        operations; sales: customer success,customer experience,cx,client success,account management,service
        -> jobFunction=Recruiting: talent acquisition,recruiting,recruitment,hiring
        -> jobFunction=Information Security: security,infosec,cybersecurity,information security,cyber security
        -> jobFunction=Product Development: product,product management,product development
        -> jobFunction=Customer Service: customer support,support,customer care
        -> jobFunction=Business Development: bizdev,biz dev,bd,partnership
    """,
    "job-functions": """
        business development: bizdev,biz dev,bd,bus dev
        information security: infosec,cybersecurity,cyber security,it security,security
        research & development: r and d,rd
        recruiting: talent acquisition,ta,recruitment,hiring,recruiter,talent
        human resources: hr,people op,people,people operation
        sales operations: sale op,salesop
        software development: software engineering,software engineer,developer,programming,coding,software developer
        information technology: it,i t
        customer service: customer support,support,customer care
        channel & partners: partnership,alliance,channel,partner management
        demand generation: demand gen,demandgen,lead generation,lead gen
        digital marketing: online marketing,performance marketing
        procurement: purchasing,sourcing,buying
        product development: product management,product
        data science: machine learning,data scientist,ai
        devops: site reliability,sre,platform engineering
        database administration: dba
        help desk: it support,desktop support,service desk
        compensation & benefits: comp and ben,total reward,payroll
        training: l and d,learning and development,enablement
        board: board of director
        sales operations; operations; marketing: revop,revenue operation,rev op
        account management; customer service: customer success,cs,client success
    """,
    "industries": """
        healthcare services / healthcare: health care,medical practice,health service
        banking: bank,retail banking,financial institution
        pharmaceuticals: pharma,pharmaceutical,drug maker,life science pharma
        telecommunications: telecom,telco,carrier
        law firms & legal services: legal,lawyer,attorney,legal service
        real estate: realestate,property,commercial real estate,property management
        freight & logistics services: logistic,freight,shipping,3pl,supply chain
        management consulting: consulting,consultancy,strategy consulting
        advertising & marketing: marketing agency,ad agency,advertising agency,agency,marketing agencies
        accounting services: accounting,accountancy,cpa firm,audit firm
        hr & staffing: human resource,staffing agency,recruiting,recruitment
        colleges & universities: higher education,higher ed,university,college
        k-12 schools: k12,school,primary education
        government: public sector,federal government,govt,gov
        customer relationship management (crm) software: crm,crm software
        business intelligence (bi) software: bi,business intelligence,analytic software,bi software
        financial software: finance software,accounting software
        healthcare software: health software,medical software,ehr,emr
        security software: security software
        venture capital & private equity: vc,pe,private equity,venture capital,vc firm,investor
        hotels & resorts / lodging & resorts: hotel,lodging
        medical devices & equipment: medtech,medical device,med device,medical technology
        aerospace & defense: aerospace,defense,defence
        electricity, oil & gas: oil,gas,power,electric utility,oil and gas
        renewable energy: renewable,solar,wind energy,cleantech,green energy,clean energy
        energy, utilities & waste: energy,utility
        motor vehicles / automotive parts; automotive service: automotive,car,auto,auto industry
        non-profit & charitable organizations: charity,ngo,non profit,nonprofit organization,not for profit
        food & beverage: food,beverage,f and b,cpg food,food production
        restaurants: dining,food service,qsr
        media & internet: media,internet
        hospitals & physicians clinics: hospital
        industrial machinery & equipment: machinery,industrial equipment
        cities, towns & municipalities: municipality,local government,city government
        retail: retailer,store
        online retail: e retail,online shop,online store
        construction: builder,contractor,construction and building
        manufacturing: manufacturer,industrial,factory
        agriculture: farming,agri,farm
        insurance: insurer,underwriter
        transportation: transport
        hospitality: travel and leisure,leisure
        software: software development,software vendor,software publisher
        security software; security products & services: cybersecurity,cyber security,infosec,information security,
            cyber
        banking; finance; insurance: financial service,finserv,bfsi,financial sector
        software; telecommunications; electronics; media & internet: tech,technology,high tech,hi tech,it
        hospitals & physicians clinics; healthcare; medical devices & equipment: medical,medicine,health
        -> industryKeywords: saas,b2b saas,software as a service,fintech,insurtech,proptech,edtech,healthtech,martech,
            adtech,legaltech,hrtech,regtech,agtech,foodtech,ai,artificial intelligence,generative ai,machine learning,
            blockchain,crypto,web3,iot,robotics,biotech,biotechnology,life science,gaming,e commerce,ecommerce,
            marketplace,d2c,dtc,cpg,cloud,data,devtool,cloud computing,big data,ai startup,quantum computing,
            digital health,telemedicine,electric vehicle,ev,semiconductor,drone,3d printing,cannabis,esport,startup,
            clean tech,climate tech,climatetech,deep tech,deeptech,space tech,wellness,msp,managed service provider
        -> companyType: public company,private company,publicly traded
        -> businessModel: b2b,b2c,b2g
    """,
    "company-types": """
        private: privately held,privately owned,private company,private sector,pvt,family owned
        public: publicly traded,listed,publicly listed,traded,stock listed,quoted,public company,publicly held
        npo: nonprofit,non profit,not for profit,ngo,charity,nonprofit organization,501c3,association,foundation
        education: university,school,college,educational institution,academic,higher education,educational
        government: gov,govt,public sector,federal,agency,municipal,government agency,state government
        -> businessModel: b2b,b2c,b2g
        -> subUnitTypes=SUBSIDIARY: subsidiary
        -> subUnitTypes=DIVISION: division
        -> parentId: holding,parent company
        -> companyRanking: fortune 500,fortune 1000,fortune 100
        -> industryKeywords: startup,scaleup,saas
    """,
    "company-rankings": """
        fortune500: f500,fortune five hundred,f 500
        fortune100: f100,f 100
        fortune1000: f1000,f1k,f 1000
        global500: fortune global 500,g500,global fortune 500
        russell3000: russell,russell index
        private500: america largest private company,forbes private,largest private company
    """,
    "funding-round-types": """
        seed: seed round,seed stage
        series a: a round,round a
        series b: b round,round b
        series c: c round,round c
        series d: d round,round d
        series e: e round,round e
        private equity: pe,buyout,lbo
        initial public offering: ipo,went public
        debt: debt financing,venture debt,loan
        angel: angel investor,angel round
        grant: government grant
        series a; series b: early stage
        series c; series d; private equity: late stage,growth stage,growth equity
    """,
    "sub-unit-types": """
        SUBSIDIARY: daughter company
        ACQUISITION: acquired,acquired company
        LOCATION: branch,office,site
        DIVISION: business unit
        FORMER_NEW_NAME: renamed,former name
    """,
    "scoop-types": """
        mergers & acquisitions (m&a): m and a,acquisition,merger,acquired,takeover
        initial public offering (ipo): ipo,going public
        funding: funding round,raised money,investment,fundraising
        layoffs: downsizing,job cut,reduction in force,rif,redundancy
        new hire: hire,new joiner,joined company
        hiring plans: hiring,plan to hire,recruiting
        open position: job opening,open role,job posting,vacancy,open job
        executive move: exec move,executive change,leadership change,c suite move
        management move: management change
        left company: departure,departed,resigned,resignation
        facilities relocation/expansion: new office,relocation,office move,expansion,office expansion
        product launch: launch,new product
        partnership: partner,alliance
        earnings: financial result,quarterly result
        pain point: challenge,pain
        project: initiative
        divestiture: spin off,spinoff,carve out
        person-based: person based
    """,
    "scoop-topics": """
        m&a: m and a,merger and acquisition,acquisition,merger
        cyber security: cybersecurity
        information security: infosec
        funding: funding round,fundraising
        machine learning: ml
        layoffs: job cut,downsizing
        executive moves: exec move,leadership change
        new hire: hire
        hiring plans: hiring
        revenue operations: revop
        facilities relocation/expansion: new office,relocation,expansion
        data center: datacentre,data centre
        network: networking
        spending/investment: capex,budget increase
    """,
    "scoop-departments": """
        information technology: it
        human resources: hr,people,people op
        engineering & technical: r and d,development
        c-suite: executive,c level
        operations: op
        sales; operations; marketing: revop,revenue operation
        information technology; engineering & technical: tech,technology
    """,
    "news-categories": """
        MERGER_OR_ACQUISITION / MERGER_OR_ACQUISTION: m and a,merger,acquisition,merger and acquisition,
            mergers or acquisition,merger or acquisition,merger or acquistion,takeover,acquired
        FUNDING: funding round,fundraising,raised money,venture round,investment
        FINANCIAL_RESULTS: earning,financial,quarterly result,result,quarterly earning,annual report
        GENERAL_PRESS_RELEASE: press release,pr
        GENERAL_NEWS: general
        PERSON: people,people move,executive change,hire,leadership change,personnel
        PRODUCT: product launch,new product,launch,product news
    """,
    "intent-topics": """
        organizational culture: organisational culture
        video conferencing: videoconferencing
    """,
    "tech-products": """
        amazon web services: aws
        google cloud platform: gcp,google cloud
        microsoft azure: azure
        salesforce: salesforce.com,sfdc,salesforce crm,sales force
        hubspot: hubspot crm,hub spot
        microsoft dynamics 365: dynamics 365,d365,dynamics crm,ms dynamics
        microsoft sql server: sql server,mssql,ms sql
        microsoft exchange: exchange,exchange server
        microsoft teams: ms teams,team
        microsoft entra id: azure ad,entra,azure active directory
        google analytics: ga4,ga,google analytic
        google ads: adwords,google adwords
        kubernetes: k8s
        postgresql: postgres
        node.js: node,nodejs
        ruby on rails: rails,ror
        oracle netsuite: netsuite
        sap s/4hana: s 4hana,s4hana,sap hana,sap erp
        adobe experience manager: aem
        monday.com: monday
        jira: atlassian jira
        crowdstrike falcon: crowdstrike
        meta pixel: facebook pixel
        vmware vsphere: vmware
        adp workforce now: adp
        java: java se
        react: reactjs,react.js
        quickbooks: quick book,qbo
        microsoft dynamics 365; microsoft dynamics gp: dynamics,microsoft dynamics
    """,
    "tech-vendors": """
        amazon: amazon web services,aws
        microsoft corporation: msft,ms
        meta: facebook
        zoom communications: zoom video
    """,
}  # fmt: skip

# Words beside a value's name that tell only what kind of thing it is.
NOISE: dict[str, frozenset[str]] = {
    name: frozenset(fold(word) for word in words.split())
    for name, words in {
        "management-levels": "level levels executives execs role roles seniority the people tier grade key leaders",
        "departments": "department departments dept team teams function org organization group folks division the "
        "professionals staff leaders",
        "scoop-departments": "department dept team function the",
        "job-functions": "function functions team role roles job jobs the people department professionals",
        "industries": "industry industries company companies sector business businesses firm firms vertical space the "
        "organization organizations provider providers vendors",
        "company-types": "company companies sector held corporation corporations firm firms owned entity the type",
        "company-rankings": "company companies list ranking rankings index the",
        "funding-round-types": "round rounds funding stage financing raised raise a-round the latest",
        "metro-regions": "greater area metro metropolitan region the",
        "states": "state province of the",
        "countries": "the",
        "continents": "the continent of",
        "scoop-types": "scoop scoops the announcement announcements news",
        "scoop-topics": "scoop scoops topic the",
        "news-categories": "news article articles announcement announcements the category about",
        "intent-topics": "topic topics intent the",
        "tech-products": "users customers using the product products platform",
        "tech-vendors": "corporation corp inc systems system software technologies labs foundation communications com "
        "ltd llc gmbh the products product stack suite",
    }.items()
}


class Meaning(NamedTuple):
    """What words stand for.

    Attributes:
        targets: values, each by its possible names, folded; several mean that the words do not decide.
        filter: another filter that the words belong to, or empty.
        value: the value to use there; empty for the words themselves.
    """

    targets: tuple[tuple[str, ...], ...] = ()
    filter: str = ""
    value: str = ""


@cache
def meanings(lookup: str) -> dict[str, tuple[Meaning, ...]]:
    """What a taxonomy's everyday names mean, by their folded form."""
    table: dict[str, tuple[Meaning, ...]] = {}
    lines: list[str] = []
    for line in _MEANINGS.get(lookup, "").strip().splitlines():
        if ":" in line:
            lines.append(line.strip())
        elif line.strip():
            lines[-1] += line.strip()
    for line in lines:
        left, _, words = line.partition(":")
        if left.startswith("->"):
            name, _, value = left.removeprefix("->").strip().partition("=")
            meaning = Meaning((), name.strip(), value.strip())
        else:
            meaning = Meaning(tuple(tuple(fold(name) for name in one.split(" / ")) for one in left.split(";")))
        for word in words.split(","):
            if word.strip():
                table[fold(word)] = (*table.get(fold(word), ()), meaning)
    return table


# Everyday words for filters with a closed list of values.
CHOICES: dict[str, dict[str, str]] = {
    name: {fold(word): choice for choice, words in table.items() for word in words.split(",")}
    for name, table in {
        "companyPastOrPresent": {
            "present": "current,current employer,now,currently,current company",
            "past": "former,previous,ex,alumni,formerly,previous employer",
            "pastAndPresent": "both,past and present,past or present,current and past,current or former,any,ever",
        },
        "businessModel": {
            "B2B": "business to business,b to b",
            "B2C": "business to consumer,consumer,b to c",
            "B2G": "business to government,b to g",
        },
        "requiredFields": {
            "mobilePhone": "mobile,cell,cell phone,mobile number,mobile phone",
            "directPhone": "direct dial,direct line,direct phone,direct number",
            "email": "e-mail,work email,business email,email address,has email",
            "personalEmail": "personal e-mail,private email,personal email",
            "phone": "phone number,any phone,telephone",
        },
        "certified": {"1": "true,yes,certified", "0": "false,no"},
        "boardMember": {"only": "yes,true,board members only", "exclude": "no,false,without"},
        "hasBeenNotified": {"only": "yes,true", "exclude": "no,false"},
        "locationSearchType": {
            "HQ": "headquarters,head office,company hq,company",
            "Person": "contact,people,where they live",
        },
    }.items()
}

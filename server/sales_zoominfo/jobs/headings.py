"""How the columns of CRM exports are called: Salesforce, HubSpot, Dynamics, Pipedrive, and people in six languages.

A heading is compared by :func:`squashed`: letter case, accents, spaces, signs and camel case make no difference, so
"First Name", ``first_name``, ``FirstName`` and "FIRST-NAME" are one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Literal

from ..zoominfo.operations import Entity

# What kind of record a heading's own words say it belongs to.
Owner = Literal["person", "company", ""]

# What a column holds, by the words for it. "name", "phone", "zoominfoId" and their like mean the person in a file of
# people and the company in a file of companies.
_WORDS: dict[str, str] = {
    "personId": """zoominfo contact id|zoominfo person id|zoominfo personid|zi person id|zi contact id|person id zoominfo
        |zoominfo contact profile id|zi_person_id|personid""",
    "companyId": "zoominfo company id|zi company id|zoominfo account id|company id zoominfo|zi_company_id|zoominfo ecid",
    "zoominfoId": "zoominfo id|zi id|dozisf zoominfo id|zoominfo record id|zoominfo first id",
    "emailAddress": """email|e mail|mail|email address|e mail address|mail address|work email|business email|email work
        |company email|corporate email|primary email|email 1|emailaddress1|professional email|office email|contact email
        |person email|lead email|email business|email primary|your email|email id|mail id|e mails|emails
        |e mail adresse|email adresse|mailadresse|geschaftliche e mail|e mail geschaftlich|e mail dienstlich|firmen email
        |adresse e mail|adresse email|adresse mail|courriel|courriel professionnel|e mail professionnel|mel
        |email professionnel|correo|correo electronico|direccion de correo|direccion de correo electronico
        |correo de trabajo|correo electronico profesional|correo corporativo|correo electronico del trabajo
        |邮箱|电子邮箱|电子邮件|邮件|邮箱地址|电子邮件地址|工作邮箱|企业邮箱|邮件地址|電子郵件|電郵|信箱
        |メール|メールアドレス|eメール|電子メール|電子メールアドレス|会社メールアドレス|e メールアドレス""",
    "supplementalEmail": """personal email|private email|home email|secondary email|additional email|other email|email 2
        |alternate email|emailaddress2|email home|email other|additional email addresses|private e mail
        |e mail privat|email personnel|correo personal|个人邮箱|私人邮箱|個人メール""",
    "hashedEmail": """hashed email|email hash|hash email|md5|email md5|sha1|sha256|email sha256|email sha1|hashed emails
        |md5 email|sha256 email|hem|e mail hash|邮箱哈希|メールハッシュ""",
    "name": """name|full name|fullname|display name|complete name|contact|contact name|person|person name|lead name
        |vollstandiger name|kontaktname|kontakt|ansprechpartner|ansprechperson|name des kontakts|nom complet|nom du contact
        |nom et prenom|prenom et nom|nombre completo|nombre y apellidos|nombre del contacto|contacto
        |姓名|名称|全名|联系人|联系人姓名|聯絡人|氏名|お名前|名前|担当者|担当者名|フルネーム""",
    "firstName": """first name|firstname|given name|forename|first|fname|givenname|christian name|vorname|rufname|prenom
        |primer nombre|nombre de pila|nombre|nombres|nome|名|名字|名前 名|名 名|ファーストネーム|名前 first|第一名""",
    "middleName": "middle name|middlename|middle initial|zweiter vorname|deuxieme prenom|segundo nombre|中间名|ミドルネーム",
    "lastName": """last name|lastname|surname|family name|last|lname|familyname|sn|nachname|familienname|zuname
        |nom de famille|nom|apellido|apellidos|primer apellido|姓|姓氏|氏|苗字|名字 姓|名前 姓|ラストネーム|familien name""",
    "salutation": "salutation|title prefix|honorific|prefix|anrede|civilite|tratamiento|称谓|称呼|敬称",
    "jobTitle": """job title|jobtitle|title|position|role|job position|job role|designation|current title|occupation
        |function title|job|berufsbezeichnung|position im unternehmen|stellenbezeichnung|jobtitel|titel|funktion
        |fonction|poste|intitule du poste|titre|titre du poste|cargo|puesto|puesto de trabajo|titulo|titulo del puesto
        |职位|职务|头衔|岗位|職稱|職位|役職|役職名|肩書|職種|職務""",
    "department": "department|dept|abteilung|departement|service|departamento|部门|部門|部署|所属",
    "managementLevel": "management level|seniority|job level|level|hierarchie|seniorite|nivel|职级|職位レベル",
    "phone": """phone|phone number|telephone|tel|telephone number|work phone|business phone|direct phone|direct dial
        |phone work|office phone|primary phone|telephone1|telephone 1|phone 1|business phone 1|tel no|phone no|contact phone
        |direct line|directphone|phone direct|person phone|lead phone|telephone work|business telephone|telefon
        |telefonnummer|tel nr|rufnummer|durchwahl|geschaftlich telefon|telefon geschaftlich|festnetz|telephone bureau
        |telephone professionnel|numero de telephone|n de telephone|ligne directe|telefono|numero de telefono
        |telefono de trabajo|telefono directo|telefono fijo|telefone|电话|电话号码|办公电话|座机|固定电话|直拨电话|電話
        |聯絡電話|電話番号|tel番号|直通電話|勤務先電話|会社電話""",
    "mobilePhone": """mobile|mobile phone|mobile number|cell|cell phone|cellphone|cell number|phone mobile|mobilephone
        |mobile phone number|mobil|handy|handynummer|mobiltelefon|mobilnummer|mobilfunk|portable|telephone portable
        |telephone mobile|mobile professionnel|movil|telefono movil|celular|telefono celular|手机|手机号|手机号码|移动电话
        |手機|携帯|携帯電話|携帯番号|携帯電話番号""",
    "otherPhone": "home phone|other phone|assistant phone|asst phone|phone home|phone other|phone 2|telephone2|telephone3",
    "fax": "fax|fax number|business fax|faxnummer|telefax|telecopie|numero de fax|传真|傳真|ファックス|fax番号",
    "linkedin": """linkedin|linkedin url|linkedin profile|linkedin profile url|linked in|linkedin link|person linkedin url
        |linkedin bio|external url|profile url|linkedin person url|linkedin page|social profile|linkedin seite
        |linkedin profil|profil linkedin|url linkedin|perfil de linkedin|perfil linkedin|领英|领英链接|externalurl
        |hublead linkedin profile url|hs linkedin url|linkedin id""",
    "companyLinkedIn": """company linkedin|company linkedin url|linkedin company page|company linkedin page
        |linkedin company url|account linkedin|organization linkedin|hs company linkedin""",
    "companyName": """company|company name|account|account name|organization|organisation|organization name
        |organisation name|business name|employer|associated company|company account|associated company primary
        |primary company|current company|firm|parent account name|parentcustomerid|customer|customer name|client
        |company or account|primary associated company|legal name|registered name|account full name|legal entity name
        |firma|firmenname|unternehmen|unternehmensname|gesellschaft|kunde|kundenname|arbeitgeber|organisation firma
        |entreprise|societe|raison sociale|nom de l entreprise|nom de la societe|nom du compte|compte|employeur
        |empresa|nombre de la empresa|compania|nombre de empresa|cuenta|nombre de la cuenta|razon social|organizacion
        |公司|公司名称|公司名|企业名称|企业|单位|单位名称|客户名称|客户|公司名稱|企業名稱|会社|会社名|企業名|法人名
        |取引先|取引先名|勤務先|勤務先名|組織名|所属企業|御社名|貴社名""",
    "companyWebsite": """website|web site|web|url|site|homepage|company website|company domain|domain|company domain name
        |website url|web address|websiteurl|domain name|company url|account website|company web|www|webpage|web page
        |account domain|company homepage|organization website|email domain|webseite|internetseite|internetadresse
        |firmenwebseite|website der firma|domane|site web|site internet|site|site web de l entreprise|domaine
        |nom de domaine|sitio web|pagina web|sitio|dominio|web de la empresa|url del sitio web
        |网站|公司网站|网址|官网|域名|公司域名|企业网站|網站|網址|ウェブサイト|webサイト|ホームページ|サイトurl|会社url
        |ドメイン|会社ドメイン|企業サイト""",
    "companyPhone": """company phone|account phone|main phone|hq phone|headquarters phone|switchboard|company phone number
        |corporate phone|main number|organization phone|company telephone|office main|zentrale|telefonzentrale
        |firmentelefon|standard|telephone entreprise|standard telephonique|telefono de la empresa|centralita
        |公司电话|总机|企业电话|代表電話|代表番号|会社電話番号""",
    "companyFax": "company fax|account fax|organization fax",
    "companyTicker": "ticker|ticker symbol|stock symbol|stock ticker|symbol|company ticker|borsenkurzel|股票代码|証券コード",
    "companyStreet": "company street|company address|company street address|account billing street|organization address",
    "companyCity": "company city|account billing city|company hq city|hq city|account city|organization city",
    "companyState": "company state|account billing state|company hq state|hq state|company state region|account state",
    "companyZipCode": "company zip|company zip code|company postal code|account billing zip|account billing postal code",
    "companyCountry": "company country|account billing country|company hq country|hq country|account country|公司国家",
    "ipAddress": "ip|ip address|visitor ip|ipaddress|remote addr|ip adresse|adresse ip|direccion ip|ip地址|ipアドレス",
    "street": """street|address|street address|mailing street|billing street|address line 1|address 1 street 1
        |address 1 line 1|address1 line1|mailing address|mailing address line 1|billing address|billing address line 1
        |street 1|strasse|anschrift|adresse|rue|calle|direccion|domicilio|地址|街道|住所|番地|町名番地|所在地""",
    "city": """city|town|mailing city|billing city|address 1 city|address1 city|locality|ort|stadt|wohnort|ville|ciudad
        |localidad|poblacion|城市|市|所在城市|市区町村|市区郡|都市""",
    "state": """state|province|region|state province|state region|mailing state|billing state|mailing state province
        |billing state province|address 1 state province|address1 stateorprovince|state code|county|bundesland|kanton
        |etat|departement region|provincia|estado|comunidad autonoma|省|省份|州|州省|都道府県|省市""",
    "zipCode": """zip|zip code|postal code|postcode|zipcode|mailing zip|mailing postal code|billing zip
        |billing postal code|mailing zip postal code|billing zip postal code|zip postal code|address 1 zip postal code
        |address1 postalcode|postleitzahl|plz|code postal|cp|codigo postal|邮编|邮政编码|郵便番号""",
    "country": """country|country region|nation|mailing country|billing country|address 1 country region|address1 country
        |country code|country territory|mailing country territory|billing country territory|countryregion|ip country|land
        |staat|pays|pays region|pais|pais region|国家|国家地区|國家|国|国名|国地域""",
    "industry": "industry|sector|vertical|branche|industrie|secteur|secteur d activite|sector industria|industria|行业|業種|業界",
    "employees": """employees|number of employees|employee count|numberofemployees|company size|headcount|no of employees
        |no of employees range|size|mitarbeiter|mitarbeiterzahl|anzahl mitarbeiter|effectif|nombre d employes|empleados
        |numero de empleados|员工人数|员工数|人数|従業員数|社員数""",
    "revenue": """revenue|annual revenue|annualrevenue|turnover|sales volume|umsatz|jahresumsatz|chiffre d affaires
        |ingresos|ingresos anuales|facturacion|年收入|年营收|营业额|売上高|年商|年間売上""",
    "recordId": """id|record id|recordid|lead id|contact id|account id 18|record id contact|record id company|hs object id
        |contactid|leadid|do not modify contact|do not modify account|do not modify lead|case safe id|18 digit id
        |person id|organization id|organisation id|salesforce id|sfdc id|crm id|hubspot id|datensatz id|kontakt id
        |id de l enregistrement|id d enregistrement|id del registro|id de registro|记录id|记录 id|レコードid|external id
        |取引先責任者id|リードid|vid|customer id|kundennummer""",
    "accountRecordId": "account id|accountid|associated company id|associated company ids|company id|parent account id|取引先id",
    "owner": """owner|owner id|ownerid|contact owner|account owner|lead owner|company owner|record owner|hubspot owner
        |hubspot owner id|owner name|owner email|account manager|sales rep|besitzer|inhaber|proprietaire|propietario
        |负责人|所有人|所有者|担当営業""",
    "createdAt": """created|created date|create date|createdate|created at|created on|date created|createddate|createdon
        |add time|contact created|person created|organization created|erstellt|erstellt am|erstelldatum|anlagedatum
        |date de creation|cree le|fecha de creacion|creado el|创建时间|创建日期|作成日|作成日時|登録日""",
    "modifiedAt": """last modified|last modified date|modified|modified on|updated|update date|updated at|last update
        |last updated|lastmodifieddate|modifiedon|update time|last updated date|systemmodstamp|date modified|changed
        |do not modify modified on|person update time|organization update time|geandert|geandert am|anderungsdatum
        |zuletzt geandert|letzte anderung|date de modification|modifie le|derniere modification|fecha de modificacion
        |ultima modificacion|modificado el|更新时间|修改时间|修改日期|最后修改|更新日|更新日時|最終更新日|最終更新日時""",
    "activityAt": """last activity|last activity date|lastactivitydate|last contacted|last contact date|last touch
        |last engagement date|last email date|date of last activity|notes last contacted|last interaction
        |letzte aktivitat|letzter kontakt|derniere activite|dernier contact|ultima actividad|ultimo contacto|最后联系时间
        |最近联系时间|最終活動日|最終連絡日""",
    "doNotCall": "do not call|donotcall|phone opt out|dnc|nicht anrufen|ne pas appeler|no llamar|请勿致电|電話禁止",
    "emailOptOut": """email opt out|has opted out of email|hasoptedoutofemail|opted out|unsubscribed|do not email|donotemail
        |unsubscribed from all email|keine e mail|e mail opt out|desabonne|退订|メール配信停止""",
    "bounced": "email bounced|bounced|hard bounce|email bounced reason|email bounced date|hard bounce reason",
}  # fmt: skip

# Columns of people other than the one that the row is about.
_OTHERS = re.compile(
    r"\b(owner|created by|modified by|reports to|manager|assistant|asst|referred|referrer|rep|besitzer|vorgesetzter"
    r"|proprietaire|propietario|last modified by|author|sender|cc|bcc|reply to|template|campaign|subject|bounce[ds]?|opt(?:ed)?"
    r" out|consent|status|count|number of|sends?|opens?|clicks?|date|time)\b"
)
_PREFIXES: dict[str, Owner] = {
    **dict.fromkeys(
        ("person", "contact", "lead", "kontakt", "people", "联系人", "取引先責任者", "リード", "contacto", "personne"),
        "person",
    ),
    **dict.fromkeys(
        (
            "organization",
            "organisation",
            "account",
            "company",
            "firma",
            "org",
            "公司",
            "取引先",
            "empresa",
            "entreprise",
        ),
        "company",
    ),
}
_PREFIX = re.compile(r"^\s*([^\s:.\-–>|]+)\s*(?::|\.|>|\|| [-–] )\s*(.+)$")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SIGNS = re.compile(r"[\W_]+")
_MARKS = re.compile("[\u0300-\u036f]")
_SUFFIX = re.compile(
    r"__[cr]$|\s*[*†]+\s*$|\s*\((required|optional|pflicht(?:feld)?|obligatoire|必填|必須)\)\s*$", re.IGNORECASE
)
_NUMBERED = re.compile(r"\s*\(\d+\)$")

# The same words as the company's in a file of companies, and the person's in one of people.
_BY_ENTITY: dict[str, tuple[str, str]] = {
    "name": ("fullName", "companyName"),
    "zoominfoId": ("personId", "companyId"),
    "phone": ("phone", "companyPhone"),
    "fax": ("companyFax", "companyFax"),
    "linkedin": ("externalURL", "companyLinkedIn"),
    "street": ("street", "companyStreet"),
    "city": ("city", "companyCity"),
    "state": ("state", "companyState"),
    "zipCode": ("zipCode", "companyZipCode"),
    "country": ("country", "companyCountry"),
    "accountRecordId": ("accountRecordId", "recordId"),
}
# What a heading of the company's means when its words name the company first, as in "Account: Phone".
_OF_COMPANY = {name: pair[1] for name, pair in _BY_ENTITY.items()} | {"recordId": "accountRecordId"}


def words_of(heading: str) -> str:
    """The words of a heading in lower case, without accents and signs."""
    text = _SUFFIX.sub("", unicodedata.normalize("NFKC", heading).strip())
    text = _CAMEL.sub(" ", text).casefold()
    if not text.isascii():
        # Accents alone: in Japanese the marks of a kana are part of it.
        text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))
    return _SIGNS.sub(" ", text).strip()


def squashed(heading: str) -> str:
    """:func:`words_of` without spaces."""
    return words_of(heading).replace(" ", "")


@cache
def _table() -> dict[str, str]:
    # What stands first keeps a spelling that two fields share.
    found: dict[str, str] = {}
    for field, spellings in _WORDS.items():
        for spelling in (field, *spellings.split("|")):
            found.setdefault(squashed(spelling), field)
    return found


def read_heading(heading: str) -> tuple[str, Owner] | None:
    """What a heading says that its column holds.

    Args:
        heading: as it stands in the file.

    Returns:
        A name of this module's table, still to be read by :func:`by_entity`, and whose record the heading itself names;
        None when it is none of the spellings.
    """
    table = _table()
    text = _NUMBERED.sub("", heading)
    prefixed = _PREFIX.match(text)
    if prefixed and (owner := _PREFIXES.get(squashed(prefixed[1]))):
        rest = table.get(squashed(prefixed[2]))
        if rest and owner == "company":
            return _OF_COMPANY.get(rest, rest), "company"
        if rest:
            return rest, "person"
    found = table.get(squashed(text))
    return (found, "") if found else None


def by_entity(field: str, entity: Entity) -> str:
    """What a name of the table means in a file of people or of companies."""
    pair = _BY_ENTITY.get(field)
    return field if pair is None else pair[entity == "company"]


def of_others(heading: str) -> bool:
    """Whether a heading speaks of somebody or something beside the record, such as its owner's e-mail address."""
    return _OTHERS.search(words_of(heading)) is not None


def fields() -> frozenset[str]:
    """Every field that a column can be said to hold."""
    return frozenset(by_entity(name, entity) for name in _WORDS for entity in ("contact", "company"))

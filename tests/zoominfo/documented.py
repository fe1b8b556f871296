"""What ZoomInfo documents of filters and output fields: the shipped tables are held against this.

From the published GTM Data specification and the Enterprise parameter tables and field lookups, independent of
`fields.py`. Types as they stand there: `str`, `str[]` and `arr` (array of strings), `i16`, `i32`, `i64[]`, `int`,
`bool`, `date`, `obj[]`; `-` where the generation has no such filter.
"""

from __future__ import annotations

Types = dict[tuple[str, str], str]

# Filters by (GTM type, Enterprise type): of both searches, of the contact search, of the company search.
SHARED: Types = {
    ("str", "str"): """
    address companyDescription companyId companyName companyRanking companyStructureIncludedSubUnitTypes companyType
    companyWebsite continent country employeeCount employeeRangeMax employeeRangeMin excludedRegions
    hashTagString industryCodes industryKeywords locationSearchType metroRegion naicsCodes
    oneYearEmployeeGrowthRateMax oneYearEmployeeGrowthRateMin parentId revenue sicCodes state street
    subUnitTypes techAttributeTagList twoYearEmployeeGrowthRateMax twoYearEmployeeGrowthRateMin
    ultimateParentId zipCode zoominfoContactsMax zoominfoContactsMin
    """,
    ("str[]", "arr"): """
    companyTicker engagementType
    """,
    ("date", "str"): """
    engagementEndDate engagementStartDate fundingEndDate fundingStartDate
    """,
    ("str", "-"): """
    excludeTechAttributeTagList
    """,
    ("i32", "int"): """
    fundingAmountMax fundingAmountMin revenueMax revenueMin
    """,
    ("bool", "bool"): """
    primaryIndustriesOnly
    """,
    ("str[]", "-"): """
    allFundingRoundTypes recentFundingRoundTypes
    """,
    ("bool", "-"): """
    underManagement
    """,
    ("i16", "str"): """
    zipCodeRadiusMiles
    """,
}
CONTACT: Types = {
    ("str", "str"): """
    boardMember companyPastOrPresent contactAccuracyScoreMax contactAccuracyScoreMin degree department
    emailAddress exactJobTitle excludeJobTitle excludeManagementLevel firstName fullName hasBeenNotified
    hashedEmail jobFunction jobTitle lastName managementLevel middleInitial personId requiredFields school
    yearsOfExperience
    """,
    ("str[]", "arr"): """
    buyingGroup phone supplementalEmail techSkills webReferences
    """,
    ("obj[]", "-"): """
    employmentHistory
    """,
    ("bool", "bool"): """
    excludePartialProfiles executivesOnly
    """,
    ("-", "bool"): """
    filterByBuyingCommittee
    """,
    ("date", "str"): """
    lastUpdatedDateAfter positionStartDateMax positionStartDateMin validDateAfter
    """,
    ("i32", "int"): """
    lastUpdatedInMonths
    """,
    ("i64[]", "arr"): """
    locationCompanyId
    """,
}
COMPANY: Types = {
    ("str[]", "arr"): """
    businessModel
    """,
    ("i32", "int"): """
    certified financeDepartmentBudgetMax financeDepartmentBudgetMin hrDepartmentBudgetMax
    hrDepartmentBudgetMin itDepartmentBudgetMax itDepartmentBudgetMin marketingDepartmentBudgetMax
    marketingDepartmentBudgetMin
    """,
    ("bool", "bool"): """
    excludeDefunctCompanies
    """,
}

# Output fields that only one generation documents, and those of both.
CONTACT_OUTPUTS_BOTH = """
    city companyCity companyContinent companyCountry companyDivision companyEmployeeCount
    companyEmployeeGrowth companyEmployeeRange companyFax companyId companyIndustries companyIndustryCodes
    companyLogo companyNaicsCodes companyName companyPhone companyPrimaryIndustry companyPrimaryIndustryCode
    companyPrimarySubIndustryCode companyRanking companyRevenue companyRevenueNumeric companyRevenueRange
    companySicCodes companySocialMediaUrls companyState companyStreet companyTicker companyType
    companyWebsite companyZipCode contactAccuracyScore continent country directPhoneDoNotCall education
    email employmentHistory engagements externalUrls firstName hasCanadianEmail hashedEmails id isDefunct
    jobFunction jobTitle lastName lastUpdatedDate locationCompanyId managementLevel metroArea middleName
    mobilePhoneDoNotCall noticeProvidedDate personHasMoved phone picture positionStartDate region salutation
    state street suffix techSkills validDate withinCalifornia withinCanada withinEu yearsOfExperience
    zipCode
"""
CONTACT_OUTPUTS_GTM = """
    companyAlternateLogos companyDescription directPhoneAlt emailAlt mobilePhone mobilePhoneAlt
    supplementalEmail
"""
CONTACT_OUTPUTS_ENTERPRISE = """
    companyDescriptionList isCalifornia isCanada
"""
COMPANY_OUTPUTS_BOTH = """
    businessModel certificationDate certified city companyFunding companyStatus companyStatusDate
    competitors continent country createdDate departmentBudgets domainList employeeCount
    employeeCountByDepartment employeeGrowth employeeRange engagements fax foundedYear id industries
    industryCodes isDefunct lastUpdatedDate locationCount locationMatch logo metroArea naicsCodes name
    numberOfContactsInZoomInfo parentId parentName phone primaryIndustry primaryIndustryCode
    primarySubIndustryCode products recentFundingAmount recentFundingDate revenue revenueRange sicCodes
    socialMediaUrls state street subUnitIndustries subUnitType ticker totalFundingAmount type
    ultimateParentEmployees ultimateParentId ultimateParentName ultimateParentRevenue website zipCode
"""
COMPANY_OUTPUTS_GTM = """
    alternateLogos description
"""
COMPANY_OUTPUTS_ENTERPRISE = """
    descriptionList hashtags subUnitCodes techAttributes
"""

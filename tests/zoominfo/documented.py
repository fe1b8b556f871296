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

# The signal searches, whole.
INTENT: Types = {
    ("str", "str"): """
    address audienceStrengthMax audienceStrengthMin companyDescription companyRanking
    companyStructureIncludedSubUnitTypes companyType continent country employeeCount employeeRangeMax
    employeeRangeMin excludedRegions hashTagString industryCodes industryKeywords locationSearchType
    metroRegion naicsCodes oneYearEmployeeGrowthRateMax oneYearEmployeeGrowthRateMin revenue sicCodes state
    street subUnitTypes techAttributeTagList twoYearEmployeeGrowthRateMax twoYearEmployeeGrowthRateMin zipCode
    zoominfoContactsMax zoominfoContactsMin
    """,
    ("str[]", "-"): """
    businessModel companyTicker
    """,
    ("-", "int"): """
    certified
    """,
    ("-", "bool"): """
    excludeDefunctCompanies
    """,
    ("bool", "-"): """
    findRecommendedContacts
    """,
    ("i32", "int"): """
    fundingAmountMax fundingAmountMin revenueMax revenueMin signalScoreMax signalScoreMin
    """,
    ("date", "str"): """
    fundingEndDate fundingStartDate signalEndDate signalStartDate
    """,
    ("bool", "bool"): """
    primaryIndustriesOnly
    """,
    ("str[]", "arr"): """
    topics
    """,
    ("i16", "str"): """
    zipCodeRadiusMiles
    """,
}
SCOOP: Types = {
    ("str", "str"): """
    address boardMember companyDescription companyPastOrPresent companyRanking
    companyStructureIncludedSubUnitTypes companyType contactAccuracyScoreMax contactAccuracyScoreMin continent
    country degree department description emailAddress employeeCount employeeRangeMax employeeRangeMin
    excludedRegions excludeJobTitle excludeManagementLevel firstName fullName hasBeenNotified hashedEmail
    hashTagString industryCodes industryKeywords jobFunction jobTitle lastName locationSearchType
    managementLevel metroRegion middleInitial naicsCodes oneYearEmployeeGrowthRateMax
    oneYearEmployeeGrowthRateMin personId requiredFields revenue school scoopId scoopTopic scoopType sicCodes
    state street subUnitTypes techAttributeTagList twoYearEmployeeGrowthRateMax twoYearEmployeeGrowthRateMin
    zipCode zoominfoContactsMax zoominfoContactsMin
    """,
    ("str[]", "-"): """
    businessModel companyTicker
    """,
    ("i32", "int"): """
    certified fundingAmountMax fundingAmountMin lastUpdatedInMonths revenueMax revenueMin
    """,
    ("-", "str"): """
    companyId companyName companyWebsite parentId ultimateParentId
    """,
    ("str", "-"): """
    exactJobTitle
    """,
    ("-", "bool"): """
    excludeDefunctCompanies
    """,
    ("bool", "bool"): """
    excludePartialProfiles executivesOnly primaryIndustriesOnly updatedSinceCreation
    """,
    ("date", "str"): """
    fundingEndDate fundingStartDate publishedEndDate publishedStartDate
    """,
    ("i64[]", "arr"): """
    locationCompanyId
    """,
    ("i16", "str"): """
    zipCodeRadiusMiles
    """,
}
NEWS: Types = {
    ("str[]", "arr"): """
    categories url
    """,
    ("date", "str"): """
    pageDateMax pageDateMin
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

"""The facts that the knowledge base must carry, each with the passage that carries it."""

from __future__ import annotations

import re

import pytest

from sales_zoominfo.knowledge import KnowledgeBase

API = "zoominfo-api-reference"
QUICK = f"{API}#api-quick-reference"

# (passage, patterns that must all be found in its text)
FACTS: list[tuple[str, list[str]]] = [
    # Five gotchas
    (
        "gotchas#intent-topics-follow-the-subscription",
        [r"only the topics", r"administrator", r"subscribed topics", r"400"],
    ),
    (
        "gotchas#credits",
        [
            r"Search, lookup, usage \| none",
            r"12 months",
            r"free",
            r"bulk run",
            r"X-Usage-Unique-Id-Limit-Remaining",
            r"X-Usage-Record-Limit-Remaining.*not the credit balance",
        ],
    ),
    ("gotchas#jwt-expiry", [r"60 minutes", r"`exp` claim", r"pasted into", r"expires_in"]),
    (
        "gotchas#copilot-is-elite-only",
        [
            r"Next-best-action",
            r"deal predictions",
            r"automatic research",
            r"\$39,995 a year",
            r"November 2026",
            r"Professional or Advanced",
        ],
    ),
    ("gotchas#websights-sees-companies-not-people", [r"IP address", r"contact search", r"cannot say who"]),
    # Three troubleshooting entries
    (
        "troubleshooting#intent-data-does-not-show-for-target-accounts",
        [r"taxonomy", r"4,000\+", r"Small companies", r"scoops and news alerts"],
    ),
    ("troubleshooting#401-after-the-api-worked-at-first", [r"401 Unauthorized", r"60 minutes", r"`exp`", r"PKI"]),
    (
        "troubleshooting#enrichment-returns-incomplete-data",
        [
            r"verified direct dial",
            r"plan",
            r"Apollo",
            r"Lusha",
            r"waterfall",
            r"domain.*than the name",
            r"sales-enrich",
        ],
    ),
    # API quick reference: each published row, with what is real
    (QUICK, [r"Authenticate \| `POST /authenticate` \| same \| `POST /gtm/oauth/v1/token`"]),
    (QUICK, [r"`POST /search/contact` \| same \| `POST /contacts/search`"]),
    (QUICK, [r"`POST /search/company` \| same \| `POST /companies/search`"]),
    (QUICK, [r"`POST /enrich/contact` \| same, 25 records a call \| `POST /contacts/enrich`"]),
    (QUICK, [r"`POST /enrich/company` \| same, 25 records a call \| `POST /companies/enrich`"]),
    (QUICK, [r"`POST /enrich/intent` \| same, `topics` required \| `POST /intent/enrich`"]),
    (QUICK, [r"`GET /lookup/contact/\{personId\}` \| none: enrich with `personId`"]),
    (QUICK, [r"`GET /lookup/company/\{companyId\}` \| none: enrich with `companyId`"]),
    (QUICK, [r"`POST /bulk/enrich` \| `POST /bulk/enrich/contact` or `/bulk/enrich/company` \| none"]),
    (QUICK, [r"`GET /usage` \| `GET /lookup/usage` \| `GET /users/usage`"]),
    (QUICK, [r"`POST /websights/search` \| none: `POST /enrich/ip`"]),
    (QUICK, [r"`POST /compliance/optout` \| `POST /compliance`, read-only \| none"]),
    (
        f"{API}#which-api-generation",
        [r"https://api\.zoominfo\.com`", r"https://api\.zoominfo\.com/gtm", r"60 minutes", r"25"],
    ),
    (
        f"{API}#enterprise-sign-in-with-pki",
        [r"RS256", r"enterprise_api", r"client id", r"private key never leaves", r"300 seconds", r"username"],
    ),
    (
        f"{API}#enterprise-sign-in-with-username-and-password",
        [r"`username` and `password`", r"60 minutes", r"one request per second"],
    ),
    (f"{API}#gtm-sign-in-with-oauth-20", [r"PKCE", r"unauthorized_client", r"each one works once", r"expires_in"]),
    # Limits and headers
    (
        f"{API}#rate-limits",
        [
            r"July 2026",
            r"1 request per second",
            r"25 per second, 1,500 per minute",
            r"33 per second, 2,000 per minute",
            r"5 per second, 10,800 per hour, 129,600 per day",
            r"54,000 per hour, 648,000",
            r"75,600 per hour, 907,200",
        ],
    ),
    (
        f"{API}#rate-limit-and-usage-headers",
        [
            r"X-RateLimit-Remaining`",
            r"X-RateLimit-Reset` \| Unix time",
            r"X-Usage-Record-Limit-Remaining",
            r"X-Usage-Unique-Id-Limit-Remaining` \| credits",
            r"Retry-After",
        ],
    ),
    (f"{API}#pagination", [r"1,000 records \| 10,000 records", r"at most 100", r"PFAPI0004"]),
    (f"{API}#bulk-jobs", [r"10,000", r"jobId", r"/bulk/job/status", r"no callback"]),
    (f"{API}#contact-enrich", [r"up to 25", r"emailAddress", r"outputFields", r"directPhoneDoNotCall"]),
    (f"{API}#credits-and-usage", [r"uniqueIdLimit", r"12 months", r"creditsUsed.*billingPeriodEnd"]),
    (f"{API}#compliance-endpoint", [r"No API records an opt-out", r"OPT_OUT", r"/compliance/optout"]),
    (f"{API}#websights-by-api", [r"/enrich/ip", r"pages, sessions and time on site", r"/websights/search"]),
    (
        f"{API}#what-the-published-quick-reference-gets-wrong",
        [r"300\+ attributes", r"88 contact and 62 company", r"published, not attested"],
    ),
    # Products
    ("products#advanced-search", [r"300\+", r"revenue", r"technology", r"seniority", r"AND, OR and NOT"]),
    ("products#saved-searches-and-alerts", [r"alert", r"match"]),
    ("products#org-charts", [r"decision-makers", r"buying committee"]),
    (
        "products#news-and-scoops",
        [r"funding, leadership changes and expansion", r"research team", r"projects, initiatives, pain points"],
    ),
    (
        "products#contact-and-company-enrichment",
        [r"name and company", r"direct dial", r"SIC and NAICS", r"sub-industry"],
    ),
    ("products#bulk-and-automatic-enrichment", [r"25 records", r"created", r"CSV"]),
    ("products#credit-system", [r"consumes credits", r"dashboard", r"usage call"]),
    ("products#buyer-intent", [r"4,000\+", r"Spike", r"[Rr]ecommended contacts", r"Slack", r"administrator"]),
    ("products#engage-sequences-and-templates", [r"LinkedIn", r"A/B", r"personalization", r"follow-up"]),
    (
        "products#engage-dialer-tasks-and-analytics",
        [r"local presence", r"recording", r"voicemail drop", r"open, click and reply"],
    ),
    (
        "products#conversation-intelligence-chorus",
        [r"Chorus", r"acquired", r"competitors, prices, objections and next steps", r"longest monologue", r"CRM"],
    ),
    (
        "products#advertising",
        [r"programmatic", r"Audience Builder", r"connected TV", r"LinkedIn, Facebook", r"[Rr]etarget", r"ABM"],
    ),
    ("products#formcomplete", [r"2 or 3", r"partial", r"Marketo, HubSpot, Pardot and custom"]),
    ("products#website-chat", [r"WebSights", r"territory or account owner", r"book a meeting"]),
    ("products#websights", [r"IP", r"pricing, demo, case studies", r"time on site", r"individuals"]),
    ("products#data-orchestration", [r"Workflows", r"[Ff]uzzy", r"Normalization", r"round robin"]),
    ("products#crm-hygiene", [r"Deduplication", r"job or company changes", r"completeness", r"do-not-contact"]),
    (
        "products#copilot",
        [r"Elite", r"Next-best-action", r"Deal predictions", r"stalled", r"talking points", r"Engage"],
    ),
    ("products#plans-and-prices", [r"\$39,995.*November 2026", r"18,000", r"Professional, Advanced and Elite"]),
    # Data model
    (
        "data-model#contact-object",
        [
            r"personId",
            r"firstName",
            r"directPhoneDoNotCall",
            r"jobTitle",
            r"managementLevel",
            r"no `department` output",
        ],
    ),
    ("data-model#company-object", [r"companyId", r"subIndustry", r"sicCode", r"naicsCode", r"techStack"]),
    ("data-model#ranges-and-exact-values", [r"ranges in search and exact in enrich"]),
    ("data-model#intent-object", [r"topicId", r"signalScore", r"audienceStrength", r"Spike", r"baseline"]),
    ("data-model#scoop-object", [r"scoopId", r"topicName", r"publishedDate", r"researchers"]),
    (
        "data-model#news-object",
        [r"newsId", r"headline", r"funding, acquisition, expansion, leadership and product launch", r"pageDate"],
    ),
    # Ten integrations
    ("integrations#salesforce", [r"[Nn]ative", r"both directions", r"opportunities", r"created"]),
    ("integrations#hubspot", [r"intent", r"FormComplete", r"creation"]),
    ("integrations#microsoft-dynamics", [r"accounts", r"intent alerts"]),
    ("integrations#marketo", [r"nurture", r"FormComplete"]),
    ("integrations#pardot", [r"scoring"]),
    ("integrations#salesloft", [r"cadence"]),
    ("integrations#outreach", [r"sequence"]),
    ("integrations#slack", [r"[Ii]ntent alerts", r"scoop", r"daily digest"]),
    ("integrations#zapier", [r"connector"]),
    ("integrations#pipedrive", [r"deals", r"enriched"]),
    ("integrations#connecting-salesforce", [r"REST API", r"Integrations", r"pop-ups"]),
    (
        "integrations#salesforce-field-mapping",
        [r"overwrites", r"only when it is empty", r"red asterisk", r"Verify and Save", r"Business Phone"],
    ),
    # Five playbooks, step by step
    (
        "playbooks#prospecting-playbook",
        [
            r"1\. .*industry, employee count, revenue, technology",
            r"2\. .*intent",
            r"3\. .*economic buyer, champion, technical evaluator",
            r"4\. .*Engage, Salesloft or Outreach",
            r"5\. .*alerts",
        ],
    ),
    (
        "playbooks#enrichment-playbook",
        [
            r"1\. .*new leads, stale contacts, incomplete accounts",
            r"2\. .*CSV",
            r"3\. Map",
            r"4\. .*credits",
            r"5\. .*automatic rules",
        ],
    ),
    (
        "playbooks#intent-based-selling-playbook",
        [
            r"1\. .*topics",
            r"2\. .*saved search",
            r"3\. .*Slack or email",
            r"4\. .*recommended contacts",
            r"5\. .*Engage sequence",
        ],
    ),
    (
        "playbooks#advertising-playbook",
        [
            r"1\. .*firmographic, intent and technographic",
            r"2\. .*LinkedIn and Facebook",
            r"3\. .*WebSights",
            r"4\. .*bottom-of-funnel",
            r"5\. .*attribution",
        ],
    ),
    (
        "playbooks#data-orchestration-playbook",
        [
            r"1\. .*completeness, duplicate rate, decay rate",
            r"2\. .*matching rules",
            r"3\. .*titles, industries and company names",
            r"4\. .*match, enrich, route",
            r"5\. .*monthly, refresh quarterly",
        ],
    ),
    # Related skills and examples
    (
        "related-skills#which-skill-for-which-question",
        [
            rf"`sales-{name}`"
            for name in (
                "enrich",
                "intent",
                "cadence",
                "account-map",
                "data-hygiene",
                "b2b-advertising",
                "call-review",
                "lead-routing",
                "prospect-list",
                "integration",
                "live-chat",
                "deliverability",
            )
        ],
    ),
    ("related-skills#the-router-skill", [r"npx skills add sales-skills/sales --skill sales-do"]),
    (
        "examples#example-intent-based-prospecting-for-cybersecurity",
        [r"SIEM", r"zero trust", r"endpoint security", r"Slack"],
    ),
    ("examples#example-refreshing-15000-salesforce-contacts", [r"15,000", r"automatic rules", r"15,000 credits"]),
    ("examples#example-lead-scoring-that-enriches-by-api", [r"PKI", r"/enrich/contact", r"renew", r"429"]),
]


@pytest.mark.parametrize(("passage_id", "patterns"), FACTS, ids=[f"{i}-{fact[0]}" for i, fact in enumerate(FACTS)])
def test_the_passage_carries_the_fact(kb: KnowledgeBase, passage_id: str, patterns: list[str]) -> None:
    text = kb.read(passage_id).text
    missing = [pattern for pattern in patterns if not re.search(pattern, text)]
    assert missing == []

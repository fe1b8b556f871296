"""Questions people ask, written before the search was tuned, with the passages that answer each."""

from __future__ import annotations

API = "zoominfo-api-reference"

ANSWERABLE: list[tuple[str, set[str]]] = [
    # Sales reps and SDRs
    (
        "Can I see which individual visited our pricing page?",
        {"gotchas#websights-sees-companies-not-people", "products#websights"},
    ),
    (
        "How do I find out who the decision makers are at an account?",
        {"products#org-charts", "playbooks#prospecting-playbook"},
    ),
    (
        "I searched for people but there are no email addresses in the results",
        {"gotchas#search-never-shows-an-email-or-a-phone-number", f"{API}#contact-search"},
    ),
    ("Is there a dialer that drops voicemails?", {"products#engage-dialer-tasks-and-analytics"}),
    ("can I A/B test my email templates", {"products#engage-sequences-and-templates"}),
    ("What are scoops?", {"products#news-and-scoops", "data-model#scoop-object"}),
    (
        "Get notified when new companies match my filters",
        {"products#saved-searches-and-alerts", "playbooks#prospecting-playbook"},
    ),
    ("Am I allowed to dial this number or is it on a do not call list?", {"data-model#do-not-call-flags"}),
    ("push prospects into an Outreach sequence", {"integrations#outreach", "playbooks#prospecting-playbook"}),
    # Sales managers
    (
        "Which plan includes AI deal forecasts and what does it cost?",
        {"gotchas#copilot-is-elite-only", "products#copilot", "products#plans-and-prices"},
    ),
    ("Does it tell me how much my reps talk versus listen on calls?", {"products#conversation-intelligence-chorus"}),
    ("Which skill helps me coach reps from recorded calls?", {"related-skills#which-skill-for-which-question"}),
    ("how much does ZoomInfo cost", {"products#plans-and-prices"}),
    ("How much is the yearly price of Elite?", {"gotchas#copilot-is-elite-only", "products#plans-and-prices"}),
    ("deals that are stalling or at risk in my pipeline", {"products#copilot"}),
    # Marketing
    ("Make our web forms shorter", {"products#formcomplete"}),
    (
        "Show ads to a list of accounts on LinkedIn and connected TV",
        {"products#advertising", "playbooks#advertising-playbook"},
    ),
    ("How do we measure whether accounts progressed after seeing our ads?", {"playbooks#advertising-playbook"}),
    ("chatbot that books meetings on our website", {"products#website-chat"}),
    ("sync audiences to Marketo nurture", {"integrations#marketo"}),
    ("retarget visitors of our site", {"products#advertising", "playbooks#advertising-playbook"}),
    # Revenue and sales operations
    ("Our credits vanished during a big batch, what consumes them?", {"gotchas#credits", f"{API}#credits-and-usage"}),
    (
        "Will I be charged again if I refresh a contact I enriched last month?",
        {"gotchas#credits", "products#credit-system", f"{API}#credits-and-usage"},
    ),
    (
        "We have 15k Salesforce contacts with outdated job titles",
        {"examples#example-refreshing-15000-salesforce-contacts"},
    ),
    (
        "Clean up duplicate leads in the CRM",
        {"products#crm-hygiene", "playbooks#data-orchestration-playbook", "products#data-orchestration"},
    ),
    (
        "Standardise job titles and industry names across the database",
        {"products#data-orchestration", "playbooks#data-orchestration-playbook"},
    ),
    ("Round robin assignment of incoming leads", {"products#data-orchestration"}),
    ("Overwrite a Salesforce field only when it is blank", {"integrations#salesforce-field-mapping"}),
    (
        "Why are phone numbers missing after enrichment?",
        {
            "troubleshooting#enrichment-returns-incomplete-data",
            "gotchas#plan-gated-fields-look-empty",
            "gotchas#search-never-shows-an-email-or-a-phone-number",
        },
    ),
    ("How often should we dedupe and refresh?", {"playbooks#data-orchestration-playbook"}),
    (
        "Automatically enrich records when they are created in the CRM",
        {"products#bulk-and-automatic-enrichment", "playbooks#enrichment-playbook"},
    ),
    # Developers
    (
        "API suddenly returns 401 after about an hour",
        {"troubleshooting#401-after-the-api-worked-at-first", "gotchas#jwt-expiry"},
    ),
    ("How many requests per second may I send?", {f"{API}#rate-limits"}),
    (
        "What does the X-RateLimit-Reset value mean?",
        {"gotchas#rate-limit-reset-is-a-clock-time", f"{API}#rate-limit-and-usage-headers"},
    ),
    ("Which header shows my remaining credits?", {f"{API}#rate-limit-and-usage-headers", "gotchas#credits"}),
    ("How do I sign the client assertion with my RSA key?", {f"{API}#enterprise-sign-in-with-pki"}),
    ("ValueError: Could not deserialize key data", {"troubleshooting#the-private-key-cannot-be-read"}),
    ("oauth token endpoint says unauthorized_client", {"troubleshooting#unauthorized_client-from-the-token-endpoint"}),
    ("I get 406 from the new API", {"troubleshooting#406-not-acceptable"}),
    (
        "How many contacts can go into one enrich request?",
        {
            f"{API}#contact-enrich",
            f"{API}#bulk-jobs",
            "products#bulk-and-automatic-enrichment",
            f"{API}#which-api-generation",
        },
    ),
    (
        "Is there an endpoint to fetch a full profile by person id?",
        {f"{API}#profile-by-id", f"{API}#api-quick-reference"},
    ),
    ("What is the URL to check consumption?", {f"{API}#credits-and-usage", f"{API}#api-quick-reference"}),
    (
        "My pagination stops at ten thousand rows",
        {
            "troubleshooting#only-part-of-a-large-result-arrives",
            "gotchas#result-windows-cut-large-sets",
            f"{API}#pagination",
        },
    ),
    ("PFAPI0005 invalid field requested", {"troubleshooting#a-field-name-is-refused", f"{API}#errors-on-the-gtm-api"}),
    ("submit an asynchronous enrichment job with thousands of people", {f"{API}#bulk-jobs"}),
    ("Does the API call me back when a record changes?", {f"{API}#webhooks"}),
    (
        "Turn an IP address into a company",
        {f"{API}#websights-by-api", "gotchas#websights-sees-companies-not-people", "products#websights"},
    ),
    ("what is the difference between the old api and gtm", {f"{API}#which-api-generation"}),
    (
        "NON_MATCH_BY_REQUIRED_FIELDS",
        {f"{API}#match-statuses", "gotchas#requiredfields-hides-matches", "troubleshooting#nothing-matches-on-enrich"},
    ),
    (
        "two workers refreshing the token at once get logged out",
        {"gotchas#refresh-tokens-work-once", "troubleshooting#the-session-dies-when-two-programs-run"},
    ),
    ("Is revenue in dollars or thousands?", {"gotchas#revenue-units", "data-model#ranges-and-exact-values"}),
    ("Is there a test environment that does not burn credits?", {"gotchas#no-public-sandbox"}),
    (
        "how do I filter by seniority in a people search",
        {f"{API}#seniority-department-and-size-values", f"{API}#search-filters"},
    ),
    ("sort people by accuracy", {f"{API}#sorting"}),
    (
        "give me code to enrich a lead by email over REST",
        {"examples#example-lead-scoring-that-enriches-by-api", f"{API}#contact-enrich"},
    ),
    # Administrators
    (
        "We set up topics but see no intent for the accounts we want",
        {
            "troubleshooting#intent-data-does-not-show-for-target-accounts",
            "gotchas#intent-topics-follow-the-subscription",
        },
    ),
    ("How can somebody be removed because of GDPR?", {f"{API}#compliance-endpoint", "products#crm-hygiene"}),
    (
        "The Salesforce connect window never opens",
        {"troubleshooting#salesforce-will-not-connect", "integrations#connecting-salesforce"},
    ),
    (
        "Send intent alerts to a Slack channel",
        {"integrations#slack", "playbooks#intent-based-selling-playbook", "products#buyer-intent"},
    ),
    ("Does it work with Pipedrive?", {"integrations#pipedrive", "integrations#integrations-at-a-glance"}),
    (
        "How do I install the router skill with npx?",
        {"related-skills#the-router-skill", "related-skills#installing-a-sibling-skill"},
    ),
]

CHINESE: list[tuple[str, set[str]]] = [
    (
        "JWT多久过期?",
        {
            "gotchas#jwt-expiry",
            "troubleshooting#401-after-the-api-worked-at-first",
            f"{API}#enterprise-sign-in-with-username-and-password",
        },
    ),
    ("WebSights能识别具体的个人访客吗?", {"gotchas#websights-sees-companies-not-people", "products#websights"}),
    ("积分是怎么消耗的?", {"gotchas#credits", f"{API}#credits-and-usage", "products#credit-system"}),
    ("Copilot需要哪个套餐?", {"gotchas#copilot-is-elite-only", "products#copilot", "products#plans-and-prices"}),
    ("API返回429限流怎么办?", {"troubleshooting#429-too-many-requests", f"{API}#rate-limits", f"{API}#retry-rules"}),
    (
        "如何与Salesforce集成?",
        {"integrations#salesforce", "integrations#connecting-salesforce", "integrations#integrations-at-a-glance"},
    ),
    ("如何清理CRM中的重复数据?", {"products#crm-hygiene", "playbooks#data-orchestration-playbook"}),
    (
        "补全结果缺失电话号码",
        {
            "troubleshooting#enrichment-returns-incomplete-data",
            "gotchas#search-never-shows-an-email-or-a-phone-number",
            "gotchas#plan-gated-fields-look-empty",
        },
    ),
    (
        "看不到目标客户的意向数据",
        {
            "troubleshooting#intent-data-does-not-show-for-target-accounts",
            "gotchas#intent-topics-follow-the-subscription",
            "products#buyer-intent",
        },
    ),
    ("查看组织架构图", {"products#org-charts", f"{API}#org-chart-and-corporate-hierarchy"}),
    ("表单字段能缩短吗?", {"products#formcomplete"}),
    ("私钥格式错误", {"troubleshooting#the-private-key-cannot-be-read", f"{API}#enterprise-sign-in-with-pki"}),
]

UNANSWERABLE: list[str] = [
    "What is the weather in Boston tomorrow?",
    "How do I schedule a Zoom meeting with breakout rooms?",
    "Who is the chief executive officer of ZoomInfo today?",
    "How do I reset my Netflix password?",
    "What were last quarter's earnings per share?",
    "Write a haiku about autumn leaves",
    "How do I configure Kubernetes ingress for nginx?",
    "What is the vacation policy for employees in Germany?",
    "Which restaurants near the office serve sushi?",
    "How do I train a transformer model for intent classification in PyTorch?",
    "Explain the difference between WebSocket and server-sent events",
    "How do I renew my driver's licence?",
    "How many calories are in a banana?",
    "Fix my printer's paper jam",
    "Translate this poem into French",
    "What is the best way to cook salmon?",
    "Compare Gong and Clari for revenue forecasting accuracy benchmarks",
    "How do I deploy a Django application on Heroku?",
    "What is ZoomInfo's stock ticker and market capitalisation?",
    "Does the mobile app support dark mode on Android?",
    "How do I create a pivot table in Excel?",
    "What colour is the ZoomInfo logo?",
]

# Written at the same time and not looked at while the search was tuned: how it does on what it has not seen.
HELD_OUT: list[tuple[str, set[str]]] = [
    (
        "my boss wants to know what we pay for the API on top of our seats",
        {"gotchas#api-access-is-a-separate-purchase", "products#plans-and-prices"},
    ),
    (
        "Which fields do I need to identify a person when enriching?",
        {f"{API}#contact-enrich", "troubleshooting#nothing-matches-on-enrich"},
    ),
    (
        "All my enrich rows come back as NO_MATCH",
        {"troubleshooting#nothing-matches-on-enrich", f"{API}#match-statuses"},
    ),
    (
        "Record phone calls and get transcripts",
        {"products#conversation-intelligence-chorus", "products#engage-dialer-tasks-and-analytics"},
    ),
    ("What is the highest number of results per page?", {f"{API}#pagination", f"{API}#errors-on-the-enterprise-api"}),
    ("How long is a webhook verification token shown?", {f"{API}#webhooks"}),
    (
        "Why did we hit the quota although we only searched?",
        {"gotchas#credits", f"{API}#rate-limits", "troubleshooting#429-too-many-requests", f"{API}#credits-and-usage"},
    ),
    (
        "Difference between a record limit and a unique id limit",
        {f"{API}#credits-and-usage", f"{API}#rate-limit-and-usage-headers", "gotchas#credits"},
    ),
    ("How do I list subsidiaries of a parent company?", {f"{API}#org-chart-and-corporate-hierarchy"}),
    (
        "What technologies does a company use, over the API?",
        {f"{API}#technologies-and-hashtags", f"{API}#other-endpoints"},
    ),
    (
        "Where do the topics for buying signals get chosen?",
        {
            "products#buyer-intent",
            "gotchas#intent-topics-follow-the-subscription",
            "playbooks#intent-based-selling-playbook",
        },
    ),
    (
        "Small firms show no intent, what else could I use?",
        {"troubleshooting#intent-data-does-not-show-for-target-accounts", "products#news-and-scoops"},
    ),
    ("company named 'Acme, Inc.' breaks my filter", {"gotchas#commas-countries-and-long-titles-in-filters"}),
    (
        "What should I try when ZoomInfo has no mobile for a prospect?",
        {"troubleshooting#enrichment-returns-incomplete-data"},
    ),
    ("alert me when a target account opens the demo page", {"products#websights"}),
    (
        "Does Microsoft Dynamics get intent alerts?",
        {"integrations#microsoft-dynamics", "integrations#integrations-at-a-glance"},
    ),
    (
        "scope missing 403 ZI0002",
        {f"{API}#gtm-scopes", f"{API}#errors-on-the-gtm-api", "troubleshooting#403-forbidden"},
    ),
    (
        "How do I log in with username and password and get a JWT?",
        {f"{API}#enterprise-sign-in-with-username-and-password"},
    ),
    ("sequence with email, call and LinkedIn steps", {"products#engage-sequences-and-templates"}),
    ("prepare me before a meeting with an account brief", {"products#copilot"}),
    (
        "Export filtered prospects to our CRM",
        {"playbooks#prospecting-playbook", "integrations#salesforce", "integrations#salesforce-export-preferences"},
    ),
    ("Where is the opt-out endpoint?", {f"{API}#compliance-endpoint", f"{API}#api-quick-reference"}),
    ("Which skill covers email deliverability?", {"related-skills#which-skill-for-which-question"}),
    (
        "match incoming leads with existing records to avoid duplicates",
        {"products#data-orchestration", "playbooks#data-orchestration-playbook", "products#crm-hygiene"},
    ),
]

HELD_OUT_UNANSWERABLE: list[str] = [
    "How tall is Mount Everest?",
    "What is the refund policy for concert tickets?",
    "Set up a VPN on my router",
    "Which football team won last night?",
    "How do I rotate AWS IAM roles with Terraform?",
    "Recommend a good book on negotiation",
    "When was ZoomInfo founded and by whom?",
    "What gym is open near me?",
    "How do I knit a scarf?",
    "Convert 10 miles to kilometres",
]

"""Questions written from the sources alone, before any reference was read and without running the search."""

from __future__ import annotations

# Each question with the ids of all passages that answer it. Do not tune the search to these: they measure it.
HELD_OUT: list[tuple[str, set[str]]] = [
    # English
    (
        "how many attributes can I filter on in advanced search",
        {
            "products#advanced-search",
            "zoominfo-api-reference#what-the-published-quick-reference-gets-wrong",
            "zoominfo-api-reference#further-filters",
        },
    ),
    (
        "boolean AND OR NOT",
        {
            "products#boolean-search",
            "zoominfo-api-reference#boolean-operators-in-filters",
            "products#advanced-search",
            "glossary#request-and-answer-terms",
        },
    ),
    (
        "ping me automatically when new companies fit the filters I stored",
        {"products#saved-searches-and-alerts", "playbooks#prospecting-playbook"},
    ),
    (
        "who reports to whom at my target account, can I see that somewhere?",
        {
            "products#org-charts",
            "zoominfo-api-reference#org-chart-and-corporate-hierarchy",
            "data-model#org-chart-rows",
            "api-requests#read-an-org-chart-and-a-hierarchy",
        },
    ),
    (
        "whats a scoop",
        {
            "products#news-and-scoops",
            "data-model#scoop-object",
            "glossary#scoops-news-and-other-signals",
            "data-model#the-five-objects",
        },
    ),
    (
        "I'm an SDR on my first day. Where do I start to build a list of leads?",
        {
            "playbooks#prospecting-playbook",
            "playbooks#prospecting-with-the-server",
            "products#advanced-search",
            "related-skills#prospect-list-strategy",
        },
    ),
    (
        "I only have a name and an employer. What do I get back if I enrich that?",
        {
            "products#contact-and-company-enrichment",
            "zoominfo-api-reference#contact-enrich",
            "data-model#contact-object",
        },
    ),
    (
        "sic naics codes company enrichment",
        {
            "products#contact-and-company-enrichment",
            "data-model#industries-sic-and-naics-codes",
            "zoominfo-api-reference#company-enrich",
            "data-model#company-object",
            "company-fields#company-output-fields-lists-and-objects",
        },
    ),
    (
        "fill in new CRM records by themselves when somebody creates them",
        {
            "products#bulk-and-automatic-enrichment",
            "playbooks#enrichment-playbook",
            "integrations#which-integration-for-which-goal",
            "integrations#before-an-integration-writes-to-the-crm",
        },
    ),
    (
        "how many records can go in one enrich call",
        {
            "zoominfo-api-reference#contact-enrich",
            "zoominfo-api-reference#company-enrich",
            "gotchas#batch-sizes-10-25-and-10000",
            "products#bulk-and-automatic-enrichment",
            "zoominfo-api-reference#api-quick-reference",
            "zoominfo-api-reference#which-api-generation",
            "products#contact-and-company-enrichment",
        },
    ),
    (
        "which records should we enrich first and in what way: by hand, csv, rules or code?",
        {"playbooks#enrichment-playbook", "products#bulk-and-automatic-enrichment"},
    ),
    (
        "what does spike mean",
        {
            "products#intent-score-and-spike",
            "products#buyer-intent",
            "glossary#intent-terms",
            "data-model#intent-object",
            "gotchas#dates-and-defaults-of-signals",
        },
    ),
    (
        "Choose which research topics we get signals for",
        {
            "products#choosing-intent-topics",
            "playbooks#intent-based-selling-playbook",
            "products#buyer-intent",
            "gotchas#intent-topics-follow-the-subscription",
        },
    ),
    (
        "get a slack message when a named account is surging",
        {
            "products#recommended-contacts-and-intent-alerts",
            "integrations#slack",
            "products#buyer-intent",
            "playbooks#intent-based-selling-playbook",
        },
    ),
    (
        "an account is researching our category - who there should I call?",
        {
            "products#recommended-contacts-and-intent-alerts",
            "products#buyer-intent",
            "playbooks#intent-based-selling-playbook",
            "playbooks#intent-based-selling-with-the-server",
            "examples#example-intent-based-prospecting-for-cybersecurity",
        },
    ),
    (
        "Why is intent empty for a 20 person startup we sell to?",
        {
            "troubleshooting#intent-data-does-not-show-for-target-accounts",
            "products#buyer-intent",
            "playbooks#intent-based-selling-playbook",
            "products#news-and-scoops",
        },
    ),
    (
        "does the dialer do local presence and voicemail drop",
        {"products#engage-dialer-tasks-and-analytics", "glossary#outreach-and-call-terms"},
    ),
    ("ab testing emails in sequences", {"products#engage-sequences-and-templates", "glossary#outreach-and-call-terms"}),
    (
        "our reps talk too much on calls, can it measure that",
        {"products#conversation-intelligence-chorus", "glossary#outreach-and-call-terms"},
    ),
    ("are call notes written back to the CRM record?", {"products#conversation-intelligence-chorus"}),
    (
        "can we run connected tv ads to a list of accounts",
        {
            "products#advertising",
            "products#audience-builder",
            "glossary#advertising-terms",
            "playbooks#advertising-playbook",
        },
    ),
    (
        "shorten our demo request form without losing data",
        {"products#formcomplete", "glossary#website-and-form-terms", "integrations#which-integration-for-which-goal"},
    ),
    (
        "does formcomplet work with pardot",
        {"products#formcomplete", "integrations#pardot", "integrations#which-integration-for-which-goal"},
    ),
    ("route good website visitors to the owner of the account through the chat bot", {"products#website-chat"}),
    (
        "can websights tell me the name of the person who visited our pricing page?",
        {"products#websights", "gotchas#websights-sees-companies-not-people", "glossary#website-and-form-terms"},
    ),
    (
        "retarget site visitors - who's ready to buy",
        {"products#advertising", "playbooks#advertising-playbook", "glossary#advertising-terms"},
    ),
    (
        "how do I prove the ads moved accounts forward",
        {"playbooks#advertising-playbook", "products#advertising", "glossary#advertising-terms"},
    ),
    (
        "stop creating duplicates when leads come in",
        {"products#data-orchestration", "playbooks#data-orchestration-playbook", "products#crm-hygiene"},
    ),
    (
        "job titles are written in 20 different ways in our database",
        {"products#data-orchestration", "playbooks#data-orchestration-playbook", "glossary#data-quality-terms"},
    ),
    (
        "round robin assignment of inbound leads",
        {"products#data-orchestration", "related-skills#lead-routing-strategy", "glossary#leads-accounts-and-pipeline"},
    ),
    (
        "people changed jobs and our contacts are stale, can this be refreshed on a schedule",
        {
            "products#crm-hygiene",
            "playbooks#how-often-to-deduplicate-and-refresh",
            "playbooks#data-orchestration-playbook",
            "data-model#freshness-and-job-changes",
            "examples#example-refreshing-15000-salesforce-contacts",
        },
    ),
    (
        "do not contact list management",
        {
            "products#compliance-and-do-not-contact-lists",
            "products#crm-hygiene",
            "glossary#privacy-terms",
            "gotchas#opt-outs-cannot-be-written-by-api",
        },
    ),
    (
        "whats included in elite and how much does it cost",
        {
            "plans#professional-advanced-and-elite",
            "gotchas#copilot-is-elite-only",
            "products#plans-and-prices",
            "plans#what-zoominfo-costs",
            "products#copilot",
            "plans#features-that-depend-on-the-plan",
        },
    ),
    (
        "my manager wants AI forecasts of deals, we are on Professional",
        {
            "gotchas#copilot-is-elite-only",
            "products#copilot",
            "plans#features-that-depend-on-the-plan",
            "plans#professional-advanced-and-elite",
            "products#which-product-does-what",
        },
    ),
    ("briefing before a meeting generated automatically", {"products#copilot"}),
    (
        "push contacts into outreach",
        {
            "integrations#outreach",
            "integrations#integrations-at-a-glance",
            "playbooks#prospecting-playbook",
            "integrations#which-integration-for-which-goal",
        },
    ),
    ("what syncs with HubSpot?", {"integrations#hubspot", "integrations#integrations-at-a-glance"}),
    ("dynamics 365 intergration", {"integrations#microsoft-dynamics", "integrations#integrations-at-a-glance"}),
    (
        "is there a zapier connector",
        {
            "integrations#zapier",
            "integrations#integrations-at-a-glance",
            "integrations#integration-types-native-app-native-connector",
            "integrations#which-integration-for-which-goal",
        },
    ),
    (
        "how do i conect my salesfroce to zoominfo",
        {
            "salesforce#connecting-salesforce",
            "integrations#salesforce",
            "integrations#switching-on-an-integration",
            "salesforce#salesforce-rest-api-check-it-first",
        },
    ),
    (
        "clicked connect under the salesforce tile but no window opens",
        {
            "salesforce#when-the-salesforce-connection-fails",
            "troubleshooting#salesforce-will-not-connect",
            "salesforce#connecting-salesforce",
        },
    ),
    (
        "Which Salesforce editions come with REST API?",
        {"salesforce#salesforce-editions-with-the-rest-api", "troubleshooting#salesforce-will-not-connect"},
    ),
    (
        "we have professional edition without rest api, any way round it?",
        {
            "salesforce#no-rest-api-the-native-salesforce-app",
            "salesforce#salesforce-editions-with-the-rest-api",
            "salesforce#when-the-salesforce-connection-fails",
            "troubleshooting#salesforce-will-not-connect",
        },
    ),
    ("only let reps export leads, not accounts", {"salesforce#salesforce-export-preferences"}),
    (
        "dont overwrite phone numbers that are already in salesforce",
        {
            "salesforce#update-option-overwrite-or-fill-only-when-blank",
            "integrations#before-an-integration-writes-to-the-crm",
        },
    ),
    ("what is the red asterisk on the mapping page", {"salesforce#required-fields-and-the-red-asterisk"}),
    ("Send the company phone when there is no direct phone", {"salesforce#field-hierarchy-first-and-second-choice"}),
    (
        "Verify and Save gives me an error, what is wrong with my mapping",
        {
            "salesforce#verify-and-save",
            "troubleshooting#a-salesforce-mapping-cannot-be-saved",
            "salesforce#secondary-required-fields",
        },
    ),
    ("phone number of zoominfo support", {"salesforce#zoominfo-support-for-salesforce"}),
    (
        "401 Unauthorized after the job has run fine for an hour",
        {
            "troubleshooting#401-after-the-api-worked-at-first",
            "gotchas#jwt-expiry",
            "zoominfo-api-reference#how-long-a-token-lives",
        },
    ),
    (
        "429 too many requests how long to wait",
        {
            "troubleshooting#429-too-many-requests",
            "zoominfo-api-reference#retry-rules",
            "gotchas#rate-limit-reset-is-a-clock-time",
            "zoominfo-api-reference#rate-limits",
            "zoominfo-api-reference#rate-limit-and-usage-headers",
            "glossary#rate-limit-terms",
            "examples#lead-enrichment-program-wait-and-renew",
        },
    ),
    (
        "endpoint to get credit consumption",
        {
            "zoominfo-api-reference#credits-and-usage",
            "zoominfo-api-reference#api-quick-reference",
            "api-requests#read-usage-and-credits-left",
            "products#credit-system",
        },
    ),
    (
        "PKI authentication private key jwt how do I sign it",
        {
            "zoominfo-api-reference#enterprise-sign-in-with-pki",
            "api-requests#request-an-enterprise-token-with-a-pki-assertion",
            "examples#lead-enrichment-program-sign-in",
        },
    ),
    (
        "X-Usage-Record-Limit-Remaining meaning",
        {
            "zoominfo-api-reference#rate-limit-and-usage-headers",
            "gotchas#credits",
            "gotchas#which-limit-is-the-credit-limit",
            "zoominfo-api-reference#what-the-published-quick-reference-gets-wrong",
        },
    ),
    (
        "PFAPI0011 Credit Limit Reached",
        {
            "troubleshooting#credits-are-exhausted",
            "zoominfo-api-reference#errors-on-the-gtm-api",
            "plans#running-out-of-credits-and-overage",
            "api-requests#error-bodies-of-both-apis",
        },
    ),
    (
        "is the old enterprise api being switched off, what replaces it?",
        {
            "zoominfo-api-reference#api-changes-and-deprecation",
            "zoominfo-api-reference#which-api-generation",
            "gotchas#two-api-generations-that-share-nothing",
            "glossary#api-generations",
        },
    ),
    (
        "async enrichment of ten thousand records, how do I poll the job",
        {
            "zoominfo-api-reference#bulk-jobs",
            "gotchas#bulk-jobs-are-polled",
            "api-requests#run-a-bulk-job",
            "api-requests#poll-a-bulk-job-and-read-its-results",
            "glossary#jobs-and-events",
        },
    ),
    (
        "personId vs email as key for a person",
        {
            "data-model#identifiers",
            "data-model#contact-object",
            "glossary#matching-terms",
            "data-model#the-five-objects",
            "zoominfo-api-reference#contact-enrich",
        },
    ),
    (
        "half of the enriched rows have no mobile or mail",
        {
            "troubleshooting#enrichment-returns-incomplete-data",
            "gotchas#plan-gated-fields-look-empty",
            "products#contact-and-company-enrichment",
            "playbooks#enrichment-mistakes",
            "gotchas#search-never-shows-an-email-or-a-phone-number",
        },
    ),
    (
        "which skill helps with email ending up in spam",
        {"related-skills#which-skill-for-which-question", "related-skills#email-deliverability-strategy"},
    ),
    # Chinese
    (
        "高级搜索能按哪些条件筛选",
        {"products#advanced-search", "zoominfo-api-reference#search-filters", "zoominfo-api-reference#further-filters"},
    ),
    ("布尔检索怎么写", {"products#boolean-search", "zoominfo-api-reference#boolean-operators-in-filters"}),
    ("有新公司符合我存好的条件时自动通知我", {"products#saved-searches-and-alerts", "playbooks#prospecting-playbook"}),
    (
        "想看某家公司谁向谁汇报",
        {
            "products#org-charts",
            "zoominfo-api-reference#org-chart-and-corporate-hierarchy",
            "data-model#org-chart-rows",
        },
    ),
    (
        "Scoops是什么东西",
        {
            "products#news-and-scoops",
            "data-model#scoop-object",
            "glossary#scoops-news-and-other-signals",
            "data-model#the-five-objects",
        },
    ),
    ("公司融资、换高管的消息能拿来找客户吗", {"products#news-and-scoops", "glossary#scoops-news-and-other-signals"}),
    (
        "补全联系人会返回哪些字段",
        {
            "products#contact-and-company-enrichment",
            "zoominfo-api-reference#contact-enrich",
            "data-model#contact-object",
            "contact-fields#contact-output-fields-text",
            "contact-fields#contact-output-fields-numbers-flags-and-dates",
            "contact-fields#contact-output-fields-lists-and-objects",
        },
    ),
    (
        "公司补全里有没有行业代码和技术栈",
        {
            "products#contact-and-company-enrichment",
            "zoominfo-api-reference#company-enrich",
            "data-model#company-object",
            "data-model#industries-sic-and-naics-codes",
            "data-model#technologies-of-a-company",
            "company-fields#company-output-fields-lists-and-objects",
        },
    ),
    (
        "新建的CRM记录怎么自动补数据",
        {
            "products#bulk-and-automatic-enrichment",
            "playbooks#enrichment-playbook",
            "integrations#which-integration-for-which-goal",
        },
    ),
    (
        "一次调用最多补全多少条",
        {
            "zoominfo-api-reference#contact-enrich",
            "zoominfo-api-reference#company-enrich",
            "gotchas#batch-sizes-10-25-and-10000",
            "products#bulk-and-automatic-enrichment",
            "zoominfo-api-reference#api-quick-reference",
            "zoominfo-api-reference#which-api-generation",
            "products#contact-and-company-enrichment",
        },
    ),
    (
        "补全之前要做哪些准备,步骤是什么",
        {
            "playbooks#enrichment-playbook",
            "playbooks#enrichment-with-the-server",
            "products#bulk-and-automatic-enrichment",
        },
    ),
    (
        "积分是怎么扣的",
        {
            "gotchas#credits",
            "zoominfo-api-reference#credits-per-api-call",
            "products#credit-system",
            "plans#credit-bundles-and-the-contract-year",
            "glossary#credits-and-budgets",
            "plans#data-credits-ai-credits-and-monthly-credits",
        },
    ),
    (
        "意向分数怎么看,Spike代表啥",
        {
            "products#intent-score-and-spike",
            "products#buyer-intent",
            "data-model#intent-object",
            "glossary#intent-terms",
        },
    ),
    (
        "在哪里选意像主题",
        {
            "products#choosing-intent-topics",
            "products#buyer-intent",
            "playbooks#intent-based-selling-playbook",
            "gotchas#intent-topics-follow-the-subscription",
        },
    ),
    (
        "目标客户意向飙升时发Slack或邮件",
        {
            "products#recommended-contacts-and-intent-alerts",
            "integrations#slack",
            "products#buyer-intent",
            "playbooks#intent-based-selling-playbook",
        },
    ),
    (
        "为什么有些客户看不到意向信号",
        {
            "troubleshooting#intent-data-does-not-show-for-target-accounts",
            "gotchas#intent-topics-follow-the-subscription",
            "products#buyer-intent",
            "troubleshooting#an-intent-topic-is-not-on-the-list",
        },
    ),
    (
        "用意向数据做销售的完整流程",
        {
            "playbooks#intent-based-selling-playbook",
            "examples#example-intent-based-prospecting-for-cybersecurity",
            "playbooks#intent-based-selling-with-the-server",
        },
    ),
    ("拨号器支持通话录音吗", {"products#engage-dialer-tasks-and-analytics"}),
    ("邮件序列能不能加LinkedIn步骤", {"products#engage-sequences-and-templates", "glossary#outreach-and-call-terms"}),
    ("怎么看销售的打开率回复率", {"products#engage-dialer-tasks-and-analytics", "glossary#outreach-and-call-terms"}),
    ("Chorus能做什么", {"products#conversation-intelligence-chorus"}),
    (
        "想知道销售打电话时说得多还是听得多",
        {"products#conversation-intelligence-chorus", "glossary#outreach-and-call-terms"},
    ),
    (
        "能不能在LinkedIn和Facebook上给指定客户投广告",
        {"products#advertising", "playbooks#advertising-playbook", "products#audience-builder"},
    ),
    ("怎么圈选广告受众", {"products#audience-builder", "playbooks#advertising-playbook", "products#advertising"}),
    (
        "表单字段太多,转化率低",
        {"products#formcomplete", "glossary#website-and-form-terms", "integrations#which-integration-for-which-goal"},
    ),
    ("官网聊天机器人能直接约会议吗", {"products#website-chat", "glossary#website-and-form-terms"}),
    (
        "匿名访客能识别到个人吗",
        {
            "products#websights",
            "gotchas#websights-sees-companies-not-people",
            "glossary#website-and-form-terms",
            "products#website-chat",
        },
    ),
    ("客户看了定价页要马上通知我们", {"products#websights", "glossary#website-and-form-terms"}),
    ("广告效果怎么衡量", {"playbooks#advertising-playbook", "products#advertising", "playbooks#advertising-mistakes"}),
    (
        "合并重复的联系人和线索",
        {"products#crm-hygiene", "playbooks#how-often-to-deduplicate-and-refresh", "glossary#data-quality-terms"},
    ),
    (
        "职位名称不统一怎么办",
        {"products#data-orchestration", "playbooks#data-orchestration-playbook", "glossary#data-quality-terms"},
    ),
    (
        "线索怎么分给销售",
        {"products#data-orchestration", "related-skills#lead-routing-strategy", "glossary#leads-accounts-and-pipeline"},
    ),
    (
        "多久做一次去重和数据刷新",
        {
            "playbooks#how-often-to-deduplicate-and-refresh",
            "playbooks#data-orchestration-playbook",
            "products#crm-hygiene",
        },
    ),
    (
        "退订名单怎么管",
        {
            "products#compliance-and-do-not-contact-lists",
            "products#crm-hygiene",
            "gotchas#opt-outs-cannot-be-written-by-api",
            "zoominfo-api-reference#compliance-endpoint",
        },
    ),
    (
        "Copilot要买哪个套餐,多少钱",
        {
            "gotchas#copilot-is-elite-only",
            "products#copilot",
            "products#plans-and-prices",
            "plans#professional-advanced-and-elite",
            "plans#what-zoominfo-costs",
            "plans#features-that-depend-on-the-plan",
        },
    ),
    ("AI推荐下一步该跟谁", {"products#copilot"}),
    ("哪些商机有风险,系统会提示吗", {"products#copilot"}),
    ("支持哪些CRM", {"integrations#integrations-at-a-glance", "integrations#which-integration-for-which-goal"}),
    ("Marketo集成能做什么", {"integrations#marketo", "integrations#integrations-at-a-glance"}),
    (
        "怎么把联系人推到Salesloft",
        {
            "integrations#salesloft",
            "integrations#integrations-at-a-glance",
            "integrations#which-integration-for-which-goal",
            "playbooks#prospecting-playbook",
        },
    ),
    ("Slack里能收到什么通知", {"integrations#slack", "integrations#integrations-at-a-glance"}),
    (
        "第一次连接Salesforce怎么弄",
        {
            "salesforce#connecting-salesforce",
            "integrations#salesforce",
            "integrations#switching-on-an-integration",
            "salesforce#salesforce-rest-api-check-it-first",
        },
    ),
    (
        "点了连接没有弹出登录窗口",
        {
            "salesforce#when-the-salesforce-connection-fails",
            "troubleshooting#salesforce-will-not-connect",
            "salesforce#connecting-salesforce",
        },
    ),
    (
        "没有Rest API的Salesforce还能用吗",
        {
            "salesforce#no-rest-api-the-native-salesforce-app",
            "salesforce#salesforce-editions-with-the-rest-api",
            "salesforce#when-the-salesforce-connection-fails",
            "troubleshooting#salesforce-will-not-connect",
            "integrations#integration-types-native-app-native-connector",
        },
    ),
    (
        "哪些Salesforce版本自带REST接口",
        {"salesforce#salesforce-editions-with-the-rest-api", "troubleshooting#salesforce-will-not-connect"},
    ),
    ("限制员工只能导出某些对象", {"salesforce#salesforce-export-preferences"}),
    (
        "字段映射时怎么不覆盖原有数据",
        {
            "salesforce#update-option-overwrite-or-fill-only-when-blank",
            "integrations#before-an-integration-writes-to-the-crm",
        },
    ),
    (
        "映射保存失败提示字段要调整",
        {
            "salesforce#verify-and-save",
            "troubleshooting#a-salesforce-mapping-cannot-be-saved",
            "salesforce#secondary-required-fields",
        },
    ),
    ("同一个Salesforce字段对应两个电话,优先用哪个", {"salesforce#field-hierarchy-first-and-second-choice"}),
    ("客服邮箱和电话是多少", {"salesforce#zoominfo-support-for-salesforce"}),
    (
        "token过期了怎么自动刷新",
        {
            "gotchas#jwt-expiry",
            "troubleshooting#401-after-the-api-worked-at-first",
            "zoominfo-api-reference#how-long-a-token-lives",
            "examples#lead-enrichment-program-wait-and-renew",
            "zoominfo-api-reference#gtm-sign-in-with-oauth-20",
            "api-requests#fetch-and-refresh-a-gtm-oauth-token",
            "examples#lead-enrichment-program-sign-in",
        },
    ),
    ("每秒能调用几次接口", {"zoominfo-api-reference#rate-limits", "plans#rate-limits-by-package"}),
    (
        "查询积分用量的接口",
        {
            "zoominfo-api-reference#credits-and-usage",
            "zoominfo-api-reference#api-quick-reference",
            "api-requests#read-usage-and-credits-left",
            "products#credit-system",
        },
    ),
    (
        "私钥签名认证怎么做",
        {
            "zoominfo-api-reference#enterprise-sign-in-with-pki",
            "api-requests#request-an-enterprise-token-with-a-pki-assertion",
            "examples#lead-enrichment-program-sign-in",
        },
    ),
    (
        "GTM API和旧版Enterprise API有什么区别",
        {
            "zoominfo-api-reference#which-api-generation",
            "gotchas#two-api-generations-that-share-nothing",
            "glossary#api-generations",
        },
    ),
    (
        "搜索结果最多能翻到第几页",
        {
            "zoominfo-api-reference#pagination",
            "gotchas#result-windows-cut-large-sets",
            "troubleshooting#only-part-of-a-large-result-arrives",
            "troubleshooting#400-on-a-page-past-the-end",
        },
    ),
    (
        "异步批量补全的接口和结果怎么取",
        {
            "zoominfo-api-reference#bulk-jobs",
            "api-requests#run-a-bulk-job",
            "api-requests#poll-a-bulk-job-and-read-its-results",
            "gotchas#bulk-jobs-are-polled",
        },
    ),
    (
        "报错 Exceeded the max limit to enrich new Contacts or Companies 什么意思",
        {
            "troubleshooting#credits-are-exhausted",
            "zoominfo-api-reference#errors-on-the-enterprise-api",
            "plans#running-out-of-credits-and-overage",
            "api-requests#error-bodies-of-both-apis",
        },
    ),
    (
        "补全出来好多人没有电话和邮箱",
        {
            "troubleshooting#enrichment-returns-incomplete-data",
            "gotchas#plan-gated-fields-look-empty",
            "products#contact-and-company-enrichment",
            "playbooks#enrichment-mistakes",
        },
    ),
    ("不知道该用哪个技能", {"related-skills#the-router-skill", "related-skills#which-skill-for-which-question"}),
]

# Questions that a ZoomInfo knowledge base cannot answer: other products, facts of no source, other subjects.
HELD_OUT_UNANSWERABLE: list[str] = [
    "zoominfo stock price today",
    "who is the CEO of ZoomInfo",
    "ZoomInfo headquarters street address",
    "apply for a job at zoominfo, open positions",
    "how do I schedule a Zoom meeting with a waiting room",
    "Zoom meeting audio echo fix",
    "how much does Apollo.io cost per seat",
    "Cognism diamond data phone verification",
    "cancel my Netflix contract",
    "change the colours of a Salesforce report dashboard",
    "write an Apex trigger for opportunity rollup",
    "JWT in Spring Boot security filter",
    "python list comprehension with if else",
    "kubernetes pod restart loop",
    "best pizza recipe with sourdough",
    "weather forecast for Boston this weekend",
    "Google Ads keyword match types",
    "import a csv file into Excel with the right date format",
    "credit card interest rate calculator",
    "mailchimp campaign unsubscribe footer",
    "ZoomInfo股价多少",
    "ZoomInfo的创始人是谁",
    "ZoomInfo北京办公室地址",
    "ZoomInfo招聘岗位",
    "Zoom会议怎么录屏",
    "Zoom会议没有声音",
    "Lusha多少钱一个月",
    "企业微信怎么拉群",
    "怎么取消爱奇艺会员自动续费",
    "Salesforce仪表板配色怎么改",
    "Salesforce审批流程怎么写",
    "Spring Boot里怎么校验JWT",
    "Python怎么读取Excel文件",
    "信用卡积分怎么兑换里程",
    "今天上海天气怎么样",
    "红烧肉怎么做",
    "公司法人变更需要哪些材料",
    "手机电话号码怎么携号转网",
    "Docker容器启动失败",
    "百度推广关键词出价",
]


def main() -> None:
    """Print recall and refusals per language, and each miss with what was found instead."""
    from sales_zoominfo.knowledge import KnowledgeBase

    kb = KnowledgeBase.load()
    languages = {"English": str.isascii, "Chinese": lambda question: not question.isascii()}
    for language, spoken in languages.items():
        asked = [(question, answers) for question, answers in HELD_OUT if spoken(question)]
        found = [[hit.id for hit in kb.search(question, limit=3).hits] for question, _ in asked]
        first = sum(bool(answers & set(ids[:1])) for (_, answers), ids in zip(asked, found, strict=True))
        three = sum(bool(answers & set(ids)) for (_, answers), ids in zip(asked, found, strict=True))
        foreign = {q: [hit.id for hit in kb.search(q, limit=3).hits] for q in HELD_OUT_UNANSWERABLE if spoken(q)}
        refused = sum(not ids for ids in foreign.values())
        print(f"{language}: recall@3 {three}/{len(asked)}, recall@1 {first}/{len(asked)}", end="")
        print(f", refused {refused}/{len(foreign)}")
        for (question, answers), ids in zip(asked, found, strict=True):
            if not answers & set(ids):
                print(f"  missed: {question} -> {ids or 'refused'}")
        for question, ids in foreign.items():
            if ids:
                print(f"  answered: {question} -> {ids}")


if __name__ == "__main__":
    main()

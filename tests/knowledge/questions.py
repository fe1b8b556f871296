"""Questions people ask, with the passages that answer each, and questions that the knowledge base cannot answer.

Three ages: EARLIER ones were all tuned on; of ENGLISH, CHINESE and UNANSWERABLE, written before the search was
tuned, every third is for validation and was not; LATER ones were written when the tuning was nearly done, to see how
it does on what it has not met. Accepted passages are ids with spaces between them.
"""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")
Question = tuple[str, str]
Questions = list[Question]


def tuned(items: list[T]) -> list[T]:
    """The two of three that the search was tuned on."""
    return [item for i, item in enumerate(items) if i % 3 != 2]


def validation(items: list[T]) -> list[T]:
    """Every third, left out of the tuning."""
    return items[2::3]


EARLIER_ENGLISH: Questions = [
    (
        "Can I see which individual visited our pricing page?",
        "gotchas#websights-sees-companies-not-people playbooks#advertising-mistakes products#websights",
    ),
    (
        "How do I find out who the decision makers are at an account?",
        "glossary#buying-committee-and-its-roles playbooks#prospecting-playbook playbooks#prospecting-with-the-server "
        "products#org-charts related-skills#account-mapping-strategy",
    ),
    (
        "I searched for people but there are no email addresses in the results",
        "api-requests#search-contacts contact-fields#contact-search-rows-and-sorting "
        "data-model#e-mail-addresses-of-a-contact gotchas#search-never-shows-an-email-or-a-phone-number "
        "zoominfo-api-reference#contact-search",
    ),
    ("Is there a dialer that drops voicemails?", "products#engage-dialer-tasks-and-analytics"),
    ("can I A/B test my email templates", "products#engage-sequences-and-templates"),
    (
        "What are scoops?",
        "data-model#scoop-object glossary#scoops-news-and-other-signals products#news-and-scoops "
        "zoominfo-api-reference#scoops-and-news-endpoints",
    ),
    (
        "Get notified when new companies match my filters",
        "glossary#scoops-news-and-other-signals playbooks#prospecting-playbook products#saved-searches-and-alerts",
    ),
    (
        "Am I allowed to dial this number or is it on a do not call list?",
        "data-model#phone-numbers-of-a-contact data-model#do-not-call-flags glossary#privacy-terms "
        "gotchas#phone-numbers-without-their-do-not-call-flag products#compliance-and-do-not-contact-lists",
    ),
    ("push prospects into an Outreach sequence", "integrations#outreach playbooks#prospecting-playbook"),
    (
        "Which plan includes AI deal forecasts and what does it cost?",
        "gotchas#copilot-is-elite-only plans#professional-advanced-and-elite plans#what-zoominfo-costs "
        "plans#features-that-depend-on-the-plan products#copilot products#plans-and-prices",
    ),
    (
        "Does it tell me how much my reps talk versus listen on calls?",
        "glossary#outreach-and-call-terms products#conversation-intelligence-chorus "
        "related-skills#call-coaching-method",
    ),
    (
        "Which skill helps me coach reps from recorded calls?",
        "related-skills#which-skill-for-which-question related-skills#when-to-hand-a-question-over "
        "related-skills#call-coaching-method",
    ),
    (
        "how much does ZoomInfo cost",
        "plans#professional-advanced-and-elite plans#what-zoominfo-costs products#plans-and-prices",
    ),
    (
        "How much is the yearly price of Elite?",
        "gotchas#copilot-is-elite-only plans#professional-advanced-and-elite plans#what-zoominfo-costs "
        "products#plans-and-prices",
    ),
    ("deals that are stalling or at risk in my pipeline", "glossary#leads-accounts-and-pipeline products#copilot"),
    (
        "Make our web forms shorter",
        "glossary#website-and-form-terms products#marketingos-overview products#formcomplete",
    ),
    (
        "Show ads to a list of accounts on LinkedIn and connected TV",
        "glossary#advertising-terms playbooks#advertising-playbook products#advertising products#audience-builder",
    ),
    (
        "How do we measure whether accounts progressed after seeing our ads?",
        "glossary#advertising-terms playbooks#advertising-playbook products#advertising",
    ),
    ("chatbot that books meetings on our website", "products#website-chat"),
    ("sync audiences to Marketo nurture", "integrations#marketo products#audience-builder"),
    (
        "retarget visitors of our site",
        "glossary#advertising-terms playbooks#advertising-playbook products#advertising products#websights",
    ),
    (
        "Our credits vanished during a big batch, what consumes them?",
        "glossary#credits-and-budgets gotchas#credits gotchas#credits-burned-by-habit "
        "plans#data-credits-ai-credits-and-monthly-credits zoominfo-api-reference#credits-and-usage "
        "zoominfo-api-reference#credits-per-api-call",
    ),
    (
        "Will I be charged again if I refresh a contact I enriched last month?",
        "api-requests#see-which-records-are-already-paid-for examples#lead-enrichment-program-pay-once "
        "glossary#credits-and-budgets gotchas#credits gotchas#credits-burned-by-habit "
        "plans#credit-bundles-and-the-contract-year plans#credits-that-a-project-needs "
        "playbooks#how-often-to-deduplicate-and-refresh products#credit-system "
        "zoominfo-api-reference#credits-and-usage zoominfo-api-reference#credits-per-api-call",
    ),
    (
        "We have 15k Salesforce contacts with outdated job titles",
        "examples#example-refreshing-15000-salesforce-contacts",
    ),
    (
        "Clean up duplicate leads in the CRM",
        "playbooks#data-orchestration-playbook playbooks#how-often-to-deduplicate-and-refresh "
        "products#data-orchestration products#crm-hygiene related-skills#crm-data-quality-strategy",
    ),
    (
        "Standardise job titles and industry names across the database",
        "glossary#data-quality-terms playbooks#data-orchestration-playbook products#data-orchestration",
    ),
    ("Round robin assignment of incoming leads", "products#data-orchestration"),
    (
        "Overwrite a Salesforce field only when it is blank",
        "salesforce#salesforce-field-mapping salesforce#update-option-overwrite-or-fill-only-when-blank",
    ),
    (
        "Why are phone numbers missing after enrichment?",
        "data-model#phone-numbers-of-a-contact gotchas#search-never-shows-an-email-or-a-phone-number "
        "gotchas#plan-gated-fields-look-empty troubleshooting#enrichment-returns-incomplete-data "
        "troubleshooting#a-field-is-not-in-the-plan",
    ),
    (
        "How often should we dedupe and refresh?",
        "playbooks#data-orchestration-playbook playbooks#how-often-to-deduplicate-and-refresh products#crm-hygiene "
        "related-skills#crm-data-quality-strategy",
    ),
    (
        "Automatically enrich records when they are created in the CRM",
        "playbooks#enrichment-playbook products#bulk-and-automatic-enrichment products#data-orchestration",
    ),
    (
        "API suddenly returns 401 after about an hour",
        "examples#lead-enrichment-program-wait-and-renew gotchas#jwt-expiry "
        "troubleshooting#401-after-the-api-worked-at-first zoominfo-api-reference#how-long-a-token-lives",
    ),
    ("How many requests per second may I send?", "plans#rate-limits-by-package zoominfo-api-reference#rate-limits"),
    (
        "What does the X-RateLimit-Reset value mean?",
        "examples#lead-enrichment-program-wait-and-renew glossary#rate-limit-terms "
        "gotchas#rate-limit-reset-is-a-clock-time zoominfo-api-reference#rate-limit-and-usage-headers",
    ),
    (
        "Which header shows my remaining credits?",
        "api-requests#read-usage-and-credits-left gotchas#credits gotchas#which-limit-is-the-credit-limit "
        "plans#three-budgets-in-one-contract zoominfo-api-reference#rate-limit-and-usage-headers "
        "zoominfo-api-reference#credits-and-usage",
    ),
    (
        "How do I sign the client assertion with my RSA key?",
        "api-requests#request-an-enterprise-token-with-a-pki-assertion examples#lead-enrichment-program-sign-in "
        "zoominfo-api-reference#enterprise-sign-in-with-pki",
    ),
    ("ValueError: Could not deserialize key data", "troubleshooting#the-private-key-cannot-be-read"),
    ("oauth token endpoint says unauthorized_client", "troubleshooting#unauthorized_client-from-the-token-endpoint"),
    ("I get 406 from the new API", "troubleshooting#406-not-acceptable"),
    (
        "How many contacts can go into one enrich request?",
        "api-requests#enrich-contacts gotchas#batch-sizes-10-25-and-10000 products#bulk-and-automatic-enrichment "
        "troubleshooting#400-for-the-request-body zoominfo-api-reference#which-api-generation "
        "zoominfo-api-reference#contact-enrich zoominfo-api-reference#bulk-jobs",
    ),
    (
        "Is there an endpoint to fetch a full profile by person id?",
        "api-requests#the-six-quick-reference-calls gotchas#published-paths-that-do-not-exist "
        "zoominfo-api-reference#api-quick-reference "
        "zoominfo-api-reference#what-the-published-quick-reference-gets-wrong zoominfo-api-reference#profile-by-id",
    ),
    (
        "What is the URL to check consumption?",
        "api-requests#read-usage-and-credits-left gotchas#published-paths-that-do-not-exist "
        "zoominfo-api-reference#api-quick-reference zoominfo-api-reference#credits-and-usage",
    ),
    (
        "My pagination stops at ten thousand rows",
        "gotchas#result-windows-cut-large-sets gotchas#batch-sizes-10-25-and-10000 "
        "troubleshooting#only-part-of-a-large-result-arrives zoominfo-api-reference#pagination",
    ),
    (
        "PFAPI0005 invalid field requested",
        "api-requests#error-bodies-of-both-apis data-model#field-names-that-are-refused "
        "troubleshooting#a-field-name-is-refused zoominfo-api-reference#errors-on-the-gtm-api",
    ),
    (
        "submit an asynchronous enrichment job with thousands of people",
        "api-requests#run-a-bulk-job glossary#jobs-and-events gotchas#bulk-jobs-are-polled "
        "products#bulk-and-automatic-enrichment zoominfo-api-reference#bulk-jobs",
    ),
    (
        "Does the API call me back when a record changes?",
        "api-requests#create-and-change-webhooks glossary#jobs-and-events gotchas#bulk-jobs-are-polled "
        "zoominfo-api-reference#webhooks",
    ),
    (
        "Turn an IP address into a company",
        "api-requests#turn-an-ip-address-into-a-company gotchas#websights-sees-companies-not-people "
        "products#websights zoominfo-api-reference#websights-by-api",
    ),
    (
        "what is the difference between the old api and gtm",
        "glossary#api-generations gotchas#two-api-generations-that-share-nothing "
        "gotchas#shapes-and-types-change-between-calls zoominfo-api-reference#which-api-generation",
    ),
    (
        "NON_MATCH_BY_REQUIRED_FIELDS",
        "data-model#match-status-and-management-status gotchas#requiredfields-hides-matches "
        "troubleshooting#nothing-matches-on-enrich troubleshooting#some-records-of-a-batch-fail "
        "zoominfo-api-reference#match-statuses",
    ),
    (
        "two workers refreshing the token at once get logged out",
        "api-requests#fetch-and-refresh-a-gtm-oauth-token gotchas#refresh-tokens-work-once "
        "troubleshooting#the-session-dies-when-two-programs-run zoominfo-api-reference#how-long-a-token-lives",
    ),
    (
        "Is revenue in dollars or thousands?",
        "data-model#ranges-and-exact-values data-model#money-units gotchas#revenue-units",
    ),
    (
        "Is there a test environment that does not burn credits?",
        "glossary#terms-of-this-server gotchas#no-public-sandbox plans#trial-and-test-accounts",
    ),
    (
        "how do I filter by seniority in a people search",
        "data-model#management-levels products#advanced-search zoominfo-api-reference#search-filters "
        "zoominfo-api-reference#seniority-department-and-size-values",
    ),
    ("sort people by accuracy", "contact-fields#contact-search-rows-and-sorting zoominfo-api-reference#sorting"),
    (
        "give me code to enrich a lead by email over REST",
        "api-requests#enrich-contacts examples#example-lead-scoring-that-enriches-by-api "
        "examples#lead-enrichment-program-enrich-one-lead examples#lead-enrichment-on-the-gtm-api "
        "zoominfo-api-reference#contact-enrich",
    ),
    (
        "We set up topics but see no intent for the accounts we want",
        "gotchas#intent-topics-follow-the-subscription troubleshooting#intent-data-does-not-show-for-target-accounts "
        "troubleshooting#an-intent-topic-is-not-on-the-list",
    ),
    (
        "How can somebody be removed because of GDPR?",
        "glossary#privacy-terms gotchas#opt-outs-cannot-be-written-by-api products#crm-hygiene "
        "products#compliance-and-do-not-contact-lists zoominfo-api-reference#compliance-endpoint",
    ),
    (
        "The Salesforce connect window never opens",
        "salesforce#connecting-salesforce salesforce#when-the-salesforce-connection-fails "
        "troubleshooting#salesforce-will-not-connect",
    ),
    (
        "Send intent alerts to a Slack channel",
        "integrations#slack playbooks#intent-based-selling-playbook products#buyer-intent "
        "products#recommended-contacts-and-intent-alerts",
    ),
    ("Does it work with Pipedrive?", "integrations#integrations-at-a-glance integrations#pipedrive"),
    (
        "How do I install the router skill with npx?",
        "related-skills#installing-a-sibling-skill related-skills#the-router-skill",
    ),
    (
        "my boss wants to know what we pay for the API on top of our seats",
        "gotchas#api-access-is-a-separate-purchase plans#what-zoominfo-costs plans#api-access-as-an-add-on "
        "products#plans-and-prices",
    ),
    (
        "Which fields do I need to identify a person when enriching?",
        "api-requests#enrich-contacts contact-fields#contact-match-inputs troubleshooting#nothing-matches-on-enrich "
        "zoominfo-api-reference#contact-enrich",
    ),
    (
        "All my enrich rows come back as NO_MATCH",
        "data-model#match-status-and-management-status troubleshooting#nothing-matches-on-enrich "
        "troubleshooting#some-records-of-a-batch-fail zoominfo-api-reference#match-statuses",
    ),
    (
        "Record phone calls and get transcripts",
        "glossary#outreach-and-call-terms products#engage-dialer-tasks-and-analytics "
        "products#conversation-intelligence-chorus",
    ),
    (
        "What is the highest number of results per page?",
        "zoominfo-api-reference#pagination zoominfo-api-reference#errors-on-the-enterprise-api",
    ),
    (
        "How long is a webhook verification token shown?",
        "api-requests#create-and-change-webhooks zoominfo-api-reference#webhooks",
    ),
    (
        "Why did we hit the quota although we only searched?",
        "gotchas#credits gotchas#which-limit-is-the-credit-limit gotchas#credits-burned-by-habit "
        "plans#three-budgets-in-one-contract troubleshooting#429-too-many-requests zoominfo-api-reference#rate-limits "
        "zoominfo-api-reference#credits-and-usage zoominfo-api-reference#credits-per-api-call",
    ),
    (
        "Difference between a record limit and a unique id limit",
        "api-requests#read-usage-and-credits-left glossary#credits-and-budgets gotchas#credits "
        "gotchas#which-limit-is-the-credit-limit plans#three-budgets-in-one-contract "
        "zoominfo-api-reference#rate-limit-and-usage-headers zoominfo-api-reference#credits-and-usage",
    ),
    (
        "How do I list subsidiaries of a parent company?",
        "api-requests#read-an-org-chart-and-a-hierarchy data-model#parents-and-subsidiaries "
        "products#technologies-and-company-families zoominfo-api-reference#org-chart-and-corporate-hierarchy",
    ),
    (
        "What technologies does a company use, over the API?",
        "api-requests#list-technologies-and-hashtags data-model#technologies-of-a-company "
        "products#technologies-and-company-families zoominfo-api-reference#other-endpoints "
        "zoominfo-api-reference#technologies-and-hashtags",
    ),
    (
        "Where do the topics for buying signals get chosen?",
        "gotchas#intent-topics-follow-the-subscription playbooks#intent-based-selling-playbook products#buyer-intent "
        "products#choosing-intent-topics troubleshooting#an-intent-topic-is-not-on-the-list",
    ),
    (
        "Small firms show no intent, what else could I use?",
        "playbooks#intent-mistakes products#news-and-scoops products#buyer-intent "
        "troubleshooting#intent-data-does-not-show-for-target-accounts",
    ),
    ("company named 'Acme, Inc.' breaks my filter", "gotchas#commas-countries-and-long-titles-in-filters"),
    (
        "What should I try when ZoomInfo has no mobile for a prospect?",
        "data-model#phone-numbers-of-a-contact glossary#enrichment-terms "
        "related-skills#enrichment-strategy-and-waterfall troubleshooting#enrichment-returns-incomplete-data",
    ),
    ("alert me when a target account opens the demo page", "products#websights"),
    (
        "Does Microsoft Dynamics get intent alerts?",
        "integrations#integrations-at-a-glance integrations#microsoft-dynamics",
    ),
    (
        "scope missing 403 ZI0002",
        "troubleshooting#403-forbidden zoominfo-api-reference#gtm-scopes zoominfo-api-reference#errors-on-the-gtm-api",
    ),
    (
        "How do I log in with username and password and get a JWT?",
        "api-requests#request-an-enterprise-token-with-a-pki-assertion "
        "zoominfo-api-reference#enterprise-sign-in-with-username-and-password",
    ),
    ("sequence with email, call and LinkedIn steps", "products#engage-sequences-and-templates"),
    ("prepare me before a meeting with an account brief", "products#copilot"),
    (
        "Export filtered prospects to our CRM",
        "integrations#which-integration-for-which-goal integrations#salesforce playbooks#prospecting-playbook "
        "salesforce#salesforce-export-preferences salesforce#duplicates-on-export-to-salesforce",
    ),
    (
        "Where is the opt-out endpoint?",
        "api-requests#ask-the-compliance-api gotchas#opt-outs-cannot-be-written-by-api "
        "products#compliance-and-do-not-contact-lists zoominfo-api-reference#api-quick-reference "
        "zoominfo-api-reference#compliance-endpoint",
    ),
    (
        "Which skill covers email deliverability?",
        "related-skills#which-skill-for-which-question related-skills#email-deliverability-strategy",
    ),
    (
        "match incoming leads with existing records to avoid duplicates",
        "playbooks#data-orchestration-playbook products#data-orchestration products#crm-hygiene "
        "salesforce#duplicates-on-export-to-salesforce",
    ),
    (
        "What would unlocking the first 40 people of this search cost us?",
        "running-this-server#estimate-a-list-or-a-search",
    ),
    ("can I see on which day our credits run dry", "running-this-server#balance-money-and-forecast"),
    ("put a hard limit of 5000 credits on the whole project, forever", "running-this-server#budgets-and-ceilings"),
    (
        "my client never asks me to confirm a purchase",
        "running-this-server#consent-of-a-person troubleshooting#credit_approval_required-and-budget_exceeded",
    ),
    (
        "it says spending has stopped, how do I get it going again",
        "running-this-server#the-first-25-credits-and-the-stop "
        "troubleshooting#spending_stopped-after-the-figures-differ",
    ),
    (
        "A prospect told us to leave him alone. Where do I record that?",
        "running-this-server#your-own-opt-out-list gotchas#opt-outs-cannot-be-written-by-api "
        "products#compliance-and-do-not-contact-lists",
    ),
    (
        "bring the unsubscribes from our newsletter tool in before the campaign",
        "running-this-server#import-and-export-opt-outs",
    ),
    ("the assistant refuses to delete a blocked contact from the list", "running-this-server#removing-an-opt-out"),
    (
        "a row only says SUPPRESSED, what is that",
        "running-this-server#what-the-opt-out-list-screens troubleshooting#error-codes-of-this-server",
    ),
    (
        "why do I get a warning instead of the mobile number",
        "running-this-server#phone-numbers-that-are-withheld gotchas#phone-numbers-without-their-do-not-call-flag",
    ),
    (
        "don't show e-mail addresses of people living in Germany",
        "running-this-server#people-in-the-eu-california-and-canada",
    ),
    ("is anything that we bought saved on disk", "running-this-server#local-copies-of-bought-records"),
    ("we moved to a new machine and now the key is wrong", "running-this-server#the-state-key"),
    ("Who ran which enrichment last week?", "running-this-server#read-and-verify-the-audit"),
    ("sign in from the command line through the browser", "running-this-server#sign-in-with-login"),
    ("login says the redirect address does not match", "running-this-server#login-fails"),
    ("run three replicas against one Postgres", "running-this-server#shared-state-and-postgresql"),
    ("how do the workers divide 25 requests a second among them", "running-this-server#shared-rate-limits"),
    ("make the fake ZoomInfo answer with 429 now and then", "running-this-server#plan-faults-in-the-sandbox"),
    ("jump a year forward to see a record being charged again", "running-this-server#the-sandbox-page-and-commands"),
]

EARLIER_CHINESE: Questions = [
    (
        "JWT多久过期?",
        "glossary#sign-in-terms gotchas#jwt-expiry troubleshooting#401-after-the-api-worked-at-first "
        "zoominfo-api-reference#enterprise-sign-in-with-username-and-password "
        "zoominfo-api-reference#how-long-a-token-lives",
    ),
    (
        "WebSights能识别具体的个人访客吗?",
        "glossary#website-and-form-terms gotchas#websights-sees-companies-not-people products#websights",
    ),
    (
        "积分是怎么消耗的?",
        "glossary#credits-and-budgets gotchas#credits gotchas#credits-burned-by-habit "
        "plans#data-credits-ai-credits-and-monthly-credits products#credit-system "
        "zoominfo-api-reference#credits-and-usage zoominfo-api-reference#credits-per-api-call",
    ),
    (
        "Copilot需要哪个套餐?",
        "gotchas#copilot-is-elite-only plans#professional-advanced-and-elite plans#features-that-depend-on-the-plan "
        "products#copilot products#plans-and-prices",
    ),
    (
        "API返回429限流怎么办?",
        "examples#lead-enrichment-program-wait-and-renew glossary#rate-limit-terms plans#rate-limits-by-package "
        "troubleshooting#429-too-many-requests zoominfo-api-reference#rate-limits zoominfo-api-reference#retry-rules",
    ),
    (
        "如何与Salesforce集成?",
        "integrations#integrations-at-a-glance integrations#salesforce "
        "salesforce#who-the-salesforce-integration-is-for salesforce#connecting-salesforce",
    ),
    (
        "如何清理CRM中的重复数据?",
        "playbooks#data-orchestration-playbook playbooks#how-often-to-deduplicate-and-refresh "
        "products#data-orchestration products#crm-hygiene related-skills#crm-data-quality-strategy",
    ),
    (
        "补全结果缺失电话号码",
        "data-model#phone-numbers-of-a-contact gotchas#search-never-shows-an-email-or-a-phone-number "
        "gotchas#plan-gated-fields-look-empty troubleshooting#enrichment-returns-incomplete-data "
        "troubleshooting#a-field-is-not-in-the-plan",
    ),
    (
        "看不到目标客户的意向数据",
        "gotchas#intent-topics-follow-the-subscription products#buyer-intent products#choosing-intent-topics "
        "troubleshooting#intent-data-does-not-show-for-target-accounts "
        "troubleshooting#an-intent-topic-is-not-on-the-list",
    ),
    (
        "查看组织架构图",
        "api-requests#read-an-org-chart-and-a-hierarchy data-model#org-chart-rows products#org-charts "
        "zoominfo-api-reference#org-chart-and-corporate-hierarchy",
    ),
    ("表单字段能缩短吗?", "glossary#website-and-form-terms products#marketingos-overview products#formcomplete"),
    (
        "私钥格式错误",
        "api-requests#request-an-enterprise-token-with-a-pki-assertion troubleshooting#the-private-key-cannot-be-read "
        "zoominfo-api-reference#enterprise-sign-in-with-pki",
    ),
    ("按这个筛选搜出来的前 40 个人全买下来要花多少", "running-this-server#estimate-a-list-or-a-search"),
    ("按现在的速度余额能撑到哪天", "running-this-server#balance-money-and-forecast"),
    ("整个项目最多花 5000 个积分怎么限制", "running-this-server#budgets-and-ceilings"),
    (
        "买的时候没有弹出确认框",
        "running-this-server#consent-of-a-person troubleshooting#credit_approval_required-and-budget_exceeded",
    ),
    (
        "提示停止花费了怎么恢复",
        "running-this-server#the-first-25-credits-and-the-stop "
        "troubleshooting#spending_stopped-after-the-figures-differ",
    ),
    (
        "对方说别再打扰他，记在哪里",
        "running-this-server#your-own-opt-out-list gotchas#opt-outs-cannot-be-written-by-api "
        "products#compliance-and-do-not-contact-lists",
    ),
    ("群发前把退订的人批量导进来", "running-this-server#import-and-export-opt-outs"),
    ("助手不肯把人从免打扰名单里删掉", "running-this-server#removing-an-opt-out"),
    (
        "只给警告不给手机号是怎么回事",
        "running-this-server#phone-numbers-that-are-withheld gotchas#phone-numbers-without-their-do-not-call-flag",
    ),
    ("德国人的邮箱不想显示出来", "running-this-server#people-in-the-eu-california-and-canada"),
    ("换了电脑之后说密钥不对", "running-this-server#the-state-key"),
    ("上周是谁补全了这些联系人", "running-this-server#read-and-verify-the-audit"),
    ("命令行怎么用浏览器登录", "running-this-server#sign-in-with-login"),
    ("三个副本连同一个 Postgres", "running-this-server#shared-state-and-postgresql"),
    ("让假的 ZoomInfo 偶尔返回 429", "running-this-server#plan-faults-in-the-sandbox"),
    ("沙箱里把时间拨到一年以后", "running-this-server#the-sandbox-page-and-commands"),
]

EARLIER_UNANSWERABLE: list[str] = [
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

ENGLISH: Questions = [
    (
        "can i filter prospects by the tools their company runs",
        "company-fields#company-filters-with-a-taxonomy contact-fields#contact-filters-with-a-taxonomy "
        "data-model#technologies-of-a-company playbooks#prospecting-with-the-server products#advanced-search "
        "products#technologies-and-company-families zoominfo-api-reference#company-search "
        "zoominfo-api-reference#search-filters",
    ),
    (
        "what does the dnc flag on a direct dial mean",
        "data-model#phone-numbers-of-a-contact data-model#do-not-call-flags "
        "gotchas#phone-numbers-without-their-do-not-call-flag",
    ),
    (
        "nobody picks up, can the dialer show a number from their area",
        "glossary#outreach-and-call-terms products#engage-dialer-tasks-and-analytics",
    ),
    (
        "exclude some titles with NOT in a search",
        "contact-fields#contact-filters-by-text products#advanced-search products#boolean-search "
        "zoominfo-api-reference#search-filters zoominfo-api-reference#boolean-operators-in-filters",
    ),
    (
        "who is on the buying committee of my account",
        "glossary#buying-committee-and-its-roles playbooks#prospecting-playbook products#org-charts products#copilot "
        "related-skills#account-mapping-strategy",
    ),
    (
        "search results only show hasEmail true but not the adress itself",
        "gotchas#search-never-shows-an-email-or-a-phone-number zoominfo-api-reference#contact-search",
    ),
    (
        "what is the difference between scoops and news",
        "data-model#scoop-object data-model#news-object glossary#scoops-news-and-other-signals "
        "products#news-and-scoops zoominfo-api-reference#scoops-and-news-endpoints",
    ),
    ("put a contact straight into a Salesloft cadence", "integrations#salesloft"),
    (
        "reasons to reach out to a company right now",
        "glossary#scoops-news-and-other-signals products#news-and-scoops products#buyer-intent",
    ),
    (
        "how acurate is the contact data, is there a score",
        "data-model#contact-object data-model#contact-accuracy-score zoominfo-api-reference#search-filters "
        "zoominfo-api-reference#sorting",
    ),
    (
        "find the right person at an account that is spiking",
        "api-requests#find-lookalikes-and-recommended-contacts playbooks#intent-based-selling-playbook "
        "playbooks#intent-based-selling-with-the-server products#buyer-intent products#intent-score-and-spike "
        "products#recommended-contacts-and-intent-alerts",
    ),
    ("daily summary of new signals in our chat channel", "integrations#slack"),
    (
        "LinkedIn touch as a manual task in my cadence",
        "products#engage-sequences-and-templates products#engage-dialer-tasks-and-analytics",
    ),
    (
        "my team is on Professional, do they get next best action recommendations?",
        "gotchas#copilot-is-elite-only plans#professional-advanced-and-elite plans#features-that-depend-on-the-plan "
        "products#copilot products#plans-and-prices",
    ),
    (
        "longest monologue and question rate per rep",
        "glossary#outreach-and-call-terms products#conversation-intelligence-chorus "
        "related-skills#call-coaching-method",
    ),
    (
        "yearly price Advanced vs Elite",
        "gotchas#copilot-is-elite-only plans#professional-advanced-and-elite plans#what-zoominfo-costs "
        "products#plans-and-prices",
    ),
    ("which opportunities are about to slip", "glossary#leads-accounts-and-pipeline products#copilot"),
    ("reply and open rates of a sequence", "products#engage-dialer-tasks-and-analytics"),
    ("did competitors get mentioned in our calls", "products#conversation-intelligence-chorus"),
    (
        "do we have to pay extra for API access on top of licences",
        "gotchas#api-access-is-a-separate-purchase plans#what-zoominfo-costs plans#api-access-as-an-add-on "
        "products#plans-and-prices",
    ),
    ("briefing before a customer meeting generated automatically", "products#copilot"),
    ("fewer fields on our landing page form", "glossary#website-and-form-terms products#formcomplete"),
    (
        "someone only fills in half of the form, is the lead lost",
        "glossary#website-and-form-terms products#formcomplete",
    ),
    (
        "which accounts came to our website yesterday",
        "glossary#website-and-form-terms gotchas#websights-sees-companies-not-people products#marketingos-overview "
        "products#websights zoominfo-api-reference#websights-by-api",
    ),
    (
        "webistes visitors names and emails",
        "glossary#website-and-form-terms gotchas#websights-sees-companies-not-people products#websights",
    ),
    (
        "create an audience from technographics and intent for display ads",
        "playbooks#advertising-playbook products#advertising products#audience-builder",
    ),
    ("pardot lead scoring with zoominfo data", "integrations#pardot"),
    (
        "visitors coming from home office show up as an internet provider",
        "api-requests#turn-an-ip-address-into-a-company gotchas#websights-sees-companies-not-people "
        "products#websights zoominfo-api-reference#websights-by-api",
    ),
    ("send high value chat visitors to the account owner", "products#website-chat"),
    ("ABM campaign with tailored creatives", "playbooks#advertising-playbook products#advertising"),
    (
        "intent score scale, what is a high score?",
        "data-model#intent-object glossary#intent-terms products#buyer-intent products#intent-score-and-spike "
        "zoominfo-api-reference#intent-search-and-intent-enrich",
    ),
    (
        "How many intent topics are there?",
        "products#buyer-intent products#choosing-intent-topics "
        "troubleshooting#intent-data-does-not-show-for-target-accounts",
    ),
    (
        "prevent duplicate records before they are created",
        "playbooks#data-orchestration-playbook products#data-orchestration products#crm-hygiene "
        "related-skills#crm-data-quality-strategy salesforce#duplicates-on-export-to-salesforce",
    ),
    (
        "salesforce mapping only fill if blank",
        "salesforce#salesforce-field-mapping salesforce#update-option-overwrite-or-fill-only-when-blank",
    ),
    (
        "business phone should use direct phone and fall back to company phone",
        "salesforce#salesforce-field-mapping salesforce#field-hierarchy-first-and-second-choice",
    ),
    ("limit which objects reps may export to Salesforce", "salesforce#salesforce-export-preferences"),
    (
        "cost of enriching the same account twice in a year",
        "api-requests#see-which-records-are-already-paid-for examples#lead-enrichment-program-pay-once "
        "glossary#credits-and-budgets gotchas#credits gotchas#credits-burned-by-habit "
        "plans#credit-bundles-and-the-contract-year plans#credits-that-a-project-needs products#credit-system "
        "zoominfo-api-reference#credits-and-usage zoominfo-api-reference#credits-per-api-call",
    ),
    (
        "estimate the spend before a large enrichment",
        "gotchas#credits plans#credits-that-a-project-needs playbooks#credit-etiquette-for-every-playbook "
        "playbooks#enrichment-playbook playbooks#enrichment-with-the-server",
    ),
    (
        "people changed jobs, our CRM is out of date",
        "data-model#freshness-and-job-changes examples#example-refreshing-15000-salesforce-contacts "
        "playbooks#data-orchestration-playbook products#crm-hygiene related-skills#crm-data-quality-strategy",
    ),
    (
        "leads should go to reps by territory",
        "playbooks#data-orchestration-playbook products#data-orchestration related-skills#lead-routing-strategy",
    ),
    ("hubspot sync what objects", "integrations#integrations-at-a-glance integrations#hubspot"),
    (
        "upload a spreadsheet of leads to be completed",
        "playbooks#enrichment-playbook products#bulk-and-automatic-enrichment",
    ),
    ("zapier trigger when a new company appears", "integrations#zapier"),
    (
        "fill rate is low, should we add a second data provider",
        "glossary#enrichment-terms playbooks#enrichment-mistakes related-skills#enrichment-strategy-and-waterfall "
        "troubleshooting#enrichment-returns-incomplete-data",
    ),
    (
        "Which Salesforce editions come with the REST API?",
        "salesforce#salesforce-rest-api-check-it-first salesforce#salesforce-editions-with-the-rest-api "
        "salesforce#connecting-salesforce troubleshooting#salesforce-will-not-connect",
    ),
    (
        "what should run monthly and what quarterly to keep the database clean",
        "playbooks#data-orchestration-playbook playbooks#how-often-to-deduplicate-and-refresh products#crm-hygiene "
        "related-skills#crm-data-quality-strategy",
    ),
    (
        "base url of the api",
        "zoominfo-api-reference#which-api-generation zoominfo-api-reference#base-urls-and-hosts "
        "zoominfo-api-reference#api-quick-reference",
    ),
    (
        "jwt lifetime",
        "glossary#sign-in-terms gotchas#jwt-expiry troubleshooting#401-after-the-api-worked-at-first "
        "zoominfo-api-reference#which-api-generation "
        "zoominfo-api-reference#enterprise-sign-in-with-username-and-password "
        "zoominfo-api-reference#how-long-a-token-lives",
    ),
    (
        "aud and iss claims for the PKI assertion",
        "api-requests#request-an-enterprise-token-with-a-pki-assertion "
        "zoominfo-api-reference#enterprise-sign-in-with-pki",
    ),
    (
        '{"error":"unauthorized_client"} when using grant_type=client_credentials',
        "api-requests#fetch-and-refresh-a-gtm-oauth-token troubleshooting#unauthorized_client-from-the-token-endpoint "
        "zoominfo-api-reference#gtm-sign-in-with-oauth-20",
    ),
    (
        "Error: 429 Too Many Requests Retry-After: 3600",
        "examples#lead-enrichment-program-wait-and-renew glossary#rate-limit-terms "
        "gotchas#rate-limit-reset-is-a-clock-time plans#rate-limits-by-package troubleshooting#429-too-many-requests "
        "zoominfo-api-reference#rate-limit-and-usage-headers zoominfo-api-reference#retry-rules",
    ),
    (
        "sleep(X-RateLimit-Reset) hangs forever",
        "examples#lead-enrichment-program-wait-and-renew glossary#rate-limit-terms "
        "gotchas#rate-limit-reset-is-a-clock-time zoominfo-api-reference#rate-limit-and-usage-headers",
    ),
    (
        "totalResults equals my page size, why",
        "gotchas#swapped-totals-on-the-enterprise-api gotchas#shapes-and-types-change-between-calls "
        "zoominfo-api-reference#request-and-response-envelopes zoominfo-api-reference#pagination",
    ),
    (
        "Page number (page) requested is greater than the available results",
        "troubleshooting#400-on-a-page-past-the-end zoominfo-api-reference#pagination",
    ),
    ("max records per page rpp", "zoominfo-api-reference#pagination"),
    (
        "need 50k companies but only get the first 10000",
        "finding-values#sets-larger-than-the-window gotchas#result-windows-cut-large-sets "
        "playbooks#prospecting-mistakes troubleshooting#only-part-of-a-large-result-arrives "
        "zoominfo-api-reference#pagination",
    ),
    (
        "HTTP 404 ZI9998 No static resource v1/usage",
        "gotchas#published-paths-that-do-not-exist troubleshooting#404-with-no-static-resource "
        "zoominfo-api-reference#errors-on-the-gtm-api",
    ),
    (
        "which media type do I have to send",
        "troubleshooting#406-not-acceptable zoominfo-api-reference#which-api-generation "
        "zoominfo-api-reference#request-headers-and-media-types zoominfo-api-reference#request-and-response-envelopes",
    ),
    (
        "invalidOutputFields: directPhone",
        "data-model#field-names-that-are-refused data-model#phone-numbers-of-a-contact "
        "troubleshooting#a-field-name-is-refused",
    ),
    (
        "PFAPI0006",
        "gotchas#intent-topics-follow-the-subscription troubleshooting#a-filter-value-is-refused "
        "troubleshooting#an-intent-topic-is-not-on-the-list zoominfo-api-reference#errors-on-the-gtm-api",
    ),
    (
        "can ids be negative",
        "data-model#identifiers gotchas#ids-can-be-negative-and-very-long "
        "zoominfo-api-reference#request-and-response-envelopes",
    ),
    (
        "store person id as integer or string",
        "data-model#identifiers gotchas#shapes-and-types-change-between-calls "
        "gotchas#ids-can-be-negative-and-very-long zoominfo-api-reference#request-and-response-envelopes",
    ),
    (
        "is it safe to retry an enrich call, is there an idempotency key",
        "troubleshooting#outcome_unknown-after-a-lost-answer zoominfo-api-reference#retry-rules",
    ),
    (
        "status of an asyncronous bulk job",
        "api-requests#poll-a-bulk-job-and-read-its-results gotchas#bulk-jobs-are-polled "
        "zoominfo-api-reference#bulk-jobs",
    ),
    ("verify webhook requests", "api-requests#create-and-change-webhooks zoominfo-api-reference#webhooks"),
    (
        "reverse IP lookup endpoint",
        "api-requests#turn-an-ip-address-into-a-company zoominfo-api-reference#api-quick-reference "
        "zoominfo-api-reference#websights-by-api",
    ),
    (
        "which fields is my plan allowed to request",
        "api-requests#check-which-fields-your-plan-allows gotchas#plan-gated-fields-look-empty "
        "plans#finding-out-what-your-plan-includes troubleshooting#a-field-is-not-in-the-plan "
        "zoominfo-api-reference#lookups-and-field-rights",
    ),
    (
        "multiple countries in one query",
        "gotchas#commas-countries-and-long-titles-in-filters zoominfo-api-reference#search-filters",
    ),
    (
        "sort companies by headcount descending",
        "company-fields#company-search-rows-and-sorting zoominfo-api-reference#sorting",
    ),
    (
        "does a failed match cost anything",
        "glossary#credits-and-budgets gotchas#credits gotchas#credits-burned-by-habit "
        "zoominfo-api-reference#match-statuses zoominfo-api-reference#credits-per-api-call",
    ),
    (
        "minimum input to match a person",
        "api-requests#enrich-contacts contact-fields#contact-match-inputs troubleshooting#nothing-matches-on-enrich "
        "zoominfo-api-reference#contact-enrich",
    ),
    (
        "OPT_OUT match status meaning",
        "data-model#privacy-flags-of-a-contact data-model#match-status-and-management-status glossary#privacy-terms "
        "zoominfo-api-reference#match-statuses zoominfo-api-reference#compliance-endpoint",
    ),
    (
        "rate limit of the authenticate endpoint",
        "gotchas#jwt-expiry plans#rate-limits-by-package zoominfo-api-reference#rate-limits",
    ),
    (
        "does zoominfo have its own mcp server",
        "glossary#product-names gotchas#traps-of-the-hosted-mcp-server "
        "zoominfo-api-reference#zoominfos-hosted-mcp-server",
    ),
    ("which scope do I need for intent", "zoominfo-api-reference#gtm-scopes"),
    (
        "what are the ids of the departments",
        "data-model#departments-and-job-functions zoominfo-api-reference#seniority-department-and-size-values",
    ),
    (
        "how to get the org chart of a department by api",
        "api-requests#read-an-org-chart-and-a-hierarchy data-model#org-chart-rows "
        "zoominfo-api-reference#org-chart-and-corporate-hierarchy",
    ),
    (
        "Exceeded the max limit to enrich new Contacts or Companies",
        "api-requests#error-bodies-of-both-apis plans#running-out-of-credits-and-overage "
        "troubleshooting#credits-are-exhausted zoominfo-api-reference#errors-on-the-enterprise-api",
    ),
    (
        "refresh token invalid_grant after deploying a second worker",
        "gotchas#refresh-tokens-work-once troubleshooting#the-session-dies-when-two-programs-run",
    ),
    (
        "practice environment for developers without spending",
        "glossary#terms-of-this-server gotchas#no-public-sandbox plans#trial-and-test-accounts",
    ),
    (
        "headquarters country output field of company enrich",
        "company-fields#company-output-fields-text zoominfo-api-reference#company-enrich",
    ),
    (
        "contactAccuracyScoreMin allowed range",
        "contact-fields#contact-filters-by-number-and-date zoominfo-api-reference#search-filters",
    ),
    (
        "pop-up blocked when connecting crm",
        "salesforce#connecting-salesforce salesforce#when-the-salesforce-connection-fails "
        "troubleshooting#salesforce-will-not-connect",
    ),
    (
        "where do admins choose intent topics",
        "gotchas#intent-topics-follow-the-subscription playbooks#intent-based-selling-playbook products#buyer-intent "
        "products#choosing-intent-topics troubleshooting#intent-data-does-not-show-for-target-accounts "
        "troubleshooting#an-intent-topic-is-not-on-the-list",
    ),
    (
        "delete a person's data on request",
        "api-requests#ask-the-compliance-api glossary#privacy-terms gotchas#opt-outs-cannot-be-written-by-api "
        "products#crm-hygiene products#compliance-and-do-not-contact-lists zoominfo-api-reference#compliance-endpoint",
    ),
    (
        "credit balance is zero, what now",
        "gotchas#credits plans#running-out-of-credits-and-overage troubleshooting#credits-are-exhausted",
    ),
    (
        "403 on one endpoint only",
        "troubleshooting#a-field-is-not-in-the-plan troubleshooting#403-forbidden "
        "zoominfo-api-reference#errors-on-the-enterprise-api zoominfo-api-reference#errors-on-the-gtm-api",
    ),
    (
        "key rotation, PKI or password for a service account?",
        "troubleshooting#401-after-the-api-worked-at-first zoominfo-api-reference#enterprise-sign-in-with-pki "
        "zoominfo-api-reference#enterprise-sign-in-with-username-and-password",
    ),
    (
        "skill for territory and lead assignment strategy",
        "related-skills#which-skill-for-which-question related-skills#lead-routing-strategy",
    ),
]

CHINESE: Questions = [
    (
        "搜索结果里为什么没有邮箱和电话",
        "api-requests#search-contacts contact-fields#contact-search-rows-and-sorting "
        "data-model#e-mail-addresses-of-a-contact gotchas#search-never-shows-an-email-or-a-phone-number "
        "zoominfo-api-reference#contact-search",
    ),
    (
        "怎么找到一家公司的决策人",
        "glossary#buying-committee-and-its-roles playbooks#prospecting-playbook playbooks#prospecting-with-the-server "
        "products#org-charts related-skills#account-mapping-strategy",
    ),
    ("拨号器能自动留语音吗", "glossary#outreach-and-call-terms products#engage-dialer-tasks-and-analytics"),
    ("有新公司符合我的筛选条件时通知我", "playbooks#prospecting-playbook products#saved-searches-and-alerts"),
    (
        "Scoops是什么?",
        "data-model#scoop-object glossary#scoops-news-and-other-signals products#news-and-scoops "
        "zoominfo-api-reference#scoops-and-news-endpoints",
    ),
    (
        "这个号码能不能打,请勿致电标记在哪",
        "data-model#phone-numbers-of-a-contact data-model#do-not-call-flags glossary#privacy-terms "
        "gotchas#phone-numbers-without-their-do-not-call-flag products#compliance-and-do-not-contact-lists",
    ),
    (
        "把潜客推到Outreach的序列里",
        "integrations#which-integration-for-which-goal integrations#outreach playbooks#prospecting-playbook",
    ),
    ("邮件模板可以做A/B测试吗", "products#engage-sequences-and-templates"),
    (
        "能按公司使用的技术来筛选客户吗",
        "company-fields#company-filters-with-a-taxonomy contact-fields#contact-filters-with-a-taxonomy "
        "data-model#technologies-of-a-company playbooks#prospecting-playbook playbooks#prospecting-with-the-server "
        "products#advanced-search products#technologies-and-company-families zoominfo-api-reference#company-search "
        "zoominfo-api-reference#search-filters",
    ),
    (
        "布尔搜索怎么排除某些职位",
        "contact-fields#contact-filters-by-text products#advanced-search products#boolean-search "
        "zoominfo-api-reference#boolean-operators-in-filters",
    ),
    (
        "公司太小没有意向信号,还能看什么",
        "playbooks#intent-mistakes products#news-and-scoops products#buyer-intent "
        "troubleshooting#intent-data-does-not-show-for-target-accounts",
    ),
    (
        "意向激增的客户应该联系谁",
        "playbooks#intent-based-selling-playbook playbooks#intent-based-selling-with-the-server products#buyer-intent "
        "products#intent-score-and-spike products#recommended-contacts-and-intent-alerts",
    ),
    (
        "从零开始找新线索的步骤",
        "playbooks#prospecting-playbook playbooks#prospecting-with-the-server related-skills#prospect-list-strategy",
    ),
    (
        "Copilot能预测商机结果吗,多少钱",
        "gotchas#copilot-is-elite-only plans#professional-advanced-and-elite plans#what-zoominfo-costs "
        "plans#features-that-depend-on-the-plan products#copilot products#copilot-by-api products#plans-and-prices",
    ),
    (
        "专业版能用下一步最优动作吗",
        "gotchas#copilot-is-elite-only plans#professional-advanced-and-elite plans#features-that-depend-on-the-plan "
        "products#copilot products#plans-and-prices",
    ),
    (
        "精英套餐一年多少钱",
        "gotchas#copilot-is-elite-only plans#professional-advanced-and-elite plans#what-zoominfo-costs "
        "products#plans-and-prices",
    ),
    (
        "想看销售通话的听说比",
        "glossary#outreach-and-call-terms products#conversation-intelligence-chorus "
        "related-skills#call-coaching-method",
    ),
    ("哪个技能可以辅导销售打电话", "related-skills#which-skill-for-which-question related-skills#call-coaching-method"),
    ("哪些商机停滞了有风险", "glossary#leads-accounts-and-pipeline products#copilot"),
    ("序列的打开率和回复率在哪里看", "products#engage-dialer-tasks-and-analytics"),
    ("通话录音能自动同步到CRM吗", "products#conversation-intelligence-chorus"),
    (
        "网站表单太长,访客不愿意填",
        "glossary#website-and-form-terms products#marketingos-overview products#formcomplete",
    ),
    (
        "能知道是哪个人访问了我们的官网吗",
        "glossary#website-and-form-terms gotchas#websights-sees-companies-not-people products#websights",
    ),
    (
        "匿名访客识别用的是什么原理",
        "glossary#website-and-form-terms gotchas#websights-sees-companies-not-people products#websights",
    ),
    (
        "给一批目标客户投放LinkedIn广告",
        "glossary#advertising-terms playbooks#advertising-playbook products#advertising products#audience-builder",
    ),
    ("怎么衡量广告效果", "glossary#advertising-terms playbooks#advertising-playbook products#advertising"),
    (
        "重新触达访问过网站的客户",
        "glossary#advertising-terms playbooks#advertising-playbook products#advertising products#websights",
    ),
    ("网站聊天机器人能约会议吗", "products#website-chat"),
    ("和Marketo怎么对接培育流程", "integrations#marketo"),
    (
        "意向评分是怎么算的,60分算高吗",
        "data-model#intent-object glossary#intent-terms products#buyer-intent products#intent-score-and-spike",
    ),
    ("目标客户打开定价页时提醒我", "products#websights"),
    (
        "一共有多少个意向主题",
        "products#buyer-intent products#choosing-intent-topics "
        "troubleshooting#intent-data-does-not-show-for-target-accounts",
    ),
    (
        "CRM里的重复线索怎么合并",
        "glossary#data-quality-terms playbooks#data-orchestration-playbook "
        "playbooks#how-often-to-deduplicate-and-refresh products#data-orchestration products#crm-hygiene "
        "related-skills#crm-data-quality-strategy salesforce#duplicates-on-export-to-salesforce",
    ),
    ("新建记录时自动补全", "playbooks#enrichment-playbook products#bulk-and-automatic-enrichment"),
    (
        "15000个联系人职位过期了怎么刷新",
        "data-model#freshness-and-job-changes examples#example-refreshing-15000-salesforce-contacts",
    ),
    (
        "Salesforce字段已有值就不要覆盖",
        "salesforce#salesforce-field-mapping salesforce#update-option-overwrite-or-fill-only-when-blank",
    ),
    (
        "线索按地域或者轮询分配给销售",
        "playbooks#data-orchestration-playbook products#data-orchestration related-skills#lead-routing-strategy",
    ),
    (
        "重复补全同一个人会再扣积分吗",
        "api-requests#see-which-records-are-already-paid-for examples#lead-enrichment-program-pay-once "
        "glossary#credits-and-budgets gotchas#credits gotchas#credits-burned-by-habit "
        "plans#credit-bundles-and-the-contract-year plans#credits-that-a-project-needs products#credit-system "
        "zoominfo-api-reference#credits-and-usage zoominfo-api-reference#credits-per-api-call",
    ),
    (
        "没匹配上也要扣积分吗",
        "glossary#credits-and-budgets gotchas#credits gotchas#credits-burned-by-habit "
        "zoominfo-api-reference#match-statuses zoominfo-api-reference#credits-per-api-call",
    ),
    (
        "职位和行业名称不统一怎么标准化",
        "glossary#data-quality-terms playbooks#data-orchestration-playbook products#data-orchestration",
    ),
    (
        "多久去重一次,多久刷新一次",
        "playbooks#data-orchestration-playbook playbooks#how-often-to-deduplicate-and-refresh products#crm-hygiene "
        "related-skills#crm-data-quality-strategy",
    ),
    ("支持微软Dynamics吗", "integrations#integrations-at-a-glance integrations#microsoft-dynamics"),
    (
        "补全之后很多字段是空的",
        "data-model#missing-values-types-and-dates finding-values#output-fields-that-your-plan-lacks "
        "gotchas#plan-gated-fields-look-empty "
        "troubleshooting#enrichment-returns-incomplete-data troubleshooting#a-field-is-not-in-the-plan",
    ),
    (
        "瀑布式补全先用谁后用谁",
        "glossary#enrichment-terms playbooks#enrichment-mistakes related-skills#enrichment-strategy-and-waterfall "
        "troubleshooting#enrichment-returns-incomplete-data",
    ),
    (
        "批量跑之前怎么预估会花多少积分",
        "gotchas#credits plans#credits-that-a-project-needs playbooks#credit-etiquette-for-every-playbook "
        "playbooks#enrichment-playbook playbooks#enrichment-with-the-server "
        "running-this-server#estimate-a-list-or-a-search",
    ),
    ("ZoomInfo和HubSpot能同步什么", "integrations#integrations-at-a-glance integrations#hubspot"),
    (
        "接口突然报401",
        "examples#lead-enrichment-program-wait-and-renew gotchas#jwt-expiry "
        "troubleshooting#401-after-the-api-worked-at-first zoominfo-api-reference#how-long-a-token-lives",
    ),
    ("每秒最多可以发多少个请求", "plans#rate-limits-by-package zoominfo-api-reference#rate-limits"),
    (
        "一次补全最多传几条联系人",
        "api-requests#enrich-contacts gotchas#batch-sizes-10-25-and-10000 products#bulk-and-automatic-enrichment "
        "troubleshooting#400-for-the-request-body zoominfo-api-reference#which-api-generation "
        "zoominfo-api-reference#contact-enrich",
    ),
    (
        "X-RateLimit-Reset是秒数还是时间戳",
        "examples#lead-enrichment-program-wait-and-renew glossary#rate-limit-terms "
        "gotchas#rate-limit-reset-is-a-clock-time zoominfo-api-reference#rate-limit-and-usage-headers",
    ),
    ("ValueError: Could not deserialize key data 怎么解决", "troubleshooting#the-private-key-cannot-be-read"),
    (
        "新接口返回406是什么原因",
        "troubleshooting#406-not-acceptable zoominfo-api-reference#request-headers-and-media-types",
    ),
    (
        "翻页翻到一千条就停了",
        "gotchas#result-windows-cut-large-sets troubleshooting#only-part-of-a-large-result-arrives "
        "zoominfo-api-reference#pagination",
    ),
    (
        "旧版API和GTM有什么区别",
        "glossary#api-generations gotchas#two-api-generations-that-share-nothing "
        "gotchas#shapes-and-types-change-between-calls zoominfo-api-reference#which-api-generation",
    ),
    (
        "用PKI登录要带哪些声明",
        "api-requests#request-an-enterprise-token-with-a-pki-assertion "
        "zoominfo-api-reference#enterprise-sign-in-with-pki",
    ),
    (
        "unauthorized_client 客户端凭证被拒绝",
        "api-requests#fetch-and-refresh-a-gtm-oauth-token troubleshooting#unauthorized_client-from-the-token-endpoint "
        "zoominfo-api-reference#gtm-sign-in-with-oauth-20",
    ),
    (
        "刷新令牌只能用一次吗",
        "api-requests#fetch-and-refresh-a-gtm-oauth-token gotchas#refresh-tokens-work-once "
        "troubleshooting#the-session-dies-when-two-programs-run zoominfo-api-reference#gtm-sign-in-with-oauth-20 "
        "zoominfo-api-reference#how-long-a-token-lives",
    ),
    (
        "返回NON_MATCH_BY_REQUIRED_FIELDS",
        "data-model#match-status-and-management-status gotchas#requiredfields-hides-matches "
        "troubleshooting#nothing-matches-on-enrich troubleshooting#some-records-of-a-batch-fail "
        "zoominfo-api-reference#match-statuses",
    ),
    (
        "全部都是NO_MATCH",
        "data-model#match-status-and-management-status troubleshooting#nothing-matches-on-enrich "
        "troubleshooting#some-records-of-a-batch-fail zoominfo-api-reference#match-statuses",
    ),
    ("营收单位是美元还是千美元", "data-model#ranges-and-exact-values data-model#money-units gotchas#revenue-units"),
    (
        "有没有测试环境,不想消耗积分",
        "glossary#terms-of-this-server gotchas#no-public-sandbox plans#trial-and-test-accounts",
    ),
    (
        "怎么用IP地址查公司",
        "api-requests#turn-an-ip-address-into-a-company zoominfo-api-reference#api-quick-reference "
        "zoominfo-api-reference#websights-by-api",
    ),
    (
        "异步批量任务怎么查进度",
        "api-requests#poll-a-bulk-job-and-read-its-results glossary#jobs-and-events gotchas#bulk-jobs-are-polled "
        "zoominfo-api-reference#bulk-jobs",
    ),
    (
        "数据变更时能回调我们吗",
        "api-requests#create-and-change-webhooks glossary#jobs-and-events gotchas#bulk-jobs-are-polled "
        "zoominfo-api-reference#webhooks",
    ),
    ("公司名里有逗号导致筛选出错", "gotchas#commas-countries-and-long-titles-in-filters"),
    (
        "按职级筛选用哪个参数,取值有哪些",
        "contact-fields#contact-filters-with-a-taxonomy data-model#management-levels products#advanced-search "
        "zoominfo-api-reference#search-filters zoominfo-api-reference#seniority-department-and-size-values",
    ),
    (
        "PFAPI0005 字段无效",
        "api-requests#error-bodies-of-both-apis data-model#field-names-that-are-refused "
        "troubleshooting#a-field-name-is-refused zoominfo-api-reference#errors-on-the-gtm-api",
    ),
    (
        "查剩余积分的接口",
        "api-requests#read-usage-and-credits-left gotchas#which-limit-is-the-credit-limit "
        "zoominfo-api-reference#api-quick-reference zoominfo-api-reference#credits-and-usage",
    ),
    (
        "maxResults和totalResults哪个是总数",
        "gotchas#swapped-totals-on-the-enterprise-api gotchas#shapes-and-types-change-between-calls "
        "zoominfo-api-reference#request-and-response-envelopes zoominfo-api-reference#pagination",
    ),
    (
        "给我一个按邮箱补全线索的代码例子",
        "api-requests#enrich-contacts examples#example-lead-scoring-that-enriches-by-api "
        "examples#lead-enrichment-program-enrich-one-lead examples#lead-enrichment-on-the-gtm-api",
    ),
    (
        "personId可能是负数吗",
        "data-model#identifiers gotchas#ids-can-be-negative-and-very-long "
        "zoominfo-api-reference#request-and-response-envelopes",
    ),
    ("结果按员工人数排序", "company-fields#company-search-rows-and-sorting zoominfo-api-reference#sorting"),
    (
        "Salesforce连接窗口弹不出来",
        "salesforce#connecting-salesforce salesforce#when-the-salesforce-connection-fails "
        "troubleshooting#salesforce-will-not-connect",
    ),
    (
        "在后台哪里选意向主题",
        "gotchas#intent-topics-follow-the-subscription playbooks#intent-based-selling-playbook products#buyer-intent "
        "products#choosing-intent-topics troubleshooting#intent-data-does-not-show-for-target-accounts "
        "troubleshooting#an-intent-topic-is-not-on-the-list",
    ),
    (
        "有人要求删除个人信息怎么处理",
        "api-requests#ask-the-compliance-api glossary#privacy-terms gotchas#opt-outs-cannot-be-written-by-api "
        "products#crm-hygiene products#compliance-and-do-not-contact-lists zoominfo-api-reference#compliance-endpoint",
    ),
    ("限制员工能导出到Salesforce的对象", "salesforce#salesforce-export-preferences"),
    (
        "积分用光了怎么办",
        "gotchas#credits plans#running-out-of-credits-and-overage troubleshooting#credits-are-exhausted",
    ),
    (
        "买了账号就能用API吗",
        "gotchas#api-access-is-a-separate-purchase plans#seats-and-users plans#api-access-as-an-add-on",
    ),
    (
        "意向提醒发到Slack频道",
        "integrations#slack playbooks#intent-based-selling-playbook products#buyer-intent "
        "products#recommended-contacts-and-intent-alerts",
    ),
    ("怎么安装路由技能", "related-skills#installing-a-sibling-skill related-skills#the-router-skill"),
]

UNANSWERABLE: list[str] = [
    "is ZoomInfo better than Apollo",
    "Apollo.io sequence daily sending limit",
    "What does Cognism charge per seat?",
    "how do I build a HubSpot workflow with branching logic",
    "Lusha chrome extension keeps logging me out",
    "Does Clearbit still have a free logo API?",
    "6sense vs Demandbase for ABM",
    "how to create a validation rule in Salesforce",
    "Gong scorecards for discovery calls",
    "Outreach mailbox throttling settings",
    "Bombora company surge topics price",
    "RocketReach API rate limit",
    "set up SPF and DKIM for Mailchimp",
    "how do I export contacts from LinkedIn Sales Navigator",
    "Stripe webhook signature verification fails",
    "Snowflake data sharing with Clay tables",
    "Marketo smart campaign trigger not firing",
    "my Zoom meeting recording is missing",
    "zoom webinar attendee limit",
    "how to share screen in zoom",
    "Zoom Phone voicemail greeting",
    "Zoho CRM blueprint approval process",
    "join a video call without an account",
    "how do I cancel my contract",
    "who founded ZoomInfo",
    "ZoomInfo headquarters address",
    "how many employees does ZoomInfo have",
    "is there a student discount",
    "ZoomInfo careers open positions",
    "what is the uptime SLA in percent",
    "SOC 2 report download",
    "who are ZoomInfo's biggest competitors",
    "can I pay by credit card or invoice",
    "how do I change my profile picture",
    "what happened in the ZoomInfo class action lawsuit",
    "iPhone app crashes on login",
    "refund for unused seats",
    "does ZoomInfo sponsor any conferences this year",
    "SSO setup with Okta SAML",
    "share price forecast for 2027",
    "best pizza dough recipe",
    "how do I fix a flat bicycle tyre",
    "python list comprehension syntax",
    "capital of Australia",
    "lyrics of yellow submarine",
    "how much protein do I need per day",
    "write a cover letter for a nurse",
    "flight from Berlin to Tokyo in May",
    "docker compose restart policy",
    "explain photosynthesis to a child",
    "Apollo和ZoomInfo哪个好",
    "Lusha怎么收费",
    "钉钉怎么设置审批流程",
    "企业微信群机器人怎么用",
    "Salesforce怎么写触发器Apex",
    "HubSpot工作流分支怎么配置",
    "Zoom会议怎么录制",
    "腾讯会议和Zoom哪个画质好",
    "Zoom分组讨论室怎么开",
    "天眼查的会员价格",
    "飞书多维表格接口文档",
    "Gong的评分卡怎么设置",
    "ZoomInfo的创始人是谁",
    "ZoomInfo总部在哪里",
    "ZoomInfo股价多少",
    "怎么取消合同退款",
    "手机客户端支持深色模式吗",
    "ZoomInfo在中国有办公室吗",
    "学生有优惠吗",
    "怎么修改头像",
    "ZoomInfo去年赚了多少钱",
    "支持支付宝付款吗",
    "今天北京天气怎么样",
    "红烧肉怎么做",
    "推荐几本好看的小说",
    "怎么学好英语口语",
    "感冒了吃什么药",
    "帮我写一首关于春天的诗",
    "世界杯冠军是谁",
    "怎么办理护照",
    "高铁票怎么改签",
    "猫咪多大可以打疫苗",
]

LATER_ENGLISH: Questions = [
    (
        "does a lookup call use up credits",
        "api-requests#look-up-legal-values glossary#credits-and-budgets gotchas#credits "
        "zoominfo-api-reference#lookups-and-field-rights zoominfo-api-reference#credits-per-api-call",
    ),
    (
        "Can we keep using the legacy endpoints or will they be switched off?",
        "glossary#api-generations gotchas#two-api-generations-that-share-nothing "
        "zoominfo-api-reference#which-api-generation zoominfo-api-reference#api-changes-and-deprecation",
    ),
    ("trash icon on a mapping row", "salesforce#mapping-rows-trash-icon-and-add-row"),
    (
        "what is waterfall enrichment",
        "glossary#enrichment-terms related-skills#enrichment-strategy-and-waterfall "
        "troubleshooting#enrichment-returns-incomplete-data",
    ),
    (
        "notice period before the contract renews",
        "plans#renewal-and-contract-terms plans#questions-for-the-account-manager",
    ),
    (
        "the server says CREDIT_APPROVAL_REQUIRED, how do I proceed",
        "troubleshooting#error-codes-of-this-server troubleshooting#credit_approval_required-and-budget_exceeded",
    ),
    ("my data is all .example companies", "troubleshooting#answers-are-fictional-sandbox-data"),
    (
        "clock skew breaks the assertion",
        "troubleshooting#401-on-the-first-sign-in-with-pki troubleshooting#the-clock-is-wrong",
    ),
    (
        "can an integration push scoops into Slack",
        "integrations#integrations-at-a-glance integrations#which-integration-for-which-goal integrations#slack",
    ),
    ("difference between Audience Builder and Website chat", "products#audience-builder products#website-chat"),
    (
        "what does audience strength A mean",
        "data-model#intent-object glossary#intent-terms products#buyer-intent products#intent-score-and-spike",
    ),
    (
        "search for companies that got funded recently",
        "api-requests#search-news company-fields#company-filters-by-number-and-date data-model#funding-and-growth "
        "glossary#scoops-news-and-other-signals products#advanced-search products#news-and-scoops "
        "zoominfo-api-reference#scoops-and-news-endpoints",
    ),
    (
        "who decides where a lead goes, round robin?",
        "glossary#data-quality-terms playbooks#data-orchestration-playbook products#data-orchestration "
        "related-skills#lead-routing-strategy",
    ),
    (
        "HTTP 504 gateway timeout from the enrich call",
        "troubleshooting#500-or-504-from-zoominfo troubleshooting#outcome_unknown-after-a-lost-answer "
        "zoominfo-api-reference#errors-on-the-gtm-api zoominfo-api-reference#retry-rules",
    ),
    (
        "how are intent topics spelled, is it free text",
        "gotchas#intent-topics-follow-the-subscription products#choosing-intent-topics "
        "troubleshooting#intent-data-does-not-show-for-target-accounts "
        "troubleshooting#an-intent-topic-is-not-on-the-list",
    ),
    (
        "get mobile numbers only for people who may be called",
        "data-model#phone-numbers-of-a-contact data-model#do-not-call-flags data-model#privacy-flags-of-a-contact "
        "glossary#privacy-terms gotchas#phone-numbers-without-their-do-not-call-flag",
    ),
    (
        "poll job results",
        "api-requests#poll-a-bulk-job-and-read-its-results gotchas#bulk-jobs-are-polled "
        "zoominfo-api-reference#bulk-jobs",
    ),
    (
        "Is a VP the same management level as a director?",
        "data-model#management-levels zoominfo-api-reference#seniority-department-and-size-values",
    ),
    (
        "hosted MCP server records per call",
        "gotchas#batch-sizes-10-25-and-10000 gotchas#traps-of-the-hosted-mcp-server "
        "zoominfo-api-reference#zoominfos-hosted-mcp-server",
    ),
    ("show me a python program that signs in", "examples#lead-enrichment-program-sign-in"),
    (
        "I keep getting logged out after 60 minutes when my script runs",
        "examples#lead-enrichment-program-wait-and-renew gotchas#jwt-expiry "
        "troubleshooting#401-after-the-api-worked-at-first zoominfo-api-reference#how-long-a-token-lives",
    ),
    (
        "who is allowed to change the field mapping",
        "salesforce#who-the-salesforce-integration-is-for salesforce#salesforce-export-preferences "
        "salesforce#salesforce-field-mapping",
    ),
    (
        "is chorus part of the package",
        "plans#professional-advanced-and-elite plans#features-that-depend-on-the-plan products#salesos-overview "
        "products#conversation-intelligence-chorus",
    ),
    (
        "visitor deanonymization person level",
        "glossary#website-and-form-terms gotchas#websights-sees-companies-not-people products#websights",
    ),
    (
        "what data comes back for a company",
        "api-requests#enrich-companies company-fields#company-output-fields-text data-model#company-object "
        "products#contact-and-company-enrichment zoominfo-api-reference#company-enrich",
    ),
    (
        "can I filter by number of employees",
        "company-fields#company-filters-by-number-and-date contact-fields#contact-filters-by-number-and-date "
        "data-model#ranges-and-exact-values data-model#size-and-revenue-bands products#advanced-search "
        "zoominfo-api-reference#company-search zoominfo-api-reference#search-filters "
        "zoominfo-api-reference#seniority-department-and-size-values",
    ),
    (
        "Do unused credits roll over?",
        "plans#credit-bundles-and-the-contract-year plans#running-out-of-credits-and-overage "
        "plans#questions-for-the-account-manager",
    ),
    (
        "we need an account manager to enable something, what should we ask",
        "plans#finding-out-what-your-plan-includes plans#questions-for-the-account-manager",
    ),
    ("sequence templates library", "products#engage-sequences-and-templates"),
    (
        "dedupe on export leads created twice in SFDC",
        "products#data-orchestration products#crm-hygiene salesforce#duplicates-on-export-to-salesforce",
    ),
    (
        "technographic data for one account through API",
        "api-requests#list-technologies-and-hashtags data-model#technologies-of-a-company "
        "products#technologies-and-company-families zoominfo-api-reference#technologies-and-hashtags",
    ),
    ("curl example for company search", "api-requests#search-companies zoominfo-api-reference#company-search"),
    ("invalid scope error at the token endpoint", "troubleshooting#400-for-a-scope zoominfo-api-reference#gtm-scopes"),
    (
        "PFAPI0011",
        "api-requests#error-bodies-of-both-apis plans#running-out-of-credits-and-overage "
        "troubleshooting#credits-are-exhausted zoominfo-api-reference#errors-on-the-gtm-api",
    ),
    (
        "how fresh is the data, when was a contact last updated",
        "contact-fields#contact-filters-by-number-and-date "
        "contact-fields#contact-output-fields-numbers-flags-and-dates data-model#freshness-and-job-changes",
    ),
    ("prioritize accounts with ai", "glossary#product-names products#copilot products#copilot-by-api"),
    (
        "what is the X-Usage header for records",
        "gotchas#credits gotchas#which-limit-is-the-credit-limit zoominfo-api-reference#rate-limit-and-usage-headers",
    ),
    (
        "why are so many contacts returned, filter ignored",
        "gotchas#commas-countries-and-long-titles-in-filters troubleshooting#a-search-finds-far-too-much",
    ),
    (
        "does search charge us",
        "glossary#credits-and-budgets gotchas#credits gotchas#credits-burned-by-habit "
        "zoominfo-api-reference#credits-per-api-call",
    ),
    (
        "intent data retention 90 days window",
        "gotchas#dates-and-defaults-of-signals zoominfo-api-reference#intent-search-and-intent-enrich",
    ),
    (
        "set up territory based routing for inbound",
        "products#website-chat products#data-orchestration related-skills#lead-routing-strategy",
    ),
    (
        "hashed email matching",
        "contact-fields#contact-match-inputs data-model#e-mail-addresses-of-a-contact "
        "zoominfo-api-reference#contact-enrich",
    ),
    ("Zapier", "integrations#integrations-at-a-glance integrations#zapier"),
    (
        "stop a bulk job",
        "api-requests#run-a-bulk-job api-requests#poll-a-bulk-job-and-read-its-results glossary#jobs-and-events "
        "gotchas#bulk-jobs-are-polled zoominfo-api-reference#bulk-jobs",
    ),
    (
        "give me a brief on one account and tell me what it costs",
        "working-with-signals#an-account-brief-with-account_research",
    ),
    (
        "the brief says nothing about news, how come",
        "working-with-signals#why-a-section-of-a-brief-is-missing",
    ),
    (
        "the assistant refuses 'EU' as a country",
        "finding-values#places-in-words finding-values#when-the-server-asks-which-value-you-mean",
    ),
    (
        "read all 40,000 matches of a search with this server",
        "finding-values#sets-larger-than-the-window finding-values#all-pages-of-a-search-in-one-call "
        "gotchas#result-windows-cut-large-sets troubleshooting#only-part-of-a-large-result-arrives",
    ),
    (
        "have the server mail or post me each morning what is new in my search",
        "finding-values#watch-saved-searches-on-a-schedule finding-values#run-a-saved-search-new-changed-gone "
        "products#saved-searches-and-alerts",
    ),
    (
        "do I pay again for the tech stack after I bought the intent of the same company",
        "working-with-signals#what-signals-cost-credits-and-records working-with-signals#which-tool-for-which-signal "
        "working-with-signals#tech-stack-hashtags-family-and-locations-of-a-company "
        "zoominfo-api-reference#credits-per-api-call gotchas#credits working-with-signals#signals-of-one-company",
    ),
    (
        "my client does not list get_technologies",
        "working-with-signals#tools-that-are-not-in-the-list "
        "working-with-signals#tech-stack-hashtags-family-and-locations-of-a-company",
    ),
    (
        "which words may I write for company size",
        "finding-values#company-sizes-and-money-in-words data-model#size-and-revenue-bands "
        "zoominfo-api-reference#seniority-department-and-size-values",
    ),
]

LATER_CHINESE: Questions = [
    (
        "旧的接口什么时候停用",
        "glossary#api-generations gotchas#two-api-generations-that-share-nothing "
        "zoominfo-api-reference#which-api-generation zoominfo-api-reference#api-changes-and-deprecation",
    ),
    ("合同到期前多久要通知不续约", "plans#renewal-and-contract-terms plans#questions-for-the-account-manager"),
    (
        "买API要另外花钱吗",
        "gotchas#api-access-is-a-separate-purchase plans#what-zoominfo-costs plans#api-access-as-an-add-on "
        "products#plans-and-prices",
    ),
    (
        "什么是瀑布式补全",
        "glossary#enrichment-terms related-skills#enrichment-strategy-and-waterfall "
        "troubleshooting#enrichment-returns-incomplete-data",
    ),
    (
        "VP和总监算同一个职级吗",
        "data-model#management-levels zoominfo-api-reference#seniority-department-and-size-values",
    ),
    ("返回的都是虚构的公司", "troubleshooting#answers-are-fictional-sandbox-data"),
    (
        "电脑时间不准导致签名失败",
        "troubleshooting#401-on-the-first-sign-in-with-pki troubleshooting#the-clock-is-wrong",
    ),
    (
        "怎么用Python登录API",
        "api-requests#request-an-enterprise-token-with-a-pki-assertion examples#lead-enrichment-program-sign-in "
        "zoominfo-api-reference#enterprise-sign-in-with-pki",
    ),
    (
        "字段映射保存不了",
        "salesforce#salesforce-field-mapping salesforce#verify-and-save "
        "troubleshooting#a-salesforce-mapping-cannot-be-saved",
    ),
    ("受众构建器能用哪些维度", "products#advertising products#audience-builder"),
    (
        "意向强度A到E是什么意思",
        "data-model#intent-object glossary#intent-terms products#buyer-intent products#intent-score-and-spike",
    ),
    ("怎样设置Webhook订阅公司变更", "api-requests#create-and-change-webhooks zoominfo-api-reference#webhooks"),
    (
        "请求超时504要重试吗",
        "troubleshooting#500-or-504-from-zoominfo troubleshooting#outcome_unknown-after-a-lost-answer "
        "zoominfo-api-reference#retry-rules",
    ),
    (
        "子公司和母公司怎么查",
        "api-requests#read-an-org-chart-and-a-hierarchy data-model#parents-and-subsidiaries "
        "products#technologies-and-company-families zoominfo-api-reference#org-chart-and-corporate-hierarchy",
    ),
    (
        "邮件送达率差用哪个技能",
        "related-skills#which-skill-for-which-question related-skills#email-deliverability-strategy",
    ),
    (
        "Salesforce哪些版本自带REST API",
        "salesforce#salesforce-rest-api-check-it-first salesforce#salesforce-editions-with-the-rest-api "
        "troubleshooting#salesforce-will-not-connect",
    ),
    ("哪些数据不能拿来训练模型", "gotchas#licence-limits-on-the-data plans#renewal-and-contract-terms"),
    (
        "联系人准确度分数范围",
        "contact-fields#contact-filters-by-number-and-date data-model#contact-object "
        "data-model#contact-accuracy-score zoominfo-api-reference#search-filters",
    ),
    (
        "MCP官方服务器一次能补全几条",
        "gotchas#batch-sizes-10-25-and-10000 gotchas#traps-of-the-hosted-mcp-server "
        "zoominfo-api-reference#zoominfos-hosted-mcp-server",
    ),
    ("广告活动常犯的错误", "playbooks#advertising-mistakes"),
    (
        "没用完的积分能结转吗",
        "plans#credit-bundles-and-the-contract-year plans#running-out-of-credits-and-overage "
        "plans#questions-for-the-account-manager",
    ),
    (
        "谁能改字段映射",
        "salesforce#who-the-salesforce-integration-is-for salesforce#salesforce-export-preferences "
        "salesforce#salesforce-field-mapping",
    ),
    (
        "公司补全会返回哪些字段",
        "api-requests#enrich-companies company-fields#company-output-fields-text data-model#company-object "
        "products#contact-and-company-enrichment zoominfo-api-reference#company-enrich",
    ),
    (
        "按员工人数筛选公司",
        "company-fields#company-filters-by-number-and-date data-model#ranges-and-exact-values "
        "data-model#size-and-revenue-bands products#advanced-search zoominfo-api-reference#company-search "
        "zoominfo-api-reference#search-filters zoominfo-api-reference#seniority-department-and-size-values",
    ),
    (
        "脚本跑一个小时就掉线要重新登录",
        "examples#lead-enrichment-program-wait-and-renew gotchas#jwt-expiry "
        "troubleshooting#401-after-the-api-worked-at-first zoominfo-api-reference#how-long-a-token-lives",
    ),
    (
        "导出到Salesforce时重复创建了线索",
        "products#data-orchestration products#crm-hygiene salesforce#duplicates-on-export-to-salesforce",
    ),
    (
        "搜索要花积分吗",
        "glossary#credits-and-budgets gotchas#credits gotchas#credits-burned-by-habit "
        "zoominfo-api-reference#credits-per-api-call",
    ),
    ("请求公司搜索的示例", "api-requests#search-companies zoominfo-api-reference#company-search"),
    ("scope报400", "troubleshooting#400-for-a-scope zoominfo-api-reference#gtm-scopes"),
    (
        "数据多新,联系人上次更新时间",
        "contact-fields#contact-filters-by-number-and-date "
        "contact-fields#contact-output-fields-numbers-flags-and-dates data-model#freshness-and-job-changes",
    ),
    (
        "查某家公司用了哪些软件",
        "api-requests#list-technologies-and-hashtags data-model#technologies-of-a-company "
        "products#technologies-and-company-families zoominfo-api-reference#technologies-and-hashtags",
    ),
    (
        "搜索结果太多,筛选条件没生效",
        "gotchas#commas-countries-and-long-titles-in-filters troubleshooting#a-search-finds-far-too-much",
    ),
    ("AI帮我排客户优先级", "glossary#product-names products#copilot products#copilot-by-api"),
    (
        "邮箱哈希可以匹配吗",
        "contact-fields#contact-match-inputs data-model#e-mail-addresses-of-a-contact "
        "zoominfo-api-reference#contact-enrich",
    ),
    ("Zapier能做什么", "integrations#integrations-at-a-glance integrations#zapier"),
    (
        "CEO、CFO这类高管怎么搜",
        "data-model#management-levels zoominfo-api-reference#search-filters "
        "zoominfo-api-reference#seniority-department-and-size-values",
    ),
    ("网站聊天怎么分给对应的销售", "products#website-chat"),
    ("pardot打分集成", "integrations#integrations-at-a-glance integrations#pardot"),
    (
        "提前多少分钟续期令牌",
        "gotchas#jwt-expiry troubleshooting#401-after-the-api-worked-at-first "
        "zoominfo-api-reference#enterprise-sign-in-with-username-and-password "
        "zoominfo-api-reference#how-long-a-token-lives",
    ),
    (
        "新闻有哪些分类",
        "data-model#news-object glossary#scoops-news-and-other-signals products#news-and-scoops "
        "zoominfo-api-reference#revenue-bands-scoop-types-and-news-categories "
        "zoominfo-api-reference#scoops-and-news-endpoints",
    ),
    ("写一份客户简报最多花多少积分", "working-with-signals#an-account-brief-with-account_research"),
    ("简报里缺了意向是怎么回事", "working-with-signals#why-a-section-of-a-brief-is-missing"),
    (
        "国家填欧盟为什么不行",
        "finding-values#places-in-words finding-values#when-the-server-asks-which-value-you-mean",
    ),
    (
        "每天早上自动告诉我名单里有什么新的",
        "finding-values#watch-saved-searches-on-a-schedule finding-values#run-a-saved-search-new-changed-gone "
        "products#saved-searches-and-alerts",
    ),
    (
        "买过意向之后再看同一家公司的技术栈还要积分吗",
        "working-with-signals#what-signals-cost-credits-and-records working-with-signals#which-tool-for-which-signal "
        "working-with-signals#tech-stack-hashtags-family-and-locations-of-a-company "
        "zoominfo-api-reference#credits-per-api-call gotchas#credits working-with-signals#signals-of-one-company",
    ),
    (
        "用这个服务器把四万条结果全部读出来",
        "finding-values#sets-larger-than-the-window finding-values#all-pages-of-a-search-in-one-call "
        "gotchas#result-windows-cut-large-sets troubleshooting#only-part-of-a-large-result-arrives",
    ),
]

LATER_UNANSWERABLE: list[str] = [
    "Seamless.AI unlimited credits plan",
    "how to connect Calendly with Google Meet",
    "Zoom room controller offline",
    "does ZoomInfo have an office in Tel Aviv",
    "ZoomInfo net promoter score",
    "how to write cold emails that convert",
    "Salesforce flow builder loop element",
    "reset my Marketo password",
    "best standing desk for tall people",
    "kubectl get pods pending",
    "what is the tallest building in Dubai",
    "Pipedrive API personal token location",
    "ZoomInfo annual user conference tickets",
    "convert PDF to Word",
    "who is the head of sales at ZoomInfo",
    "Zoom网络研讨会怎么收费",
    "钉钉群怎么建",
    "Cognism和Lusha哪个数据准",
    "怎么申请加入ZoomInfo实习",
    "Salesforce报表怎么做透视",
    "推荐一家北京烤鸭",
    "苹果手机怎么截屏",
    "HubSpot落地页怎么改模板",
    "ZoomInfo的吉祥物是什么",
    "如何缓解颈椎疼",
    "比特币今天多少钱",
    "how do I mute myself on Zoom",
    "Outreach kaia meeting assistant setup",
    "Clay waterfall table formula",
    "salesforce lightning page layout",
    "what is ZoomInfo's Glassdoor rating",
    "how to change my ZoomInfo email signature font",
    "does ZoomInfo integrate with Notion",
    "SAP Concur expense report",
    "best CRM for startups",
    "recipe for banana bread",
    "convert csv to parquet in pandas",
    "stock market today",
    "how to negotiate salary",
    "LinkedIn premium cost",
    "Slack huddle no sound",
    "Zoom白板怎么用",
    "微信小程序支付接口",
    "Salesforce认证考试费用",
    "ZoomInfo员工福利怎么样",
    "怎么训练大语言模型",
    "抖音广告投放价格",
    "HubSpot证书怎么考",
    "明天上海下雨吗",
    "Excel数据透视表",
    "怎么退订爱奇艺会员",
]

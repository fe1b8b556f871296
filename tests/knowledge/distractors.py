"""Sections that look like those of other vendors' guides: fictional products, the same trade, no answer for us.

They are made from pools of phrases, always the same ones, and are mixed into a copy of references/ to see whether
the right passage is still found.
"""

from __future__ import annotations

import random
from pathlib import Path

VENDORS = (
    "Prospero", "Callisto Dial", "Mailhaven", "Ledgerly CRM", "Quillcast", "Nimbusleads", "Fieldgate", "Tandemly",
    "Orbitform", "Sequencia", "Datamoor", "Hallway Chat", "Brightroute", "Webinaro", "Cadencia", "Pipefold",
    "Signalbay", "Enrichly", "Formsmith", "Audiencer", "Rivet Sync", "Notary Mail", "Kestrel Data", "Loomdial",
    "Voxmeter",
)  # fmt: skip
OBJECTS = ("contacts", "accounts", "deals", "leads", "tickets", "campaigns", "recordings", "audiences", "meetings")
PLANS = ("Starter", "Growth", "Scale", "Team", "Business", "Unlimited")

# Title, and sentences of which each passage takes some. {v} vendor, {o} object, {p} plan, {n} {m} numbers.
ENGLISH: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "{v} API rate limits",
        (
            "{v} accepts {n} requests a minute for each workspace and {m} a day on {p}.",
            "A call over the limit answers 429 with the header `X-{h}-Retry` in milliseconds.",
            "Batch endpoints count every row of {o} as one call.",
            "Limits are raised by support within two working days.",
            "Reads of {o} and writes of {o} have separate buckets.",
        ),
    ),
    (
        "{v} pricing and plans",
        (
            "{p} costs ${n} a user each month, billed every quarter.",
            "The {p} plan adds {m} sends a day and a shared library.",
            "Seats can be swapped between people once a month.",
            "A free trial of {v} lasts fourteen days and needs no card.",
            "Discounts for non-profits are granted on request.",
        ),
    ),
    (
        "Signing in to the {v} API",
        (
            "Create a key under Settings, Developers, and send it as `X-{h}-Key`.",
            "Keys do not expire; revoke one and create another to rotate.",
            "OAuth apps of {v} ask for the scopes `{h}.read` and `{h}.write`.",
            "Access tokens of the app last {n} days, refresh tokens a year.",
            "A 401 means that the workspace of the key was archived.",
        ),
    ),
    (
        "{v} webhooks",
        (
            "{v} posts an event when {o} are created, changed or deleted.",
            "Deliveries are signed with HMAC-SHA256 in `X-{h}-Signature`.",
            "A delivery that fails is repeated {n} times over {m} minutes.",
            "Subscribe per object type in the developer console.",
            "Events carry only the id, so fetch the record afterwards.",
        ),
    ),
    (
        "Mapping {v} fields to your CRM",
        (
            "Open Integrations, then Field map, and pair each {v} property with a column.",
            "Choose one direction or both for {o}.",
            "Custom properties appear after a sync of the schema, about {n} minutes.",
            "Pick-list values have to be equal in both systems.",
            "Records that break a validation rule wait in the error queue.",
        ),
    ),
    (
        "Building a sequence in {v}",
        (
            "A sequence holds up to {n} steps of email, call, social touch and task.",
            "Steps wait for working days in the time zone of the prospect.",
            "People leave the sequence when they reply or book a slot.",
            "Split testing compares two subject lines on {m} percent of the list.",
            "Daily sending is capped at {n} for each mailbox.",
        ),
    ),
    (
        "{v} dialer settings",
        (
            "The dialer calls {n} numbers in parallel and drops a message at the beep.",
            "Local caller ids are bought per area code.",
            "Recording asks for consent in two-party states.",
            "Call outcomes are written to {o} after each call.",
            "Talk time and listening time are shown for each agent.",
        ),
    ),
    (
        "Email deliverability in {v}",
        (
            "Add SPF, DKIM and DMARC records before the first campaign.",
            "Warm-up raises the volume by {n} mails a day.",
            "Hard bounces are suppressed for the workspace.",
            "A spam score above {m} blocks the send.",
            "Open tracking can be switched off for each mailbox.",
        ),
    ),
    (
        "Duplicate management in {v}",
        (
            "{v} compares name, phone and domain of {o} and lists likely pairs.",
            "Merge keeps the older record and moves activities over.",
            "A nightly job scans {n} thousand {o}.",
            "Rules can block, warn or only report.",
            "Merged records can be restored for {m} days.",
        ),
    ),
    (
        "Research interest scores in {v}",
        (
            "{v} watches content consumption across a publisher network and scores companies weekly.",
            "A score above {n} marks a rising account.",
            "Themes are picked by the marketing team, {m} at most.",
            "Feeds can be pushed to ad platforms.",
            "Scores decay after twenty-one days without activity.",
        ),
    ),
    (
        "Website visitor tracking with {v}",
        (
            "Paste the {v} snippet before the closing head tag.",
            "Visits are tied to a person only after a form or a mail click.",
            "Bots and your own addresses are filtered out.",
            "The feed shows pages, source and {n} days of history.",
            "Alerts go to the owner of the account.",
        ),
    ),
    (
        "{v} lead routing",
        (
            "New {o} are offered to the next agent in the rota.",
            "Territories are drawn by postcode or by size.",
            "Unclaimed {o} return to the pool after {n} minutes.",
            "Capacity is limited to {m} open {o} an agent.",
            "Holidays of agents are read from the calendar.",
        ),
    ),
    (
        "Forms and landing pages in {v}",
        (
            "A form of {v} has at most {n} fields and three pages.",
            "Hidden fields take values from the address bar.",
            "Submissions create {o} and start an automation.",
            "Progressive questions appear on the second visit.",
            "Captcha is on by default.",
        ),
    ),
    (
        "{v} live chat",
        (
            "The widget greets visitors after {n} seconds.",
            "Bots hand over to a person when asked twice.",
            "Transcripts are mailed to the visitor.",
            "Office hours decide whether a slot can be booked.",
            "Chats are routed by page and by language.",
        ),
    ),
    (
        "Importing {o} into {v}",
        (
            "Upload a CSV of at most {n} thousand rows in UTF-8.",
            "Map columns, choose the key and run a preview.",
            "Rows with an unknown owner are skipped and reported.",
            "An import can be undone for {m} hours.",
            "Dates follow the locale of the workspace.",
        ),
    ),
    (
        "Data enrichment in {v}",
        (
            "{v} completes {o} from public registers once a day.",
            "A lookup costs one token, and unused tokens roll over {n} months.",
            "Mobile numbers are sold as an add-on at {m} tokens.",
            "Match by domain or by tax number.",
            "Values older than a year are greyed out.",
        ),
    ),
    (
        "Consent and privacy in {v}",
        (
            "Store the lawful basis for each subscriber.",
            "A deletion request is carried out within {n} days.",
            "Unsubscribe links cannot be removed from templates.",
            "Data of {v} is hosted in two European regions.",
            "Audit logs are kept for {m} months.",
        ),
    ),
    (
        "{v} webinar reminders",
        (
            "Reminders go out {n} hours and {m} minutes before the start.",
            "Registrants receive a calendar file.",
            "Attendance is written to {o} after the session.",
            "Replays are gated by the same form.",
            "Polls and questions appear in the report.",
        ),
    ),
    (
        "Forecasting in {v}",
        (
            "{v} weighs {o} by stage and age.",
            "Managers commit a number every Monday.",
            "Deals without a next step for {n} days are flagged.",
            "The roll-up follows the role tree.",
            "Snapshots compare the quarter with the last {m}.",
        ),
    ),
    (
        "Troubleshooting {v} sync errors",
        (
            "Error {n}: the property was archived in the other system.",
            "Error {m}: the record is locked by an approval.",
            "Reconnect the account when its password was changed.",
            "Retry the queue after the quota of the other side is free.",
            "Send the trace id to {v} support if the error stays.",
        ),
    ),
    (
        "{v} browser extension",
        (
            "Install the extension and sign in with the same workspace.",
            "It shows phone and mail beside a profile.",
            "Saving a profile creates {o}.",
            "At most {n} profiles a day are read.",
            "Clear the cache when the panel stays empty.",
        ),
    ),
    (
        "Searching and saved views in {v}",
        (
            "Filters join with all or any.",
            "A view of {o} can be shared with a team.",
            "Sorting by score needs {p}.",
            "Exports of a view stop at {n} thousand rows.",
            "Subscribers of a view get a digest every {m} hours.",
        ),
    ),
)
CHINESE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "{v} 接口限流说明",
        (
            "{v} 每个工作区每分钟最多 {n} 次调用,{p} 套餐每天 {m} 次。",
            "超限返回 429,毫秒数写在自有响应头里。",
            "批量接口按行计数。",
            "需要提额请联系客服。",
        ),
    ),
    (
        "{v} 价格与套餐",
        (
            "{p} 每人每月 {n} 元,按季度付款。",
            "升级后每天可多发 {m} 封邮件。",
            "试用期十四天,不需要绑卡。",
            "席位每月可以换一次人。",
        ),
    ),
    (
        "{v} 密钥与登录",
        (
            "在开发者设置里创建密钥,放进自有请求头。",
            "密钥长期有效,泄露后立即作废重建。",
            "授权应用的令牌 {n} 天到期。",
            "工作区归档后调用会返回 401。",
        ),
    ),
    (
        "{v} 字段映射",
        (
            "在集成页面把 {v} 的属性和目标列一一对应。",
            "可选单向或双向同步。",
            "新增自定义属性约 {n} 分钟后出现。",
            "下拉选项两边必须一致。",
        ),
    ),
    (
        "{v} 外呼与录音",
        (
            "拨号器同时呼叫 {n} 个号码。",
            "录音前播放提示音。",
            "通话结果自动写回客户记录。",
            "坐席的说话时长和倾听时长都有统计。",
        ),
    ),
    (
        "{v} 邮件序列",
        (
            "一个序列最多 {n} 步,可混合邮件、电话和任务。",
            "对方回复后自动退出。",
            "主题行可以做分组测试,样本占 {m}%。",
            "每个邮箱每天限发 {n} 封。",
        ),
    ),
    (
        "{v} 数据去重",
        (
            "按姓名、电话和域名比较,列出疑似重复。",
            "合并时保留较早的记录。",
            "每晚扫描 {n} 千条。",
            "合并后 {m} 天内可以撤销。",
        ),
    ),
    (
        "{v} 网站表单",
        (
            "表单最多 {n} 个字段。",
            "隐藏字段从网址读取。",
            "提交后自动建档并触发流程。",
            "默认开启验证码。",
        ),
    ),
    (
        "{v} 回调通知",
        (
            "记录新建、修改、删除时推送事件。",
            "推送带签名,失败后重试 {n} 次。",
            "按对象类型订阅。",
            "事件只带编号,详情要再查一次。",
        ),
    ),
    (
        "{v} 兴趣评分",
        (
            "根据内容阅读情况每周给公司打分。",
            "超过 {n} 分视为升温客户。",
            "主题由市场团队挑选,最多 {m} 个。",
            "三周没有活动分数会下降。",
        ),
    ),
)

COUNT = 450
_CHINESE = 110


def write(references: Path, count: int = COUNT) -> None:
    """Write the passages as reference files, twenty-five vendors long.

    Args:
        references: directory to write into; Chinese files go into its `zh`.
        count: how many passages.
    """
    dice = random.Random(7)
    chinese = count * _CHINESE // COUNT
    for language, topics, total in (("en", ENGLISH, count - chinese), ("zh", CHINESE, chinese)):
        sections: dict[str, list[str]] = {}
        for number in range(total):
            vendor = VENDORS[number % len(VENDORS)]
            title, sentences = topics[number // len(VENDORS) % len(topics)]
            values = {"v": vendor, "h": vendor.split()[0], "o": dice.choice(OBJECTS), "p": dice.choice(PLANS)}
            chosen = dice.sample(sentences, dice.randint(3, len(sentences)))
            told = " ".join(
                sentence.format(**values, n=dice.randrange(5, 900, 5), m=dice.randrange(2, 60)) for sentence in chosen
            )
            sections.setdefault(vendor, []).append(f"## {title.format(**values)}\n\n{told}\n")
        for vendor, parts in sections.items():
            folder = references / "zh" if language == "zh" else references
            folder.mkdir(parents=True, exist_ok=True)
            name = vendor.lower().replace(" ", "-")
            head = f"---\ntitle: {vendor} guide\naliases: []\nsources: [made up]\nlast_verified: 2026-11-22\n---\n\n"
            (folder / f"{name}.md").write_text(f"{head}# {vendor}\n\n" + "\n".join(parts), encoding="utf-8")

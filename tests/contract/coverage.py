"""What of ZoomInfo's data APIs is offered, computed from the code: each call, its client method, its tool.

The catalogues stand here, written down from ZoomInfo's specification and documentation and from the published quick
reference, so that a call that the code lacks is missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from sales_zoominfo.tools.registry import TOOLS
from sales_zoominfo.zoominfo.asks import ASKS
from sales_zoominfo.zoominfo.codec import rights_name
from sales_zoominfo.zoominfo.operations import OPERATIONS, OUT_OF_SCOPE, Generation, Operation
from sales_zoominfo.zoominfo.quick_reference import QUICK_ASKS
from sales_zoominfo.zoominfo.taxonomy import LOOKUPS

Language = Literal["en", "zh"]

GTM_DATA = """
POST /contacts/search
POST /companies/search
POST /intent/search
POST /news/search
POST /scoops/search
POST /contacts/enrich
POST /companies/enrich
POST /companies/corporate-hierarchy/enrich
POST /intent/enrich
POST /news/enrich
POST /companies/org-chart/enrich
POST /scoops/enrich
POST /companies/technologies/enrich
POST /companies/hashtags/enrich
GET /lookup/{fieldName}
GET /lookup/search
GET /lookup/enrich
GET /users/usage
"""
COPILOT = """
GET /companies/{companyId}/account-summary
POST /companies/{companyId}/account-summary/actions/ask
POST /companies/insights
GET /companies/lookalikes
GET /contacts/recommendations
GET /contacts/lookalikes
GET /customer-buyer-personas
GET /customer-buyer-personas/{buyerPersonaId}
GET /customer-competitors
GET /customer-competitors/{competitorId}
GET /ideal-company-profile
GET /ideal-company-profile/{segmentId}
GET /customer-settings
GET /products
GET /products/{offeringId}
"""
ENTERPRISE = """
POST /authenticate
POST /search/contact
POST /search/company
POST /search/scoop
POST /search/news
POST /search/intent
POST /enrich/contact
POST /enrich/company
POST /enrich/company-master
POST /enrich/orgchart
POST /enrich/corporatehierarchy
POST /enrich/location
POST /enrich/tech
POST /enrich/hashtag
POST /enrich/intent
POST /enrich/news
POST /enrich/scoop
POST /enrich/ip
POST /compliance
GET /lookup/usage
"""
SCALING = """
POST /bulk/search/contact
POST /bulk/search/company
POST /bulk/enrich/contact
POST /bulk/enrich/company
POST /bulk/job/status
POST /bulk/job/results
POST /webhooks
GET /webhooks
GET /webhooks/{id}
PUT /webhooks/{id}
DELETE /webhooks/{id}
POST /webhooks/validate
POST /webhooks/{id}/token
GET /webhooks/subscriptiontypes
"""
LISTS = """
companyranking continent country state department employeecount siccode naicscode industry jobtitlehierarchy
jobfunction metroarea revenuerange scooptopic scooptype scoopdepartment companytype boardMember managementLevel
subunittypes tech/category tech/vendor tech/product tech-skills hashtag intent/topics news/categories
employee-category-band revenue-category-band years-of-experience hierarchy-code buyinggroups
"""
# Whose fields the Enterprise API lists, by direction and use.
FIELDS = {
    ("input", "search"): "contact company scoop news intent",
    ("output", "search"): "contact company scoop news intent",
    ("input", "enrich"): "contact company company-master orgchart corporatehierarchy location tech hashtag intent news "
    "scoop ip compliance",
    ("output", "enrich"): "contact company company-master orgchart corporatehierarchy location intent news scoop ip "
    "compliance",
}
QUICK = """
POST /authenticate
POST /search/contact
POST /search/company
POST /enrich/contact
POST /enrich/company
POST /enrich/intent
GET /lookup/contact/{personId}
GET /lookup/company/{companyId}
POST /bulk/enrich
GET /usage
POST /websights/search
POST /compliance/optout
"""

# The client's methods of what has no builder.
METHODS = {
    "authenticate": "authenticate",
    **{f"search_{name}": "search" for name in ("contacts", "companies", "intent", "scoops", "news")},
    "enrich_contacts": "enrich",
    "enrich_companies": "enrich",
    "get_contact": "get",
    "get_company": "get",
    "usage": "usage",
    "lookup": "lookup",
    "search_fields": "field_rights",
    "enrich_fields": "field_rights",
    "check_compliance": "compliance",
}
# One entry of a list is read by the list's builder.
ONES = {
    "buyer_persona": "buyer_personas",
    "competitor": "competitors",
    "ideal_company_segment": "ideal_company_profile",
    "product": "products",
}
# Why an operation has no tool of its own.
NO_TOOL: dict[str, tuple[str, str]] = {
    "authenticate": ("none: done by itself", "无：自动完成"),
    **dict.fromkeys(
        (
            "bulk_search_contacts",
            "bulk_search_companies",
            "bulk_enrich_contacts",
            "bulk_enrich_companies",
            "bulk_job_status",
            "bulk_job_results",
        ),
        ("none: own jobs", "无：用本服务的任务"),
    ),
    "company_master": ("none: `enrich_companies`", "无：用 `enrich_companies`"),
    "company_insights": ("none: client alone", "无：只在客户端"),
    "ask_account_summary": ("none: AI credits", "无：耗 AI 积分"),
    "change_opt_out": ("none: own list", "无：用自己的名单"),
}


class Call(NamedTuple):
    """One row of a catalogue.

    Attributes:
        method, path: as the service has it.
        operations: what of ours asks for it, none where it is out of scope.
        reason: the key of why not, in ``OUT_OF_SCOPE``.
    """

    method: str
    path: str
    operations: tuple[Operation, ...]
    reason: str | None = None


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def _find(method: str, path: str, generation: Generation | None) -> Call:
    found: list[Operation] = []
    for operation in OPERATIONS.values():
        if generation is None:
            if operation.quick_reference == f"{method} {path}":
                found.append(operation)
            continue
        route = operation.route(generation)
        if route is not None and (route.method, _shape(route.path)) == (method, _shape(path)):
            found.append(operation)
    return Call(method, path, tuple(found), None if found else excluded(method, path))


def excluded(method: str, path: str) -> str | None:
    """The entry of ``OUT_OF_SCOPE`` that a call falls under."""
    for name, entry in OUT_OF_SCOPE.items():
        for call in entry.calls:
            verb, _, pattern = call.partition(" ")
            wanted = "".join(".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", _shape(pattern)))
            if verb in ("*", method) and re.fullmatch(wanted, _shape(path)):
                return name
    return None


def _calls(text: str, prefix: str, generation: Generation | None) -> list[Call]:
    pairs = [line.split(" ") for line in text.strip().splitlines()]
    return [_find(method, prefix + path, generation) for method, path in pairs]


def lists() -> list[Call]:
    """The Enterprise API's lists of legal values."""
    served = set(LOOKUPS.values())
    found: list[Call] = []
    for name in LISTS.split():
        path = f"/lookup/{name}"
        here = (OPERATIONS["lookup"],) if name in served else ()
        found.append(Call("GET", path, here, None if here else excluded("GET", path)))
    return found


def field_lists() -> Iterator[tuple[str, str, Call]]:
    """The Enterprise API's lists of fields, each with its direction and its use."""
    subjects = (
        "contact company intent scoop news technology hashtag org_chart corporate_hierarchy company_master location ip "
        "compliance"
    )
    for (direction, use), names in FIELDS.items():
        served = {
            rights_name(
                subject,
                "search" if use == "search" else "enrich",
                "input" if direction == "input" else "output",
                "enterprise",
            )
            for subject in subjects.split()
        }
        operation = OPERATIONS["search_fields" if use == "search" else "enrich_fields"]
        for name in names.split():
            yield (
                direction,
                use,
                Call("GET", f"/lookup/{direction}fields/{name}/{use}", (operation,) if name in served else ()),
            )


def catalogues() -> dict[str, list[Call]]:
    """Every catalogue by its key."""
    return {
        "gtm": [*_calls("POST /gtm/oauth/v1/token", "", "gtm"), *_calls(GTM_DATA, "/gtm/data/v1", "gtm")],
        "copilot": _calls(COPILOT, "/gtm/copilot/v1", "gtm"),
        "enterprise": _calls(ENTERPRISE, "", "enterprise"),
        "scaling": _calls(SCALING, "", "enterprise"),
        "lists": lists(),
        "fields": [call for _, _, call in field_lists()],
        "quick": _calls(QUICK, "", None),
    }


def asked_by(operation: Operation) -> str | None:
    """The client's method or builder that asks for an operation."""
    if operation.name in METHODS:
        return METHODS[operation.name]
    name = ONES.get(operation.name, operation.name)
    return f"prepare: {name}" if name in ASKS or name in QUICK_ASKS else None


def tools_of(operation: Operation) -> list[str]:
    """The tools that ask for an operation."""
    name = ONES.get(operation.name, operation.name)
    return [tool.name for tool in TOOLS.values() if {operation.name, name} & set(tool.operations)]


# --- the page --------------------------------------------------------------------------------------------------

_TITLES = {
    "how": ("API coverage: how to read it", "API 覆盖：读法"),
    "gtm": ("GTM Data API calls", "GTM Data API 调用"),
    "copilot": ("GTM Copilot reads", "GTM Copilot 读取类调用"),
    "enterprise": ("Enterprise search, enrich and compliance calls", "Enterprise 搜索、补全与合规调用"),
    "scaling": ("Enterprise bulk and webhook calls", "Enterprise 批量与 webhook 调用"),
    "lists": ("Enterprise lookups", "Enterprise 查找表"),
    "fields": ("Enterprise field lists", "Enterprise 字段清单"),
    "quick": ("Quick-reference calls", "速查表调用"),
    "not": ("Calls not offered", "不提供的调用"),
}
_ALONE = (
    "Three calls have a client method and no tool: the company master is a data warehouse's view of what "
    "`enrich_companies` answers, insights are read by programs, and a question on an account spends AI action credits, "
    "which no budget here counts.",
    "有三个调用只有客户端方法，没有工具：公司主数据是给数据仓库用的，内容 `enrich_companies` 也能给；洞察供程序读取；"
    "就客户提问要花 AI 动作积分，本服务的预算不计这种积分。",
)
_LEADS = {
    "how": (
        "Every call of ZoomInfo's data APIs, and what of this server asks for it. The tables are written from the "
        "code, and a test fails when a call is missing.\n\n"
        "- **Client**: the method of the Python client, or `prepare: NAME` for an operation with a builder.\n"
        "- **Sandbox**: whether the built-in sandbox serves the call.\n"
        "- **Tool**: the MCP tool that uses it, two at most; *none* tells why there is none.\n"
        "- With both APIs configured, GTM is used where both have a call.",
        "ZoomInfo 数据 API 的每个调用，以及本服务用什么去调。这些表由代码生成，漏掉任何一个调用，测试就会失败。\n\n"
        "- **客户端**：Python 客户端的方法；写成 `prepare: 名称` 的，由同名构造函数准备请求。\n"
        "- **沙箱**：内置沙箱是否提供这个调用。\n"
        "- **工具**：使用它的 MCP 工具，最多列两个；写“无”的附有原因。\n"
        "- 两代 API 都配置时，两边都有的调用走 GTM。",
    ),
    "gtm": (
        "Search, enrich, lookups and usage of the GTM API. Paths follow `/gtm/data/v1`, but for the sign-in.",
        "GTM API 的搜索、补全、查找表与用量。除登录外，路径都接在 `/gtm/data/v1` 之后。",
    ),
    "copilot": (
        "Similar companies and people, recommendations, insights, account summaries and the account's own GTM context. "
        "Paths follow `/gtm/copilot/v1`; the Enterprise API has none of them.",
        "相似公司与联系人、推荐、洞察、客户摘要，以及账户自己的 GTM 背景资料。路径接在 `/gtm/copilot/v1` 之后；"
        "Enterprise API 一个也没有。",
    ),
    "enterprise": (
        "The Enterprise API's calls about people and companies, its sign-in and its usage.",
        "Enterprise API 里关于联系人和公司的调用，以及登录和用量。",
    ),
    "scaling": (
        "Bulk jobs on ZoomInfo's side and webhooks, of the Enterprise API's Scaling bundle. Bulk jobs have no tool, "
        "because this server's [own jobs](enriching-files.md#what-a-file-job-does) do the same on both generations and "
        "keep account of each credit.",
        "ZoomInfo 一侧的批量任务与 webhook，属于 Enterprise API 的 Scaling 套餐。批量任务没有工具，"
        "因为本服务[自己的任务](enriching-files.md#what-a-file-job-does)在两代 API 上都做同样的事，"
        "而且每个积分都记账。",
    ),
    "lists": (
        "Lists of legal values, read by `lookup` under the GTM API's names; paths follow `/lookup`.",
        "合法取值的清单，用 `lookup` 按 GTM API 的名称读取；路径接在 `/lookup` 之后。",
    ),
    "fields": (
        "Which fields an account may use, by entity. The client's `field_rights` reads each list; paths are "
        "`/lookup/inputfields/ENTITY/USE` and `/lookup/outputfields/ENTITY/USE`. `lookup` shows them as `granted`.",
        "账户可以用哪些字段，按实体列出。客户端的 `field_rights` 读取每份清单；路径是 "
        "`/lookup/inputfields/实体/用途` 和 `/lookup/outputfields/实体/用途`。`lookup` 以 `granted` 显示权限。",
    ),
    "quick": (
        "The published quick reference names twelve calls. ZoomInfo serves half of them; the others are used with "
        "`ZOOMINFO_PATHS=quick-reference` alone, for gateways that serve them, and are published, not attested.",
        "公开的速查表列出十二个调用，ZoomInfo 实际提供其中一半；其余的只在 `ZOOMINFO_PATHS=quick-reference` 时使用，"
        "供按速查表提供路径的网关，属于公开资料所载，未经证实。",
    ),
    "not": (
        "What this server leaves out on purpose, and why. A call that asks for one is answered with `NOT_AVAILABLE`. "
        f"{_ALONE[0]}",
        f"本服务有意不提供的调用和原因。请求这些调用会得到 `NOT_AVAILABLE`。{_ALONE[1]}",
    ),
}
_HEADS = ("| Call | Client | Sandbox | Tool |", "| 调用 | 客户端 | 沙箱 | 工具 |")
_NOT_ZH: dict[str, tuple[str, str]] = {
    "studio": ("GTM Studio", "在 ZoomInfo 应用里建受众，不向外交付数据"),
    "marketing": ("Marketing API", "向广告受众上传人员，不向外交付数据"),
    "platform": ("Platform API", "写入账户自己的记录和工作流"),
    "agent": ("Agent API", "运行 ZoomInfo 自己的智能体，另耗它们的积分"),
    "configure_buyer_personas": ("写入买家画像", "会改动全团队 Copilot 的依据，应由管理员在 ZoomInfo 应用里做"),
    "configure_competitors": ("写入竞争对手", "同上"),
    "configure_ideal_company_profile": ("写入理想客户画像", "同上"),
    "configure_products": ("写入产品", "同上"),
    "configure_customer_settings": ("写入客户设置", "同上"),
    "bands": ("区间与层级代码清单", "没有筛选条件用得到这些取值"),
    "change_opt_out": (
        "在 ZoomInfo 登记退出",
        "ZoomInfo 没有这个调用，只有 `ZOOMINFO_PATHS=quick-reference` 所用的公开路径",
    ),
}


def page(language: Language, last_verified: str, served: frozenset[tuple[str, str, str]]) -> str:
    """The reference file.

    Args:
        language: which version.
        last_verified: YYYY-MM-DD.
        served: catalogue, method and path of each call that the sandbox serves.
    """
    at = 0 if language == "en" else 1
    front = (
        [
            "---",
            "title: API coverage",
            'aliases: ["supported endpoints", "which API calls are supported", "coverage table", '
            '"not available calls"]',
            'sources: ["ZoomInfo GTM specification", "ZoomInfo Enterprise API documentation", '
            '"Community quick reference for ZoomInfo"]',
            f"last_verified: {last_verified}",
            "---",
            "",
            "# API coverage",
        ],
        [
            "---",
            "title: API 覆盖范围",
            'aliases: ["支持哪些接口", "支持的 API 调用", "覆盖表", "不提供的调用"]',
            'sources: ["ZoomInfo GTM 规范", "ZoomInfo Enterprise API 文档", "ZoomInfo 社区速查表"]',
            f"last_verified: {last_verified}",
            "---",
            "",
            "# API 覆盖范围",
        ],
    )[at]
    lines = [*front, ""]
    lines += [*_heading("contents", ("Contents", "目录")[at], at), ""]
    lines += [f"- [{titles[at]}](#{slug(titles[0])})" for titles in _TITLES.values()]
    bodies: dict[str, list[str]] = {"how": [], "not": _not(at)}
    bodies |= {key: _table(key, calls, at, served) for key, calls in catalogues().items()}
    for key, titles in _TITLES.items():
        lines += ["", *_heading(slug(titles[0]), titles[at], at), "", _LEADS[key][at]]
        lines += ["", *bodies[key]] if bodies[key] else []
    return "\n".join(lines) + "\n"


def slug(heading: str) -> str:
    """The anchor of an English heading."""
    return "".join(letter for letter in heading.lower() if letter.isalnum() or letter in " -").replace(" ", "-")


def _heading(anchor: str, title: str, at: int) -> list[str]:
    return [*([f'<a id="{anchor}"></a>'] if at else []), f"## {title}"]


def _table(key: str, calls: list[Call], at: int, served: frozenset[tuple[str, str, str]]) -> list[str]:
    yes, no = (("yes", "no"), ("有", "无"))[at]
    if key == "fields":
        groups = [
            f"- {direction} · {use}: " + ", ".join(f"`{name}`" for name in names.split())
            for (direction, use), names in FIELDS.items()
        ]
        told = yes if all((key, call.method, call.path) in served for call in calls) else no
        return [*groups, "", (f"Sandbox: {told} for all.", f"沙箱：全部{told}。")[at]]
    if key == "lists":
        offered = [f"`{call.path.removeprefix('/lookup/')}`" for call in calls if call.operations]
        told = yes if all((key, call.method, call.path) in served for call in calls) else no
        left = [f"`{call.path.removeprefix('/lookup/')}`" for call in calls if not call.operations]
        return [
            ("- Offered: ", "- 提供：")[at] + ", ".join(offered),
            ("- Left out, since no filter takes their values: ", "- 不提供，因为没有筛选条件用得到：")[at]
            + ", ".join(left),
            (f"- Sandbox: {told} for all.", f"- 沙箱：全部{told}。")[at],
        ]
    rows: list[str] = []
    for call in calls:
        path = call.path.removeprefix("/gtm/data/v1").removeprefix("/gtm/copilot/v1")
        methods = [name for operation in call.operations if (name := asked_by(operation))]
        # The calls that do more than one of our operations name the first.
        client = methods[0] if methods else "–"
        told = yes if (key, call.method, call.path) in served else no
        rows.append(f"| `{call.method} {path}` | `{client}` | {told} | {_tool(call.operations, at)} |")
    return [_HEADS[at], "|---|---|---|---|", *rows]


def _tool(operations: tuple[Operation, ...] | list[Operation], at: int) -> str:
    own = {operation.name for operation in operations}
    names = list(dict.fromkeys(name for operation in operations for name in tools_of(operation)))
    if names:
        # The nearest two: what bears the operation's name, then what does little else.
        names.sort(key=lambda name: (name not in own, len(TOOLS[name].operations)))
        return ", ".join(f"`{name}`" for name in names[:2])
    reasons = [NO_TOOL[operation.name][at] for operation in operations if operation.name in NO_TOOL]
    return reasons[0] if reasons else "–"


def _not(at: int) -> list[str]:
    if at:
        return [f"- {title}：{reason}。" for title, reason in _NOT_ZH.values()]
    return [f"- {entry.title[:1].upper()}{entry.title[1:]}: {entry.reason}." for entry in OUT_OF_SCOPE.values()]

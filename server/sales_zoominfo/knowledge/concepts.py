"""Words that mean the same thing to people who ask about ZoomInfo, in English and Chinese.

One entry is one concept; an indented line continues the one above. English members are words, or two
neighbouring words, compared after stemming; Chinese members are compared as written. A passage and a question
that share a concept meet even when they share no word, at a lower weight than a word they do share.
"""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache
from typing import NamedTuple

from .text import pairs_in, stem

_TABLE = """
credit: credit, quota, allowance, balance, spend, spent, burn, consume, consumption, charge, charged, wallet,
    deduct, drain, waste, 积分, 点数, 额度, 余额, 消耗, 扣费, 扣减, 计费
price: price, cost, pricing, dollar, usd, expensive, pay, fee, cheap, quote, quotation, budget, money, paid, 价格,
    费用, 多少钱, 美元, 收费, 报价, 价钱, 花费, 付费, 成本, 花钱, 要钱, 掏钱, 购买, 另买, 贵
plan: plan, tier, edition, package, subscription, entitlement, license, licence, bundle, subscribe, elite, 套餐,
    订阅, 版本, 精英, 权限, 专业版, 高级版, 精英版, 方案
executive: executive, ceo, cfo, cto, cio, cmo, c-level, c-suite, chief, president, vp, 高管, 高层, 总裁, 总监, 领导
priority: priority, prioritize, rank, focus, 优先, 优先级
contract: contract, renewal, renew, term, agreement, 合同, 续约, 续费, 合约
seat: seat, user, licence, license, 席位, 账号, 账户, 用户
trial: trial, free trial, test account, pilot, evaluation, 试用
login: authenticate, authentication, login, sign-in, auth, credentials, token, jwt, bearer, password, username,
    认证, 登录, 登陆, 令牌, 鉴权, 凭证, 密码, 用户名
expire: expire, expiry, live, life, die, valid, expiration, lifetime, session, refresh, renew, duration, timeout,
    lasts, 过期, 失效, 有效期, 刷新, 到期, 多长时间, 多久
unauthorized: 401, unauthorized, unauthorised, 未授权
forbidden: 403, forbidden, permission, access denied, 禁止, 无权限, 没有权限, 权限不足
toofast: 429, throttle, throttling, rate limit, rate-limit, 限流, 速率, 频率, 限速
serverdown: 500, 502, 503, 504, outage, down, downtime, unavailable, unreachable, crash, 超时, 宕机, 不可用,
    服务器错误
network: network, proxy, firewall, dns, vpn, tls, ssl, connection, 网络, 代理, 防火墙, 连不上
key: pem, private key, pki, keypair, rsa, certificate, 私钥, 密钥, 证书
intent: intent, surge, in-market, buying signal, spike, researching, 意向, 激增, 采购信号, 购买信号
topic: topic, keyword, subject, 主题, 话题
strength: score, scoring, strength, strong, grade, threshold, baseline, 评分, 分数, 打分, 强度, 基线
scoop: scoop, insider, initiative, 情报
news: news, headline, press, article, funding, leadership change, 新闻, 资讯
signal: signal, trigger, event, reason, hook, 信号, 触发, 事件, 理由
visitor: visitor, websights, anonymous, de-anonymize, web traffic, ip address, website visit, landing, visited,
    browsing, 访客, 匿名, 网站访问, 来访, 访问者, 浏览
site: site, website, homepage, webpage, landing page, 官网, 网站, 网页, 主页, 页面
person: individual, person, people, human, 个人, 具体人, 人员, 哪个人, 谁
contact: contact, 联系人, 对接人
company: company, firm, organisation, organization, business, employer, corporation, 公司, 企业, 单位
small: small, tiny, smb, startup, 太小, 小公司, 小企业, 中小
lead: lead, prospect, 线索, 潜客, 潜在客户
search: search, find, lookup, prospecting, discover, locate, 搜索, 查找, 线索挖掘, 挖掘, 查询, 检索, 搜人
filter: filter, criteria, criterion, narrow, restrict, condition, segment, 筛选, 过滤, 条件
exclude: exclude, except, omit, ignore, skip, 排除, 除外, 去掉, 剔除
enrich: enrich, enrichment, append, fill, augment, complete, 补全, 填充, 丰富, 补齐, 完善
bulk: bulk, batch, mass, thousand, large, huge, async, asynchronous, csv, job, list upload, 批量, 大批, 异步, 大量,
    成批
file: file, csv, spreadsheet, excel, upload, import, 文件, 表格, 上传, 导入
limit: limit, maximum, max, cap, ceiling, quota, allow, highest, largest, restriction, 上限, 限制, 最多, 最大
minimum: minimum, min, least, lowest, 最少, 至少, 最低, 最小
page: page, paging, pagination, window, next page, offset, paginate, 分页, 翻页, 页码
window: window, truncated, cut, incomplete, 窗口, 截断
usage: usage, remaining, left, meter, consumed, consume, consumption, monitor, dashboard, 使用情况, 用量, 剩余, 还剩
header: header, 响应头, 请求头, 头部
response: response, body, payload, envelope, output, reply, 响应, 返回, 应答
request: request, call, invoke, query, 请求, 调用
optout: opt-out, do-not-contact, unsubscribe, gdpr, ccpa, privacy, compliance, suppression, remove, erase, erasure,
    delete, deletion, forget, suppress, consent, 退订, 隐私, 合规, 禁触, 删除, 退出, 个人信息
dnc: do-not-call, dnc, donotcall, 请勿致电, 拒接, 勿扰
phone: phone, dial, dialing, mobile, cell, telephone, number, call, direct dial, 电话, 手机, 直拨, 号码, 座机
email: email, e-mail, mail, inbox, address, 邮箱, 邮件, 电邮
title: title, role, position, job, seniority, level, management level, rank, 职位, 职级, 岗位, 头衔, 级别
department: department, function, team, division, 部门, 职能
dedupe: duplicate, dedupe, deduplicate, deduplication, dedup, merge, double, 去重, 重复, 合并, 查重
decay: decay, stale, outdated, obsolete, hygiene, clean, cleanup, freshness, rot, old data, 过期数据, 健康, 清理,
    数据质量, 过时, 陈旧, 失效率
jobchange: job change, moved, left, promotion, 跳槽, 离职, 换工作, 职位变动
normal: normalize, normalise, standardize, standardise, normalization, consistent, uniform, format, 标准化, 规范,
    统一
route: routing, route, assign, round-robin, territory, owner, distribute, allocation, 分配, 路由, 流转, 分派, 轮询,
    地域
workflow: workflow, automate, automation, orchestration, orchestrate, pipeline job, automatic, 工作流, 编排, 自动化,
    自动
sequence: sequence, cadence, engage, outbound, follow-up, outreach, multi-step, campaign, 序列, 触达, 外触, 节奏,
    跟进
template: template, personalization, personalisation, variable, merge field, 模板, 个性化, 变量
dialer: dialer, dialler, voicemail, power dialer, local presence, dialling, 拨号, 语音留言, 拨号器, 留言
chorus: chorus, transcript, transcription, recording, conversation intelligence, talk ratio, monologue, record,
    coaching, coach, transcribe, 对话智能, 录音, 转写, 辅导, 听说比, 通话
competitor: competitor, rival, competition, 竞争对手, 竞品
advertise: advertise, advertising, ads, ad, display, retarget, retargeting, campaign, programmatic, creative,
    banner, 广告, 投放, 重定向, 展示
audience: audience, segment, target list, 受众, 人群, 细分
form: form, formcomplete, form fill, shorten, autofill, prefill, field shorten, shorter, fewer field, 表单,
    表单缩短, 填表, 自动填充
chat: chat, chatbot, live chat, bot, conversation, 聊天, 机器人
meeting: meeting, book, calendar, demo, appointment, schedule, 会议, 预约, 约会议
copilot: copilot, ai, next-best-action, assistant, artificial, recommendation, 人工智能, 下一步最优
forecast: forecast, predict, prediction, at-risk, stalled, outcome, 预测, 风险商机
deal: deal, opportunity, pipeline, 商机, 销售管道, 管道, 单子
risk: risk, at-risk, stall, stalling, slip, slipping, stuck, delayed, 风险, 停滞, 卡住
brief: brief, research, talking point, prepare, briefing, summary, preparation, 简报, 调研, 准备, 要点, 摘要
orgchart: org chart, orgchart, reporting line, hierarchy, buying committee, decision maker, boss, stakeholder,
    champion, reporting structure, 组织架构, 决策人, 采购委员会, 汇报, 决策者, 负责人, 上级, 架构图
parent: parent, subsidiary, subsidiaries, family tree, ultimate, 母公司, 子公司, 集团
tech: technology, technographic, tech stack, techstack, software, installed, tool stack, tool, 技术栈, 技术, 软件,
    工具
industry: industry, sector, vertical, sic, naics, 行业
revenue: revenue, turnover, sales volume, 营收, 收入, 营业额
employee: employee, headcount, staff, company size, workforce, 员工, 人数, 规模
location: location, country, state, city, region, geography, metro, 位置, 国家, 地区, 城市
saved: saved search, saved, save, 保存搜索, 保存
alert: alert, notify, notification, digest, reminder, inform, 提醒, 通知, 告警, 摘要
crm: crm, salesforce, hubspot, dynamics, 客户关系
sync: sync, synchronise, synchronize, integration, integrate, connect, connector, native, push, two-way,
    bidirectional, 同步, 集成, 对接, 推送, 连接, 双向, 打通
export: export, download, extract, push, send, 导出, 下载, 推送
mapping: mapping, map, field mapping, overwrite, column, 映射, 覆盖
oauth: oauth, pkce, client credentials, client id, client secret, scope, 授权, 客户端凭证
gtm: gtm, jsonapi, vnd, current api, 新版, 新接口
legacy: legacy, enterprise api, old api, deprecated, old, older, previous, 旧版, 老接口, 旧接口
retire: deprecate, deprecated, sunset, shutdown, retire, discontinue, migrate, migration, 弃用, 停用, 下线, 迁移
webhook: webhook, callback, push notification, event, subscribe, call back, 回调
poll: poll, polling, progress, status, 轮询, 进度, 状态
endpoint: endpoint, url, path, route, method, 端点, 接口, 路径, 地址
domain: domain, website, web address, 域名, 网站, 网址
match: match, matching, identify, identifier, recognise, recognize, resolve, 匹配, 识别
nomatch: unmatched, nothing found, nomatch, 未匹配, 没匹配, 匹配不上, 找不到, 匹配不到
missing: missing, blank, empty, incomplete, null, gap, absent, partial, lack, 缺失, 为空, 不完整, 没有, 看不到,
    空的, 缺少
error: error, fail, failure, exception, broken, reject, refused, invalid, 错误, 报错, 失败, 出错, 异常, 被拒, 无效
install: install, npx, setup, 安装
skill: skill, sibling, 技能
coverage: coverage, accuracy, accurate, reliable, correctness, verified, quality, 覆盖, 准确, 可靠, 精度
waterfall: waterfall, fallback, second provider, vendor, provider, supplier, 瀑布, 供应商
icp: icp, ideal customer, target account, persona, 理想客户, 目标客户
role: rep, sdr, developer, engineer, admin, ops, manager, administrator, 管理员, 开发, 后台
attribution: attribution, measure, roi, progress, effect, effectiveness, lift, impact, 归因, 衡量, 效果, 成效
analytics: analytics, metric, statistics, stats, report, performance, dashboard, 分析, 指标, 报表, 统计, 仪表盘,
    表现
funding: funding, raised, investment, round, 融资
unknownfield: invalid field, wrong field, field name, disallowed, unknown field, typo, 字段名, 字段无效
field: field, attribute, property, column, parameter, argument, 字段, 属性, 参数
value: value, option, choice, enum, legal value, allowed value, 取值, 合法值, 枚举, 可选值
datatype: integer, string, text, boolean, data type, 类型, 字符串, 整数, 文本
unit: unit, thousand, million, billion, currency, 单位, 千美元, 百万
clock: epoch, unix, timestamp, clock, skew, drift, 时间戳, 时钟, 时间不准
mistake: mistake, pitfall, trap, gotcha, common error, 常见错误, 误区, 注意事项, 坑, 常犯
annual: year, yearly, annual, annually, 每年, 一年, 年费
hour: hour, hourly, minute, 60, 小时, 分钟
regular: monthly, weekly, quarterly, recurring, regularly, schedule, frequency, daily, interval, 每月, 每季度, 定期,
    频率, 每周, 每天
shorten: short, shorter, shorten, fewer, reduce, 缩短, 太长, 减少
vanish: vanish, disappear, lose, lost, drain, empty, exhausted, 用完, 耗尽, 用光, 不够
compare: difference, differ, compare, comparison, versus, vs, distinguish, 区别, 差异, 对比, 不同
cancel: cancel, stop, abort, halt, terminate, 取消, 终止
sort: sort, order, rank, ascending, descending, 排序, 排列
sandbox: sandbox, test environment, simulator, simulate, demo environment, staging, rehearse, playground, fictional,
    沙箱, 测试环境, 模拟
deliver: deliverability, spam, inbox, bounce, 送达, 垃圾邮件
example: example, sample, code, snippet, script, program, 示例, 例子, 代码, 样例
steps: playbook, how-to, guide, walkthrough, procedure, tutorial, 步骤, 操作指南, 流程, 教程, 指南
target: target account, account, customer, client, 客户
retry: retry, repeat, resend, backoff, idempotent, idempotency, 重试, 重发, 退避, 重复请求
similar: similar, lookalike, resemble, alike, comparable, 相似, 类似
recommend: recommend, recommended, suggest, suggestion, 推荐, 建议
popup: popup, pop-up, browser, blocker, dialog, 弹窗, 弹出, 弹不出, 浏览器, 窗口
identity: id, identifier, primary key, unique id, 标识, 标识符, 编号
bool: boolean, operator, 布尔, 运算符
hosted: mcp, hosted, agent, claude, 托管, 智能体
tenthousand: ten thousand, 10000, 10k, 一万
kilo: 1000, 1k, 一千
history: history, past, previous, former, formerly, 历史, 过往, 以前
microsoft: microsoft, 微软
linkedin: linkedin, 领英
facebook: facebook, 脸书
isp: isp, internet provider, home office, remote, residential, 运营商, 家庭网络
"""

# Other makers' products. A question that names one is about it, and only a passage that names it too can answer.
_FOREIGN = """
    6sense activecampaign aircall airtable amplemarket apollo asana bombora braze brevo calendly chatgpt chilipiper
    clari clay clearbit clickup cognism constantcontact crunchbase datanyze demandbase dialpad discoverorg docusign
    dropbox dropcontact eloqua figma findymail fivetran freshsales freshworks github gong hightouch hootsuite hotjar
    intercom iterable jira kaspr klaviyo klenty lead411 leadfeeder leadiq lemlist lusha mailchimp mailgun mailshake
    mixmax mixpanel netsuite notion okta openai oracle paypal persistiq pipefy powerbi quickbooks quickmail reachdesk
    ringcentral rocketreach rollworks salesintel seamlessai sendgrid sendoso servicenow shopify similarweb skype
    smartlead snovio snowflake stripe sugarcrm tableau tiktok trello twilio twitter uplead vidyard vtiger webex
    whatsapp woodpecker workato workday xactly youtube zendesk zoho zoom zuora
"""
_FOREIGN_CHINESE = """
    钉钉 企业微信 微信 飞书 腾讯会议 腾讯 阿里云 支付宝 淘宝 天眼查 企查查 启信宝 纷享销客 销售易 用友 金蝶 小红书
    抖音 微博
    百度 谷歌
"""

_PHRASE_SIZES = range(6, 0, -1)
Words = dict[str, tuple[str, ...]]


class Concepts(NamedTuple):
    """The tables, ready for use.

    Attributes:
        words: concepts of a single stem.
        pairs: concepts of two neighbouring stems.
        chinese: concepts of a Chinese phrase.
        members: the terms of each member of a concept; all of them together are the member.
        foreign: stems that name products of other makers.
        foreign_chinese: their Chinese names.
        spelling: the English words of the concepts as they are written.
    """

    words: Words
    pairs: dict[tuple[str, str], tuple[str, ...]]
    chinese: Words
    members: dict[str, list[tuple[str, ...]]]
    foreign: frozenset[str]
    foreign_chinese: frozenset[str]
    spelling: frozenset[str]


@cache
def concepts() -> Concepts:
    """The tables; built on first use."""
    words: Words = {}
    pairs: dict[tuple[str, str], tuple[str, ...]] = {}
    chinese: Words = {}
    members: dict[str, list[tuple[str, ...]]] = {}
    for line in re.sub(r"\n +", " ", _TABLE.strip()).splitlines():
        name, _, listed = line.partition(": ")
        name = "@" + name  # no term starts with this sign, so a concept never meets a word
        for member in listed.split(", "):
            if not member.isascii():
                chinese[member] = (*chinese.get(member, ()), name)
                members.setdefault(name, []).append(pairs_in(member))
                continue
            stems = tuple(stem(part.replace("-", "")) for part in member.split())  # "opt-out" is also one word
            members.setdefault(name, []).append(stems)
            if len(stems) == 2:
                first, second = stems
                if name not in pairs.get((first, second), ()):
                    pairs[first, second] = (*pairs.get((first, second), ()), name)
            elif name not in words.get(stems[0], ()):  # two members may share a stem
                words[stems[0]] = (*words.get(stems[0], ()), name)
    unique = {name: list(dict.fromkeys(found)) for name, found in members.items()}
    spelling = frozenset(re.findall("[a-z]{4,}", _TABLE))
    foreign = frozenset(map(stem, _FOREIGN.split()))
    return Concepts(words, pairs, chinese, unique, foreign, frozenset(_FOREIGN_CHINESE.split()), spelling)


def phrases_in(text: str, known: Container[str]) -> list[str]:
    """Known Chinese phrases written in a text, the longest at each place.

    Args:
        text: any text.
        known: the phrases, of up to six characters; a single one is not looked for at the very end of the text.

    Returns:
        Phrases in reading order, none overlapping another.
    """
    found: list[str] = []
    place = 0
    while place < len(text) - 1:
        for size in _PHRASE_SIZES:
            phrase = text[place : place + size]
            if phrase in known:
                found.append(phrase)
                place += len(phrase)
                break
        else:
            place += 1
    return found

"""Words that mean the same thing to people who ask about ZoomInfo, in English and Chinese.

One entry is one concept; an indented line continues the one above. English members are words, or two
neighbouring words, compared after stemming; Chinese members are compared as written. A passage and a question
that share a concept meet even when they share no word, at a lower weight than a word they do share.
"""

from __future__ import annotations

import re
from functools import cache

from .text import stem

_TABLE = """
credit: credit, quota, allowance, balance, spend, spent, burn, consume, consumption, charge, charged, wallet,
    deduct, 积分, 点数, 额度, 余额, 消耗
price: price, cost, pricing, dollar, usd, expensive, pay, fee, 价格, 费用, 多少钱, 美元, 收费
plan: plan, tier, edition, package, subscription, entitlement, license, contract, subscribe, elite, 套餐, 订阅,
    版本, 精英, 权限
login: authenticate, authentication, login, auth, credentials, token, jwt, bearer, 认证, 登录, 令牌, 鉴权, 凭证
expire: expire, expiry, live, life, die, valid, expiration, lifetime, session, refresh, renew, 过期, 失效,
    有效期, 刷新
unauthorized: 401, unauthorized, unauthorised, 未授权
forbidden: 403, forbidden, permission, access denied, 禁止, 无权限
toofast: 429, throttle, throttling, rate limit, rate-limit, 限流, 速率, 频率, 限速
key: pem, private key, pki, keypair, rsa, certificate, 私钥, 密钥
intent: intent, surge, in-market, buying signal, spike, researching, 意向, 激增, 采购信号
topic: topic, keyword, 主题, 话题
scoop: scoop, insider, initiative, 情报
news: news, headline, press, article, funding, leadership change, 新闻
visitor: visitor, websights, anonymous, de-anonymize, web traffic, ip address, website visit, landing, 访客,
    匿名, 网站访问
person: individual, person, people, human, 个人, 具体人
search: search, find, lookup, prospect, prospecting, discover, 搜索, 查找, 线索挖掘, 挖掘, 查询
enrich: enrich, enrichment, append, fill, augment, complete, 补全, 填充, 丰富
bulk: bulk, batch, mass, thousand, large, huge, async, asynchronous, csv, job, list upload, upload, 批量, 大批,
    异步, 大量
limit: limit, maximum, max, cap, ceiling, quota, allow, highest, largest, count, 上限, 限制, 最多
page: page, paging, pagination, window, next page, offset, 分页, 翻页, 页码
usage: usage, remaining, left, meter, consumed, consume, consumption, monitor, dashboard, 使用情况, 用量, 剩余
header: header, 响应头, 请求头
optout: opt-out, do-not-contact, unsubscribe, gdpr, ccpa, privacy, compliance, suppression, remove, erase,
    erasure, delete, deletion, forget, suppress, 退订, 隐私, 合规, 禁触, 删除, 退出
dnc: do-not-call, dnc, donotcall, 请勿致电, 拒接
phone: phone, dial, dialing, mobile, cell, telephone, number, call, 电话, 手机, 直拨
email: email, e-mail, mail, inbox, 邮箱, 邮件
title: title, role, position, job, seniority, level, management level, 职位, 职级, 岗位
department: department, function, team, 部门
dedupe: duplicate, dedupe, deduplicate, deduplication, dedup, merge, double, 去重, 重复, 合并
decay: decay, stale, outdated, obsolete, hygiene, clean, cleanup, freshness, rot, 过期数据, 健康, 清理, 数据质量
normal: normalize, normalise, standardize, standardise, normalization, consistent, 标准化, 规范
route: routing, route, assign, round-robin, territory, 分配, 路由, 流转
workflow: workflow, automate, automation, orchestration, orchestrate, pipeline job, 工作流, 编排, 自动化
sequence: sequence, cadence, engage, outbound, follow-up, outreach, multi-step, 序列, 触达, 外触, 节奏
dialer: dialer, dialler, voicemail, power dialer, local presence, 拨号, 语音留言
chorus: chorus, transcript, transcription, recording, conversation intelligence, talk ratio, monologue,
    coaching, coach, 对话智能, 录音, 转写, 辅导
advertise: advertise, advertising, ads, ad, display, retarget, retargeting, campaign, audience, programmatic,
    广告, 投放, 重定向, 受众
form: form, formcomplete, form fill, shorten, autofill, prefill, field shorten, shorter, fewer field, 表单,
    表单缩短
chat: chat, chatbot, live chat, bot, 聊天, 机器人
meeting: meeting, book, calendar, demo, appointment, 会议, 预约
copilot: copilot, ai, next-best-action, assistant, artificial, 人工智能, 下一步最优
forecast: forecast, predict, prediction, at-risk, stalled, 预测, 风险商机
brief: brief, research, talking point, prepare, 简报, 调研, 准备
orgchart: org chart, orgchart, reporting line, hierarchy, buying committee, decision maker, boss,
    reporting structure, 组织架构, 决策人, 采购委员会
parent: parent, subsidiary, subsidiaries, family tree, ultimate, 母公司, 子公司
tech: technology, technographic, tech stack, techstack, software, installed, tool stack, 技术栈, 技术
industry: industry, sector, vertical, sic, naics, 行业
revenue: revenue, turnover, sales volume, 营收, 收入
employee: employee, headcount, staff, company size, 员工, 人数, 规模
location: location, country, state, city, region, geography, metro, 位置, 国家, 地区
saved: saved search, saved, alert, notify, notification, digest, 保存搜索, 提醒, 通知
crm: crm, salesforce, hubspot, dynamics, 客户关系
sync: sync, synchronise, synchronize, integration, integrate, connect, connector, native, push, export, 同步,
    集成, 对接, 导出, 推送
mapping: mapping, map, field mapping, overwrite, 映射, 字段
oauth: oauth, pkce, client credentials, client id, client secret, scope, 授权
gtm: gtm, jsonapi, vnd, current api, 新版
legacy: legacy, enterprise api, old api, deprecated, old, older, previous, 旧版
webhook: webhook, callback, push notification, event, subscribe, 回调
endpoint: endpoint, url, path, route, method, 端点, 接口, 路径
domain: domain, website, web address, 域名, 网站
match: match, matching, identify, identifier, recognise, recognize, resolve, 匹配, 识别
missing: missing, blank, empty, incomplete, null, gap, absent, partial, lack, 缺失, 为空, 不完整, 没有, 看不到
error: error, fail, failure, exception, broken, reject, 错误, 报错, 失败
install: install, npx, setup, 安装
skill: skill, sibling, 技能
coverage: coverage, accuracy, verified, quality, 覆盖, 准确
waterfall: waterfall, apollo, lusha, fallback, second provider, 瀑布
icp: icp, ideal customer, target account, persona, 理想客户
role: rep, sdr, developer, engineer, admin, ops, manager, 管理员, 开发
score: score, scoring, strength, grade, 评分, 分数
attribution: attribution, measure, roi, progress, 归因, 衡量
funding: funding, raised, investment, round, 融资
unknownfield: invalid field, wrong field, field name, disallowed, unknown field, typo, 字段名
annual: year, yearly, annual, annually, 每年, 一年
hour: hour, hourly, minute, 60, 小时, 分钟
shorten: short, shorter, shorten, fewer, reduce, 缩短
vanish: vanish, disappear, lose, lost, drain, empty
compare: difference, differ, compare, comparison, versus, vs, side, 区别, 差异, 对比
cancel: stop, abort, halt, end
sort: sort, order, rank, ascending, descending, 排序
sandbox: sandbox, test environment, simulator, simulate, demo environment, staging, rehearse, 沙箱, 测试环境
transcript: transcript, transcribe, record, recording, 录音, 转写
deliver: deliverability, spam, inbox, bounce, 送达
webform: web, site, website, online, 网站
example: example, sample, code, snippet, 示例
target: target account, account, customer, client, 客户
"""

Words = dict[str, tuple[str, ...]]
Pairs = dict[str, dict[str, tuple[str, ...]]]


@cache
def _tables() -> tuple[Words, Pairs, Words, re.Pattern[str]]:
    """Single stems, pairs of stems, Chinese phrases and the pattern that finds them; built on first use."""
    words: Words = {}
    pairs: Pairs = {}
    chinese: Words = {}
    for line in re.sub(r"\n +", " ", _TABLE.strip()).splitlines():
        name, _, members = line.partition(": ")
        concept = ("@" + name,)  # no term starts with this sign, so a concept never meets a word
        for member in members.split(", "):
            stems = [stem(part.replace("-", "")) for part in member.split()]  # "opt-out" is also one word in a text
            if not member.isascii():
                chinese[member] = chinese.get(member, ()) + concept
            elif len(stems) == 1:
                if concept[0] not in words.get(stems[0], ()):  # two members may share a stem
                    words[stems[0]] = words.get(stems[0], ()) + concept
            else:
                seconds = pairs.setdefault(stems[0], {})
                if concept[0] not in seconds.get(stems[1], ()):
                    seconds[stems[1]] = seconds.get(stems[1], ()) + concept
    pattern = re.compile("|".join(sorted(map(re.escape, chinese), key=len, reverse=True)))
    return words, pairs, chinese, pattern


def english_concepts() -> tuple[Words, Pairs]:
    """Stem to its concepts, and first stem to second stem to the concepts of the two together."""
    return _tables()[:2]


def chinese_concepts(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The concept phrases written in a Chinese text.

    Args:
        text: any text.

    Returns:
        Each phrase found, in reading order, with its concepts.
    """
    phrases, pattern = _tables()[2:]
    return [(found, phrases[found]) for found in pattern.findall(text)]

"""Descriptions of signal fields for their reference file: Chinese ones, and English ones of the row fields.

Only :mod:`.signal_docs` reads them.
"""

from __future__ import annotations

from .operations import Signal

# Chinese descriptions of the filters that only signals have, or that mean another thing there.
SIGNALS_ZH: dict[Signal, dict[str, str]] = {
    "intent": {
        "topics": "账号已订阅的意向主题，必填，1 至 50 个。",
        "signalScoreMin": "信号分下限，60–100。",
        "signalScoreMax": "信号分上限，60–100。",
        "audienceStrengthMin": "受众强度下限：E 最小，A 最大。",
        "audienceStrengthMax": "受众强度上限：E 最小，A 最大。",
        "signalStartDate": "信号日期不早于该日。",
        "signalEndDate": "信号日期不晚于该日。",
        "findRecommendedContacts": "设为 false 时不返回建议联系人，速度更快。",
    },
    "scoop": {
        "scoopTopic": "主题，名称或 ID 均可。",
        "scoopType": "事件类型，名称或 ID 均可。",
        "department": "涉及的部门，名称或 ID；编号与联系人的部门不同。每次一个。",
        "description": "Scoop 正文中的词。",
        "scoopId": "Scoop 在 ZoomInfo 的编号，可填多个。",
        "publishedStartDate": "发布日期不早于该日。",
        "publishedEndDate": "发布日期不晚于该日。",
        "updatedSinceCreation": "只要在 `publishedStartDate` 之后更新过的 Scoop。",
    },
    "news": {
        "categories": "新闻类别，例如 FUNDING。",
        "url": "文章网址中的一段，至少 5 个字符。",
        "pageDateMin": "发布日期不早于该日。",
        "pageDateMax": "发布日期不晚于该日。",
    },
}

# What row fields hold, English and Chinese. The English row adds the table's own unit and trap.
ROWS_TEXT: dict[Signal, dict[str, tuple[str, str]]] = {
    "intent": {
        "id": (
            "GTM search: a hash, the company's id and the day; GTM enrich: the company's id; Enterprise: a UUID",
            "GTM 搜索由摘要、公司 ID 和日期拼成，GTM 补全是公司 ID，Enterprise 是 UUID",
        ),
        "companyId": ("id of the company that does the research", "发出信号的公司 ID"),
        "topic": ("the topic, by its name; topics have no ids", "意向主题的名称；主题没有 ID"),
        "category": ("group of topics, such as Cloud", "主题所属类别，例如 Cloud"),
        "audienceStrength": ("how many people there do the research:", "参与研究的人数规模，A 最大，E 最小"),
        "companyName": ("name of the company", "公司名称"),
        "companyWebsite": ("website of the company", "公司网站"),
        "signalScore": ("research now against the company's own baseline,", "研究热度相对该公司自身基线的得分，60–100"),
        "spikesInDateRange": ("how many signals the dates hold", "所选日期内的信号个数"),
        "trend": ("how the score moves, a whole number", "得分的变化趋势，整数"),
        "newSignal": ("the signal is new", "是否为新信号"),
        "companyHasOtherTopicConsumption": ("the company researches other topics too", "该公司是否也在研究其他主题"),
        "signalDate": ("day of the signal", "信号日期"),
        "recommendedContacts": (
            "people to talk to: id, name, title, function; no e-mails",
            "建议联系的人：ID、姓名、职位、职能，不含邮箱",
        ),
        "topSignalLocations": (
            "city, state and country of the research, enrich only:",
            "研究发生的城市、州、国家，最多 3 处，只在补全结果里",
        ),
    },
    "scoop": {
        "id": ("ZoomInfo scoop id, for `scoopId`", "ZoomInfo Scoop ID，可填进 `scoopId`"),
        "companyId": ("id of the company", "公司 ID"),
        "description": ("what happens, in a sentence or two", "事件内容，一两句话"),
        "linkText": ("words of the link", "链接文字"),
        "link": ("URL of the source", "来源网址"),
        "updateText": ("what was added later", "后来补充的内容"),
        "companyName": ("name of the company", "公司名称"),
        "publishedDate": ("when it was published or last updated", "发布或最近更新的时间"),
        "originalPublishedDate": ("when it was first published", "首次发布的时间"),
        "topics": ("id and name of each topic, under `id` and `topic`", "各主题的 `id` 与 `topic`（名称）"),
        "types": ("id and name of each kind, under `id` and `type`", "各事件类型的 `id` 与 `type`（名称）"),
        "contacts": ("people whom it is about: id, name, title", "涉及的人：ID、姓名、职位"),
    },
    "news": {
        "id": ("id of the row; no filter takes it", "行的 ID，不能用来筛选"),
        "companyId": ("id of the company, when the article is about one", "公司 ID，文章只涉及一家时才有"),
        "title": ("headline", "标题"),
        "url": ("address of the article", "文章网址"),
        "domain": ("website that published it", "发布文章的网站"),
        "description": ("beginning of the article; an Enterprise search lacks it", "文章摘要；Enterprise 搜索不返回"),
        "imageUrl": ("address of a picture", "图片网址"),
        "companyName": ("name of the company, likewise", "公司名称，条件同上"),
        "pageDate": ("when it was published", "发布时间"),
        "categories": ("such as FUNDING or PERSON", "类别，例如 FUNDING、PERSON"),
        "companies": (
            "id and name of each company,",
            "各公司的 ID 与名称；涉及多家时代替 `companyId` 和 `companyName`",
        ),
    },
}

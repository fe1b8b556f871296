"""Sizes in Chinese, rewritten in the words that :mod:`.bands` reads: "50人以上", "5000万美元", "100到500人"."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

_SCALES = {
    "百": 2,
    "千": 3,
    "万": 4,
    "十万": 5,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "十亿": 9,
    "百亿": 10,
    "千亿": 11,
    "万亿": 12,
}
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_DASH = r"\s*(?:到|至|[-–—~])\s*"
# "1000到5000万" shares its scale.
_PAIR = re.compile(rf"([0-9.,]+)({_DASH})([0-9.,]+)\s*({_SCALE})")
_FIGURE = re.compile(rf"([0-9]+(?:,[0-9]{{3}})*(?:\.[0-9]+)?)\s*({_SCALE})")
# Longer words before those that they hold.
_WORDS = {
    "大于等于": "least", "小于等于": "most", "不少于": "least", "不低于": "least", "至少": "least", "最少": "least",
    "不超过": "most", "不高于": "most", "至多": "most", "最多": "most", "超过": "over", "大于": "over", "高于": "over",
    "多于": "over", "少于": "under", "小于": "under", "低于": "under", "不到": "under", "不足": "under",
    "及以上": "+", "以上": "+", "及以下": "less", "以下": "less", "以内": "less", "之间": "", "介于": "",
    "美元": "usd", "美金": "usd", "人民币": "rmb", "欧元": "eur", "英镑": "gbp", "日元": "yen", "港元": "hkd",
    "港币": "hkd", "元": "rmb", "名员工": "people", "员工": "people", "人": "people", "名": "people",
    "年营收": "revenue", "年收入": "revenue", "营收": "revenue", "收入": "revenue", "到": "-", "至": "-", "~": "-",
}  # fmt: skip


def in_english(text: str) -> str:
    """A size with its Chinese words as English ones; other texts as they are.

    Args:
        text: what somebody wrote.
    """
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text)
    plain = _PAIR.sub(r"\1\4\2\3\4", plain)
    plain = _FIGURE.sub(_scaled, plain)
    for said, meant in _WORDS.items():
        plain = plain.replace(said, f" {meant} ")
    return plain


def _scaled(found: re.Match[str]) -> str:
    figure, places = Decimal(found[1].replace(",", "")), _SCALES[found[2]]
    if places < 3:
        return format(figure.scaleb(places), "f")
    return format(figure.scaleb(places - 3), "f") + "k"

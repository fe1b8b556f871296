"""A browser for tests: opens an address of the sandbox, answers its form, and goes where it is sent.

Arguments: what to do (approve or cancel), a file for what it saw, the address.
"""

from __future__ import annotations

import html
import json
import re
import sys
from pathlib import Path
from urllib.parse import urljoin

import httpx2


def form_of(page: str) -> dict[str, str]:
    """The hidden fields, and the first of each choice."""
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)">(.*?)</select>', page, re.DOTALL):
        fields[name] = re.findall(r'value="([^"]*)"', options)[0]
    return {name: html.unescape(value) for name, value in fields.items()}


def click(url: str, decision: str) -> list[tuple[str, int, str, dict[str, str]]]:
    """Open, decide, follow; each address with its status, text and headers."""
    seen: list[tuple[str, int, str, dict[str, str]]] = []
    with httpx2.Client(timeout=60) as client:
        opened = client.get(url)
        seen.append((url, opened.status_code, opened.text, dict(opened.headers)))
        action = re.findall(r'<form method="post" action="([^"]+)"', opened.text)
        answer = client.post(urljoin(url, action[0]), data={**form_of(opened.text), "decision": decision})
        while True:
            seen.append((str(answer.url), answer.status_code, answer.text, dict(answer.headers)))
            if answer.next_request is None:
                return seen
            answer = client.send(answer.next_request)


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(click(sys.argv[3], sys.argv[1])))

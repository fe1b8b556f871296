"""Two models that follow a plan, behind the HTTP interfaces that Claude Code and Codex speak.

Neither thinks: what they prove is what the client handed to a model and what it did with the model's tool calls.
The step of a plan is the number of tool results in the request, so a model keeps no state, and a repeated request is
answered alike.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, cast

# A source as our server writes it.
CITATION = re.compile(r"references/[\w./-]+\.md#[\w-]+")


@dataclass(frozen=True)
class Use:
    """A step: use a tool."""

    tool: str
    arguments: dict[str, Any]
    namespace: str | None = None


@dataclass(frozen=True)
class Answer:
    """A step: answer with the first source in the last tool result, or say that there is none."""

    def text(self, result: str) -> str:
        found = CITATION.search(result)
        return f"See {found[0]}." if found else "No source reached me."


Step = Use | Answer


class Model:
    """A model at work on a free port of this machine.

    Attributes:
        requests: the bodies that asked for a turn, in order.
    """

    path: ClassVar[str]

    def __init__(self, plan: Sequence[Step]) -> None:
        self.plan = list(plan)
        self.requests: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def results(self, request: dict[str, Any]) -> list[Any]:
        """The tool results in a request."""
        raise NotImplementedError

    def events(self, request: dict[str, Any], step: Step, number: int) -> list[tuple[str, dict[str, Any]]]:
        """A turn as server-sent events."""
        raise NotImplementedError

    def choose(self, request: dict[str, Any]) -> tuple[Step, int]:
        """The step that a request has come to."""
        done = len(self.results(request))
        return (self.plan[done] if done < len(self.plan) else Answer()), done

    def __enter__(self) -> Model:
        model = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None: ...

            def do_HEAD(self) -> None:
                self._send(200, "text/plain", b"")

            def do_GET(self) -> None:
                self._send(200, "application/json", b'{"data": [], "models": []}')

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length") or 0))
                if not self.path.partition("?")[0].endswith(model.path):
                    self._send(404, "application/json", b'{"type": "error", "error": {"type": "not_found_error"}}')
                    return
                request = json.loads(raw)
                with model._lock:
                    model.requests.append(request)
                step, number = model.choose(request)
                lines = [
                    f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n"
                    for name, data in model.events(request, step, number)
                ]
                self._send(200, "text/event-stream", "".join(lines).encode())

            def _send(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()


class AnthropicModel(Model):
    """The Messages API, streamed."""

    path = "/v1/messages"

    def results(self, request: dict[str, Any]) -> list[Any]:
        blocks = [
            block
            for message in request["messages"]
            if message["role"] == "user" and isinstance(message["content"], list)
            for block in message["content"]
        ]
        return [block["content"] for block in blocks if block.get("type") == "tool_result"]

    def events(self, request: dict[str, Any], step: Step, number: int) -> list[tuple[str, dict[str, Any]]]:
        if isinstance(step, Use) and request.get("tools"):
            block: dict[str, Any] = {"type": "tool_use", "id": f"toolu_{number:04}", "name": step.tool, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(step.arguments)}
            reason = "tool_use"
        else:
            results = self.results(request)
            text = Answer().text(plain(results[-1]) if results else "")
            block, delta = {"type": "text", "text": ""}, {"type": "text_delta", "text": text}
            reason = "end_turn"
        message = {
            "id": f"msg_{number:04}",
            "type": "message",
            "role": "assistant",
            "model": request["model"],
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
        return [
            ("message_start", {"message": message}),
            ("content_block_start", {"index": 0, "content_block": block}),
            ("content_block_delta", {"index": 0, "delta": delta}),
            ("content_block_stop", {"index": 0}),
            ("message_delta", {"delta": {"stop_reason": reason, "stop_sequence": None}, "usage": {"output_tokens": 1}}),
            ("message_stop", {}),
        ]


class OpenAIModel(Model):
    """The Responses API, streamed."""

    path = "/responses"

    def results(self, request: dict[str, Any]) -> list[Any]:
        return [item["output"] for item in request["input"] if str(item.get("type")).endswith("_call_output")]

    def events(self, request: dict[str, Any], step: Step, number: int) -> list[tuple[str, dict[str, Any]]]:
        if isinstance(step, Use):
            item: dict[str, Any] = {
                "type": "function_call",
                "id": f"fc_{number:04}",
                "call_id": f"call_{number:04}",
                "name": step.tool,
                "arguments": json.dumps(step.arguments),
            }
            if step.namespace:
                item["namespace"] = step.namespace
        else:
            results = self.results(request)
            text = step.text(plain(results[-1]) if results else "")
            content = [{"type": "output_text", "text": text, "annotations": []}]
            item = {"type": "message", "role": "assistant", "id": f"msg_{number:04}", "content": content}
        usage = {
            "input_tokens": 1,
            "input_tokens_details": None,
            "output_tokens": 1,
            "output_tokens_details": None,
            "total_tokens": 2,
        }
        return [
            ("response.created", {"response": {"id": f"resp_{number:04}"}}),
            ("response.output_item.done", {"output_index": 0, "item": item}),
            ("response.completed", {"response": {"id": f"resp_{number:04}", "output": [item], "usage": usage}}),
        ]


def plain(content: object) -> str:
    """All text in a message's content, whatever its shape."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(plain(part) for part in cast("list[object]", content))
    if isinstance(content, dict):
        return "\n".join(plain(part) for part in cast("dict[str, object]", content).values())
    return ""

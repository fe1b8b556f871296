"""A scripted Claude behind a real socket: the Messages API, streamed and whole, with faults on demand.

    with ScriptedModel([use("search_knowledge", query="credits")], [say("One credit a record.")]) as model:
        AsyncAnthropic(api_key=KEY, base_url=model.url)

Each request takes the next step of the script: the blocks of an assistant's turn, a :class:`Reply`, a :class:`Failure`,
or a function of the request's body that gives one of them, so that a step can use what earlier tools answered.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

Block = dict[str, Any]
Request = dict[str, Any]

KEY = "sk-ant-test-0123456789abcdefXYZ"
_ids = itertools.count(1)


@dataclass(frozen=True)
class Reply:
    """An assistant's turn.

    Attributes:
        content: its blocks; see :func:`say` and :func:`use`.
        stop_reason: ``tool_use`` where a block is one, else ``end_turn``, unless given.
        cut_after: close the connection after so many events of the stream.
        hang_after: send nothing more after so many events, until released or closed.
    """

    content: Sequence[Block]
    stop_reason: str | None = None
    cut_after: int | None = None
    hang_after: int | None = None

    @property
    def reason(self) -> str:
        """As the API tells it."""
        calls = any(block["type"] == "tool_use" for block in self.content)
        return self.stop_reason or ("tool_use" if calls else "end_turn")


@dataclass(frozen=True)
class Failure:
    """An answer that is none.

    Attributes:
        status: 401, 429, 529 ...; 0 closes the connection without a word.
        kind: the API's ``error.type``.
        message: the API's ``error.message``.
        headers: such as ``retry-after``.
    """

    status: int
    kind: str = "api_error"
    message: str = "Something went wrong."
    headers: dict[str, str] = field(default_factory=dict)


def overloaded() -> Failure:
    """529."""
    return Failure(529, "overloaded_error", "Overloaded")


def rate_limited(retry_after: float) -> Failure:
    """429 with the seconds to wait."""
    return Failure(429, "rate_limit_error", "Slow down.", {"retry-after": f"{retry_after:g}"})


def unauthorized(key: str = "") -> Failure:
    """401; the key in its message, as no API should tell it."""
    return Failure(401, "authentication_error", f"invalid x-api-key {key}")


Step = Sequence[Block] | Reply | Failure
Script = Sequence[Step | Callable[[Request], Step]]


def say(text: str) -> Block:
    """A block of text."""
    return {"type": "text", "text": text}


def use(name: str, /, **arguments: Any) -> Block:
    """A tool call."""
    return {"type": "tool_use", "id": f"toolu_{next(_ids):06d}", "name": name, "input": arguments}


def results(request: Request) -> list[str]:
    """The texts of all tool results in a request, oldest first."""
    found: list[str] = []
    for block in _blocks(request):
        if block["type"] == "tool_result":
            content = block.get("content", "")
            found.append(content if isinstance(content, str) else "".join(part.get("text", "") for part in content))
    return found


def last_result(request: Request) -> dict[str, Any]:
    """The latest tool result, as the envelope that our tools answer with."""
    return json.loads(results(request)[-1])


def errors(request: Request) -> list[str]:
    """The texts of the tool results that are errors."""
    flags = [bool(block.get("is_error")) for block in _blocks(request) if block["type"] == "tool_result"]
    return [text for text, failed in zip(results(request), flags, strict=True) if failed]


def _blocks(request: Request) -> list[Block]:
    listed = [message["content"] for message in request["messages"] if isinstance(message["content"], list)]
    return [block for content in listed for block in content]


class ScriptedModel:
    """Serves a script; a context manager.

    Args:
        steps: in their order. Past the last one a request is refused with 400, unless ``again``.
        again: repeat the last step for ever.
        key: the only key that is let in; any if None.

    Attributes:
        url: for ``base_url``.
        requests: body of each request that reached the script.
        headers: of each, names in lower case.
        hanging: set while a reply hangs.
    """

    def __init__(self, *steps: Step | Callable[[Request], Step], again: bool = False, key: str | None = None) -> None:
        self.requests: list[Request] = []
        self.headers: list[dict[str, str]] = []
        self.hanging = threading.Event()
        self._steps, self._again, self._key = steps, again, key
        self._released = threading.Event()
        self._lock = threading.Lock()
        self._cached: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> ScriptedModel:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
        self._server.shutdown()
        self._server.server_close()

    def release(self) -> None:
        """Let what hangs go on."""
        self._released.set()

    @property
    def last(self) -> Request:
        """The latest request."""
        return self.requests[-1]

    def answer(self, request: Request, headers: dict[str, str]) -> Reply | Failure:
        """What a request is answered with."""
        given = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
        if self._key is not None and given != self._key:
            return unauthorized(given)
        with self._lock:
            index = len(self.requests)
            self.requests.append(request)
            self.headers.append(headers)
        if index >= len(self._steps) and not self._again:
            return Failure(400, "invalid_request_error", f"The script has only {len(self._steps)} steps.")
        step = self._steps[min(index, len(self._steps) - 1)]
        chosen = step(request) if callable(step) else step
        if isinstance(chosen, Reply | Failure):
            return chosen
        # A repeated step needs new ids.
        return Reply([{**b, "id": f"toolu_{next(_ids):06d}"} if b["type"] == "tool_use" else b for b in chosen])

    def usage(self, request: Request, reply: Reply) -> dict[str, int]:
        """Tokens (characters / 4), with the prompt cache as the API keeps it: a prefix up to a marked block."""
        parts = _prompt(request)
        whole = [json.dumps(_unmarked(part)) for part in parts]
        marks = [index + 1 for index, part in enumerate(parts) if "cache_control" in part]
        if "cache_control" in request:
            # Of the whole request it stands for one on its last block.
            marks.append(len(parts))
        ends = {index: "".join(whole[:index]) for index in range(1, len(whole) + 1)}
        with self._lock:
            known = {*self._cached}
            read = max((len(text) for text in ends.values() if text in known), default=0) if marks else 0
            self._cached += [ends[mark] for mark in marks]
        written = max(len(ends[marks[-1]]) - read, 0) if marks else 0
        return {
            "input_tokens": (len(ends[len(whole)]) - read - written) // 4,
            "cache_read_input_tokens": read // 4,
            "cache_creation_input_tokens": written // 4,
            "output_tokens": max(1, len(json.dumps(list(reply.content))) // 4),
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                answer = model.answer(body, {name.lower(): value for name, value in self.headers.items()})
                try:
                    if isinstance(answer, Failure):
                        self._fail(answer)
                    elif body.get("stream"):
                        self._stream(answer, _events(answer, body, model.usage(body, answer)))
                    else:
                        self._whole(200, _message(answer, body, model.usage(body, answer)), {})
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def _fail(self, failure: Failure) -> None:
                if failure.status == 0:
                    self.close_connection = True
                    return
                error = {"type": failure.kind, "message": failure.message}
                told = {"type": "error", "error": error, "request_id": "req_test"}
                self._whole(failure.status, told, failure.headers)

            def _whole(self, status: int, told: dict[str, Any], headers: dict[str, str]) -> None:
                out = json.dumps(told).encode()
                self.send_response(status)
                for name, value in {"content-type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(out)))
                self.end_headers()
                self.wfile.write(out)

            def _stream(self, reply: Reply, events: list[dict[str, Any]]) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                for index, event in enumerate(events):
                    if index == reply.cut_after:
                        self.close_connection = True
                        return
                    if index == reply.hang_after:
                        self.wfile.flush()
                        model.hanging.set()
                        model._released.wait(60)
                    text = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))
                    self.wfile.flush()
                self.wfile.write(b"0\r\n\r\n")

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        return Handler


def _prompt(request: Request) -> list[dict[str, Any]]:
    """The parts of a prompt in the order in which the API caches them."""
    system = request.get("system") or []
    parts = [*request.get("tools", ()), *([{"text": system}] if isinstance(system, str) else system)]
    for message in request["messages"]:
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        parts += [{"role": message["role"], **block} for block in blocks]
    return parts


def _unmarked(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name != "cache_control"}


def _message(reply: Reply, request: Request, usage: dict[str, int]) -> dict[str, Any]:
    return {
        "id": f"msg_{next(_ids):06d}",
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": list(reply.content),
        "stop_reason": reply.reason,
        "stop_sequence": None,
        "usage": usage,
    }


def _events(reply: Reply, request: Request, usage: dict[str, int]) -> list[dict[str, Any]]:
    start = {**_message(reply, request, {**usage, "output_tokens": 1}), "content": [], "stop_reason": None}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": start}]
    for index, block in enumerate(reply.content):
        text = block["type"] == "text"
        empty = {**block, "text": ""} if text else {**block, "input": {}}
        events.append({"type": "content_block_start", "index": index, "content_block": empty})
        whole = block["text"] if text else json.dumps(block["input"])
        # Two deltas at least, so that nothing takes one for the whole; a large one in pieces, as from the network.
        size = min(max(1, -(-len(whole) // 2)), 50_000)
        for at in range(0, len(whole), size):
            piece = whole[at : at + size]
            delta = {"type": "text_delta", "text": piece} if text else _json_delta(piece)
            events.append({"type": "content_block_delta", "index": index, "delta": delta})
        events.append({"type": "content_block_stop", "index": index})
    ended = {"stop_reason": reply.reason, "stop_sequence": None}
    told = {"type": "message_delta", "delta": ended, "usage": {"output_tokens": usage["output_tokens"]}}
    return [*events, told, {"type": "message_stop"}]


def _json_delta(piece: str) -> dict[str, Any]:
    return {"type": "input_json_delta", "partial_json": piece}

"""The conformance suite's fixtures on the base class of our server, so that the suite tries every path of it.

Names and answers are the suite's; what is under test is :class:`PlainServer` and how it is served.
"""

from __future__ import annotations

import base64
import json
from typing import Annotated, Any, Literal

import anyio
from mcp import MCPError
from mcp.server.mcpserver import Context, Resolve, Sample
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.prompts.base import Prompt, UserMessage
from mcp.types import (
    AudioContent,
    ContentBlock,
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    EmbeddedResource,
    EmptyResult,
    ImageContent,
    InputRequiredResult,
    ListRootsRequest,
    ListRootsResult,
    RequestParams,
    SamplingMessage,
    SetLevelRequestParams,
    SubscribeRequestParams,
    TextContent,
    TextResourceContents,
    UnsubscribeRequestParams,
)
from pydantic import BaseModel, Field

from sales_zoominfo.tools.protocol import PlainServer

# One red pixel, and four samples of silence.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
WAV = base64.b64encode(
    b"RIFF" + (40).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    + (1).to_bytes(2, "little") + (1).to_bytes(2, "little") + (8000).to_bytes(4, "little")
    + (8000).to_bytes(4, "little") + (1).to_bytes(2, "little") + (8).to_bytes(2, "little")
    + b"data" + (4).to_bytes(4, "little") + b"\x80\x80\x80\x80"
).decode()  # fmt: skip

Ask = ElicitRequest | CreateMessageRequest | ListRootsRequest


def text(words: str) -> TextContent:
    return TextContent(type="text", text=words)


def image() -> ImageContent:
    return ImageContent(type="image", data=PNG, mime_type="image/png")


def embedded(uri: str, words: str, mime: str = "text/plain") -> EmbeddedResource:
    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, mime_type=mime, text=words))


def elicit(message: str, **properties: str) -> ElicitRequest:
    schema = {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(properties),
    }
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def sample(question: str, tokens: int) -> CreateMessageRequest:
    message = SamplingMessage(role="user", content=text(question))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=tokens))


def ask(state: str | None = None, **requests: Ask) -> InputRequiredResult:
    return InputRequiredResult(input_requests=dict(requests), request_state=state)


def answered(context: Context, name: str, field: str) -> Any:
    """What the client gave for one field of an input request; None when it did not."""
    given = (context.input_responses or {}).get(name)
    return (given.content or {}).get(field) if isinstance(given, ElicitResult) and given.action == "accept" else None


class NameAndMail(BaseModel):
    username: str = Field(description="User's response")
    email: str = Field(description="User's email address")


class Defaults(BaseModel):
    name: str = "John Doe"
    age: int = 30
    score: float = 95.5
    status: Literal["active", "inactive", "pending"] = "active"
    verified: bool = True


def _titled(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"const": value, "title": title} for value, title in pairs]


_THREE = _titled(("value1", "First"), ("value2", "Second"), ("value3", "Third"))
_PLAIN = ["option1", "option2", "option3"]


class Choices(BaseModel):
    untitledSingle: str = Field(json_schema_extra={"enum": _PLAIN})  # noqa: N815
    titledSingle: str = Field(json_schema_extra={"oneOf": _THREE})  # noqa: N815
    legacyEnum: str = Field(  # noqa: N815
        json_schema_extra={"enum": ["opt1", "opt2", "opt3"], "enumNames": ["One", "Two", "Three"]}
    )
    untitledMulti: list[str] = Field(json_schema_extra={"items": {"type": "string", "enum": _PLAIN}})  # noqa: N815
    titledMulti: list[str] = Field(json_schema_extra={"items": {"anyOf": _THREE}})  # noqa: N815


class Suite(PlainServer):
    """Our server's base class with the fixtures' answers."""

    async def suggest(self, prompt: str, argument: str, typed: str) -> list[str]:
        return [word for word in ("paris", "park", "party") if word.startswith(typed)]

    def add_tool(self, fn: Any, *arguments: Any, **options: Any) -> None:
        super().add_tool(fn, *arguments, **{**options, "description": f"The suite's fixture {fn.__name__}."})

    def add_prompt(self, prompt: Prompt) -> None:
        super().add_prompt(prompt.model_copy(update={"description": f"The suite's fixture {prompt.name}."}))


def create_server() -> Suite:
    """The server with every fixture."""
    server = Suite("conformance-fixtures", version="1", log_level="error")
    _contents(server)
    _conversations(server)
    _input_required(server)
    _resources(server)
    _prompts(server)
    _older_methods(server)
    return server


def _contents(server: Suite) -> None:
    @server.tool()
    def test_simple_text() -> str:
        return "This is a simple text response for testing."

    @server.tool()
    def test_image_content() -> list[ImageContent]:
        return [image()]

    @server.tool()
    def test_audio_content() -> list[AudioContent]:
        return [AudioContent(type="audio", data=WAV, mime_type="audio/wav")]

    @server.tool()
    def test_embedded_resource() -> list[EmbeddedResource]:
        return [embedded("test://embedded-resource", "This is an embedded resource content.")]

    @server.tool()
    def test_multiple_content_types() -> list[ContentBlock]:
        data = json.dumps({"test": "data", "value": 123})
        mixed = embedded("test://mixed-content-resource", data, "application/json")
        return [text("Multiple content types test:"), image(), mixed]

    @server.tool()
    def test_error_handling() -> str:
        raise ToolError("This tool intentionally returns an error for testing")


def question() -> Sample:
    """What a tool needs of the client's model before it runs."""
    return Sample([SamplingMessage(role="user", content=text("Anything?"))], max_tokens=10)


def _conversations(server: Suite) -> None:
    @server.tool()
    async def test_tool_with_logging(context: Context) -> str:
        for words in ("Tool execution started", "Tool processing data", "Tool execution completed"):
            await context.info(words)
            await anyio.sleep(0.05)
        return "logged"

    @server.tool()
    async def test_logging_tool(context: Context) -> str:
        await context.info("only for those who asked")
        return "logged"

    @server.tool()
    async def test_tool_with_progress(context: Context) -> str:
        for done in (0, 50, 100):
            await context.report_progress(done, 100)
            await anyio.sleep(0.05)
        return "done"

    @server.tool()
    async def test_sampling(prompt: str, context: Context) -> str:
        message = SamplingMessage(role="user", content=text(prompt))
        result = await context.session.create_message(messages=[message], max_tokens=100)
        assert isinstance(result.content, TextContent)
        return f"LLM response: {result.content.text}"

    @server.tool()
    async def test_elicitation(message: str, context: Context) -> str:
        return f"User response: {await context.elicit(message=message, schema=NameAndMail)}"

    @server.tool()
    async def test_elicitation_sep1034_defaults(context: Context) -> str:
        return f"Elicitation completed: {await context.elicit(message='Defaults', schema=Defaults)}"

    @server.tool()
    async def test_elicitation_sep1330_enums(context: Context) -> str:
        return f"Elicitation completed: {await context.elicit(message='Choices', schema=Choices)}"

    @server.tool()
    async def test_streaming_elicitation(context: Context) -> str | InputRequiredResult:
        if name := answered(context, "user_name", "name"):
            return f"Hello, {name}!"
        await context.report_progress(1, 2)
        return ask(user_name=elicit("What is your name?", name="string"))

    @server.tool()
    async def test_missing_capability(said: Annotated[CreateMessageResult, Resolve(question)]) -> str:
        return str(said.content)

    @server.tool()
    async def test_trigger_tool_change(context: Context) -> str:
        await context.notify_tools_changed()
        return "told"

    @server.tool()
    async def test_trigger_prompt_change(context: Context) -> str:
        await context.notify_prompts_changed()
        return "told"


def _input_required(server: Suite) -> None:
    name_wanted = elicit("What is your name?", name="string")
    roots_wanted = ListRootsRequest()

    @server.tool()
    async def test_input_required_result_elicitation(context: Context) -> str | InputRequiredResult:
        name = answered(context, "user_name", "name")
        return f"Hello, {name}!" if name else ask(user_name=name_wanted)

    @server.tool()
    async def test_input_required_result_sampling(context: Context) -> str | InputRequiredResult:
        said = (context.input_responses or {}).get("capital_question")
        if isinstance(said, CreateMessageResult) and isinstance(said.content, TextContent):
            return said.content.text
        return ask(capital_question=sample("What is the capital of France?", 100))

    @server.tool()
    async def test_input_required_result_list_roots(context: Context) -> str | InputRequiredResult:
        roots = (context.input_responses or {}).get("client_roots")
        if isinstance(roots, ListRootsResult):
            return ", ".join(str(root.uri) for root in roots.roots)
        return ask(client_roots=roots_wanted)

    @server.tool()
    async def test_input_required_result_request_state(context: Context) -> str | InputRequiredResult:
        if context.request_state == "first" and answered(context, "confirm", "ok") is not None:
            return "state-ok"
        return ask("first", confirm=elicit("Please confirm", ok="boolean"))

    @server.tool()
    async def test_input_required_result_tampered_state(context: Context) -> str | InputRequiredResult:
        if context.request_state == "sealed":
            return "state-ok"
        return ask("sealed", confirm=elicit("Please confirm", ok="boolean"))

    @server.tool()
    async def test_input_required_result_multiple_inputs(context: Context) -> str | InputRequiredResult:
        given = context.input_responses or {}
        if context.request_state == "three" and {"user_name", "greeting", "client_roots"} <= given.keys():
            return f"Hello, {answered(context, 'user_name', 'name')}!"
        greeting = sample("Generate a greeting", 50)
        return ask("three", user_name=name_wanted, greeting=greeting, client_roots=roots_wanted)

    @server.tool()
    async def test_input_required_result_multi_round(context: Context) -> str | InputRequiredResult:
        state = context.request_state or ""
        if state.startswith("two ") and (color := answered(context, "step2", "color")):
            return f"{state.removeprefix('two ')} likes {color}."
        if state == "one" and (name := answered(context, "step1", "name")):
            return ask(f"two {name}", step2=elicit("Step 2: What is your favorite color?", color="string"))
        return ask("one", step1=elicit("Step 1: What is your name?", name="string"))

    @server.tool()
    async def test_input_required_result_capabilities(context: Context) -> InputRequiredResult:
        able = context.client_capabilities
        wanted: dict[str, Ask] = {}
        if able and able.sampling is not None:
            wanted["capital_question"] = sample("What is the capital of France?", 100)
        if able and able.elicitation is not None:
            wanted["user_name"] = name_wanted
        if not wanted:
            raise MCPError(-32602, "the client can be asked nothing")
        return ask(**wanted)


def _resources(server: Suite) -> None:
    @server.resource("test://static-text", mime_type="text/plain")
    def static_text() -> str:
        return "This is the content of the static text resource."

    @server.resource("test://static-binary", mime_type="image/png")
    def static_binary() -> bytes:
        return base64.b64decode(PNG)

    @server.resource("test://watched-resource", mime_type="text/plain")
    def watched() -> str:
        return "Watched resource content"

    @server.resource("test://template/{id}/data", mime_type="application/json")
    def template(id: str) -> str:
        return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


def _prompts(server: Suite) -> None:
    @server.prompt()
    def test_simple_prompt() -> str:
        return "This is a simple prompt for testing."

    @server.prompt()
    def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
        return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"

    @server.prompt()
    def test_prompt_with_embedded_resource(resourceUri: str) -> list[UserMessage]:  # noqa: N803
        shown = embedded(resourceUri, "Embedded resource content for testing.")
        return [UserMessage(shown), UserMessage("Please process the embedded resource above.")]

    @server.prompt()
    def test_prompt_with_image() -> list[UserMessage]:
        return [UserMessage(image()), UserMessage("Please analyze the image above.")]

    @server.prompt()
    async def test_input_required_result_prompt(context: Context) -> str | InputRequiredResult:
        if given := answered(context, "user_context", "context"):
            return f"Use this context: {given}"
        return ask(user_context=elicit("What context should the prompt use?", context="string"))


def _older_methods(server: Suite) -> None:
    # What 2025-11-25 still has and MCPServer leaves to its low-level server.
    low = server._lowlevel_server
    subscribed: set[str] = set()

    async def accept(_: Any, __: RequestParams) -> EmptyResult:
        return EmptyResult()

    async def subscribe(_: Any, params: SubscribeRequestParams) -> EmptyResult:
        subscribed.add(str(params.uri))
        return EmptyResult()

    async def unsubscribe(_: Any, params: UnsubscribeRequestParams) -> EmptyResult:
        subscribed.discard(str(params.uri))
        return EmptyResult()

    low.add_request_handler("logging/setLevel", SetLevelRequestParams, accept)
    low.add_request_handler("resources/subscribe", SubscribeRequestParams, subscribe)
    low.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, unsubscribe)

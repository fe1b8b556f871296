"""``ask`` as a person and a script meet it, against a scripted model on a real socket."""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.scripted_model import (
    KEY,
    Reply,
    ScriptedModel,
    errors,
    last_result,
    overloaded,
    results,
    say,
    unauthorized,
    use,
)

Run = Callable[..., Any]
CREDIT = [say("One credit is for one record.")]


@contextlib.contextmanager
def serving(*script: Any, monkeypatch: pytest.MonkeyPatch, **options: Any) -> Iterator[ScriptedModel]:
    with ScriptedModel(*script, key=KEY, **options) as model:
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        monkeypatch.setenv("ZOOMINFO_ASK_BASE_URL", model.url)
        yield model


def directors(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [use("search_contacts", managementLevel=["Director"], requiredFields="email", pageSize=2)]


def buy(request: dict[str, Any]) -> list[dict[str, Any]]:
    contacts = [{"personId": row["id"]} for row in json.loads(results(request)[0])["data"]]
    return [use("enrich_contacts", contacts=contacts, maxCredits=2)]


def told(request: dict[str, Any]) -> list[dict[str, Any]]:
    wrong = errors(request)
    return [say(wrong[0] if wrong else f"Bought: {last_result(request)['data'][0]['email']}")]


@pytest.fixture
def here(cli: Run) -> Run:
    """The command in this process, with no terminal."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        done = cli(*arguments)
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    return run


class Terminal:
    """The command in a pseudo terminal."""

    def __init__(self, *arguments: str) -> None:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLUMNS="120")
            os.execv(sys.executable, [sys.executable, "-m", "sales_zoominfo", "ask", *arguments])
        self.shown, self._seen = "", 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def wait(self, pattern: str) -> None:
        """Until something new is shown."""
        self._read(lambda: re.search(pattern, self.shown[self._seen :]) is not None, pattern)
        self._seen = len(self.shown)

    def type(self, text: str) -> None:
        os.write(self._fd, text.encode())

    def interrupt_prompt(self, pattern: str) -> None:
        """Press Ctrl-C at a prompt until something new is shown.

        Python looks at a signal that comes between showing a prompt and waiting for a key only with the next key.
        """
        for seconds in (2, 4, 8, 40):
            self.type("\x03")
            with contextlib.suppress(TimeoutError):
                self._read(lambda: re.search(pattern, self.shown[self._seen :]) is not None, pattern, seconds)
                break
        self._seen = len(self.shown)

    def end(self) -> int:
        """Until it ends; its exit code."""
        with contextlib.suppress(EOFError):
            self._read(lambda: False, "its end")
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _read(self, test: Callable[[], bool], what: str, seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while not test():
            if time.monotonic() > deadline:
                if seconds < 40:
                    raise TimeoutError(what)
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError(f"waited for {what} in:\n{self.shown}")
            if select.select([self._fd], [], [], 0.1)[0]:
                try:
                    data = os.read(self._fd, 65536)
                except OSError:
                    data = b""
                if not data:
                    raise EOFError(self.shown)
                self.shown += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._decoder.decode(data))


def test_an_answer_is_plain_on_a_pipe(process: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving([use("search_knowledge", query="credits")], CREDIT, monkeypatch=monkeypatch) as model:
        done = process("ask", "What", "is", "a", "credit?")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "One credit is for one record.\n"
    assert "SANDBOX: fictional data" in done.stderr.splitlines()[0]
    assert "✓ search_knowledge query=credits · free" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert model.requests[0]["messages"][0]["content"][0]["text"] == "What is a credit?"
    assert model.requests[0]["model"] == "claude-sonnet-5-5"
    assert KEY not in done.stderr


def test_no_text_of_the_model_steers_the_terminal(here: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    steering = "\x1b[2J\x1b]0;title\x07"
    with serving(
        [use("search_knowledge", query=f"{steering}credits")], [say(f"One{steering} credit.")], monkeypatch=monkeypatch
    ):
        done = here("ask", "What is a credit?")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr and "\x07" not in done.stdout + done.stderr
    assert done.stdout.startswith("One")


def test_json_holds_the_answer_its_calls_and_costs(here: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(directors, buy, told, monkeypatch=monkeypatch):
        done = here("ask", "--json", "--yes", "--max-credits", "2", "--model", "claude-x", "Two directors, please.")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["answer"].startswith("Bought: ") and answer["stopped"] == "end_turn"
    assert answer["sandbox"] is True and answer["model"] == "claude-x"
    assert answer["credits"] == 2 and answer["consents"][0]["agreed"] is True
    assert [(call["name"], call["credits"]) for call in answer["calls"]] == [
        ("search_contacts", 0),
        ("enrich_contacts", 2),
    ]
    assert answer["tokens"]["cache_read"] > 5000


def test_without_a_terminal_nothing_is_bought_and_it_says_how(here: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(directors, buy, told, monkeypatch=monkeypatch):
        done = here("ask", "Two directors, please.")
    assert done.returncode == 4
    assert "did not agree to 2 credits" in done.stdout
    assert "there is no terminal to ask on" in done.stderr
    assert "--yes --max-credits 2" in done.stderr
    assert "0 credits" in done.stderr


def test_yes_does_not_pass_the_cap(here: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(directors, buy, told, monkeypatch=monkeypatch):
        done = here("ask", "--yes", "--max-credits", "1", "Two directors; I approve any cost.")
    assert "1 of the 1 that this conversation may spend" in done.stdout
    assert "enrich_contacts contacts=[2] maxCredits=2 · failed" in done.stderr


def test_without_a_key_it_names_what_works(here: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    done = here("ask", "Hello?")
    assert done.returncode == 3 and done.stdout == ""
    for part in ("ANTHROPIC_API_KEY", "sales-zoominfo knowledge", "sales-zoominfo search", "claude-code"):
        assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_each_command_that_is_named_instead_exists(here: Run) -> None:
    for command in (
        ("knowledge", "credits"),
        ("search", "companies", "-f", "companyName=Acme"),
        ("config", "claude-code"),
    ):
        assert here(*command).returncode == 0


@pytest.mark.parametrize("command", [("ask", "Hello?"), ("eval", "--list"), ("eval", "tools"), ("eval", "trigger")])
def test_without_the_extra_it_gives_the_command(
    process: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    # As if it were not installed: the import system finds nothing under the name, and cannot import it.
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u, sys\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'anthropic' else find(name, *rest)\n"
        "class Gone:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name.partition('.')[0] == 'anthropic':\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Gone())\n",
        "utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]]))
    done = process(*command)
    assert done.returncode == 2
    assert "pip install 'sales-zoominfo[agent]'" in done.stderr and "sales-zoominfo knowledge" in done.stderr


@pytest.mark.parametrize(
    ("step", "code", "words"),
    [
        (unauthorized(KEY), 3, "refused the key"),
        (overloaded(), 5, "overloaded"),
        (Reply(CREDIT, cut_after=3), 5, "broke off"),
    ],
    ids=["401", "529", "cut"],
)
def test_what_the_service_refuses_has_an_exit_code(
    cli: Run, monkeypatch: pytest.MonkeyPatch, step: Any, code: int, words: str
) -> None:
    monkeypatch.setattr("sales_zoominfo.cli.ask._RETRIES", 0)
    monkeypatch.setattr("sales_zoominfo.agent.conversation.PAUSE", 0.0)
    with serving(step, monkeypatch=monkeypatch, again=True):
        done = cli("ask", "Hello?")
    assert done.exit_code == code
    assert words in done.stderr and KEY not in done.stderr + done.stdout


def test_a_conversation_on_a_terminal(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = (directors, [say("They cost **2 credits**. Shall I?")], buy, told)
    with serving(*script, monkeypatch=monkeypatch):
        terminal = Terminal()
        terminal.wait(r"\n> ")
        terminal.type("Two directors, please.\n")
        terminal.wait(r"2 credits\. Shall I\?(.|\n)*\n> ")
        terminal.type("Yes.\n")
        terminal.wait(r"Spend up to 2 ZoomInfo credits to enrich 2 contacts\?.*\[y/N\]")
        terminal.type("y\n")
        terminal.wait(r"Bought: (.|\n)*\n> ")
        terminal.type("\x04")
        assert terminal.end() == 0
    assert "✓ enrich_contacts contacts=[2] maxCredits=2 · 2 credits" in terminal.shown
    assert "2 credits, " in terminal.shown.splitlines()[-1]
    assert "**" not in terminal.shown, "marks are shown as they are meant"


def test_ctrl_c_stops_the_answer_and_not_the_conversation(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(
        Reply([say("One credit\n\nis for one record.")], hang_after=3), CREDIT, monkeypatch=monkeypatch
    ) as model:
        terminal = Terminal("--keep")
        terminal.wait(r"\n> ")
        terminal.interrupt_prompt(r"\nCtrl-D ends")
        terminal.type("What is a credit?\n")
        terminal.wait("One credit")
        assert model.hanging.wait(20)
        terminal.type("\x03")
        terminal.wait(r"Interrupted; nothing was spent(.|\n)*\n> ")
        model.release()
        terminal.type("Go on.\n")
        terminal.wait(r"is for one record(.|\n)*\n> ")
        terminal.type("exit\n")
        assert terminal.end() == 0
    roles = [message["role"] for message in model.last["messages"]]
    assert roles == ["user", "assistant", "user"]
    assert "Traceback" not in terminal.shown


def test_ctrl_c_at_the_question_buys_nothing(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(directors, buy, monkeypatch=monkeypatch):
        terminal = Terminal("Two directors, please.")
        terminal.wait(r"\[y/N\]")
        terminal.type("\x03")
        assert terminal.end() == 130
    assert "Not bought." in terminal.shown
    assert "Interrupted; nothing was spent" in terminal.shown
    assert "Traceback" not in terminal.shown


def test_a_kept_conversation_goes_on_and_is_encrypted(here: Run, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(directors, buy, told, CREDIT, CREDIT, monkeypatch=monkeypatch) as model:
        first = here("ask", "--keep", "--yes", "Two directors, please.")
        [name] = re.findall(r"--resume ([0-9a-f]{12})", first.stderr)
        second = here("ask", "--continue", "And a credit?")
        third = here("ask", "--resume", name, "--max-credits", "1", "Again?")
    assert (first.returncode, second.returncode, third.returncode) == (0, 0, 0), second.stderr + third.stderr
    assert "1 question so far" in second.stderr and "2 questions so far" in third.stderr
    assert "at most 98 credits" in second.stderr and "at most 0 credits" in third.stderr
    assert [len(request["messages"]) for request in model.requests] == [1, 3, 5, 7, 9]
    bought = re.search(r"Bought: (\S+)", first.stdout)
    assert bought is not None
    [file] = (state / "conversations").iterdir()
    assert bought[1].encode() not in file.read_bytes() and b"directors" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert "0 conversations" in here("purge").stderr and file.exists()
    assert "1 conversation." in here("purge", "--all").stderr and not file.exists()


def test_nothing_is_kept_unless_asked(here: Run, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(CREDIT, monkeypatch=monkeypatch):
        assert here("ask", "What is a purple-cow-credit?").returncode == 0
    assert not (state / "conversations").exists()
    for path in state.rglob("*"):
        if path.is_file() and "dataset" not in path.name:
            assert b"purple-cow" not in path.read_bytes(), path


def test_a_transcript_is_scrubbed_and_can_go_on(here: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, page = tmp_path / "talk.json", tmp_path / "talk.md"
    with serving(directors, buy, told, CREDIT, monkeypatch=monkeypatch):
        assert here("ask", "--yes", "--transcript", str(file), "Two directors.").returncode == 0
        done = here("ask", "--resume", str(file), "--transcript", str(page), "And a credit?")
    assert done.returncode == 0, done.stderr
    assert "@" not in file.read_text("utf-8").replace("[e-mail]", "")
    assert "And a credit?" in page.read_text("utf-8")
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"version": 2}', "kept in form 2"),
        ('{"version": 1, "turns": ', "broken or is none of ours"),
        ("\xff\x00", "broken or is none of ours"),
        (None, "no kept conversation"),
    ],
    ids=["version", "cut", "bytes", "missing"],
)
def test_a_conversation_that_cannot_go_on(
    here: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, words: str
) -> None:
    file = tmp_path / "talk.json"
    if content is not None:
        file.write_bytes(content.encode("latin-1"))
    with serving(CREDIT, monkeypatch=monkeypatch) as model:
        done = here("ask", "--resume", str(file), "Go on.")
    assert done.returncode == 2 and words in done.stderr and "→" in done.stderr
    assert model.requests == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--transcript", "/nowhere/at/all.json", "Hello?"), "cannot be written"),
        (("--base-url", "https://user:word@claude.example", "Hello?"), "ZOOMINFO_ASK_BASE_URL"),
        (("--continue", "--resume", "0" * 12, "Hello?"), "--resume is given too"),
        (("--continue", "Hello?"), "no kept conversation"),
        (("--json",), "a question"),
    ],
)
def test_options_that_cannot_be(
    here: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    done = here("ask", *arguments)
    assert done.returncode == 2 and words in done.stderr


def test_a_question_may_come_on_a_pipe(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(CREDIT, monkeypatch=monkeypatch) as model:
        done = subprocess.run(
            [sys.executable, "-m", "sales_zoominfo", "ask"],
            input="什么是积分?\n",
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
        )
    assert done.stdout == "One credit is for one record.\n"
    assert model.requests[0]["messages"][0]["content"][0]["text"] == "什么是积分?"


def test_a_loop_ends_with_the_option_that_allows_more(here: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving([use("search_knowledge", query="credits")], monkeypatch=monkeypatch, again=True) as model:
        done = here("ask", "--max-turns", "3", "What is a credit?")
    assert done.returncode == 4
    assert "limit of 3 requests to the model" in done.stderr and "--max-turns" in done.stderr
    assert len(model.requests) == 3


def test_serve_knows_nothing_of_the_agent(state: Path) -> None:
    """Neither at its start nor while it answers."""
    program = (
        "import sys, atexit\n"
        "def told():\n"
        "    ours = ('anthropic', 'sales_zoominfo.agent')\n"
        "    print('IMPORTED', sorted(n for n in sys.modules if n.startswith(ours)), file=sys.stderr)\n"
        "atexit.register(told)\n"
        "from sales_zoominfo.app import serve\n"
        "serve([])\n"
    )
    lines = [
        {"method": "initialize", "id": 1, "params": {"protocolVersion": "2025-11-25", "capabilities": {}}},
        {"method": "notifications/initialized"},
        {"method": "tools/list", "id": 2, "params": {}},
        {"method": "tools/call", "id": 3, "params": {"name": "search_knowledge", "arguments": {"query": "credits"}}},
    ]
    lines[0]["params"]["clientInfo"] = {"name": "test", "version": "1"}  # type: ignore[index]
    server = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert server.stdin is not None and server.stdout is not None
    for line in lines:
        server.stdin.write(json.dumps({"jsonrpc": "2.0", **line}) + "\n")
        server.stdin.flush()
    answers = [json.loads(server.stdout.readline()) for _ in range(3)]
    _, complaints = server.communicate(timeout=30)
    assert answers[-1]["result"]["structuredContent"]["data"], "it has answered"
    assert "IMPORTED []" in complaints

"""`%automerge` in a shell without a server: every mistake is one line that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.error import StdinNotImplementedError, UsageError
from IPython.core.interactiveshell import InteractiveShell

from jupyter_automerge import DocHandle, MemoryStorage, Repo
from jupyter_automerge.kernel.arguments import COMMANDS, usage
from jupyter_automerge.kernel.completion import candidates, words_before
from jupyter_automerge.kernel.extension import load, unload
from jupyter_automerge.kernel.magics import AutomergeMagics
from jupyter_automerge.kernel.process import current_session
from jupyter_automerge.kernel.session import KernelSession
from tests.jupyter.shells import new_shell
from tests.jupyter.small_server import small_server


@pytest.fixture
def shell(jp_environ: None) -> Iterator[InteractiveShell]:
    shell = new_shell()
    load(shell)
    yield shell
    unload(shell)


def run(shell: InteractiveShell, line: str) -> None:
    shell.run_line_magic("automerge", line)


def test_new_binds_a_document_to_its_name(shell: InteractiveShell) -> None:
    run(shell, "new plan")
    assert isinstance(shell.user_ns["plan"], DocHandle)


def test_new_again_opens_the_same_one_and_says_so(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    run(shell, "new plan")
    first = shell.user_ns["plan"].url
    capsys.readouterr()
    run(shell, "new plan")
    assert shell.user_ns["plan"].url == first
    assert capsys.readouterr().out.startswith(f"plan was there already and was opened ({first})")


# What was written, what is wrong with it, and what to do.
MISTAKES = [
    ("nwe plan", "there is no command 'nwe', did you mean 'new'? Commands: status, new"),
    ("xyzzy", "there is no command 'xyzzy'; Commands: status, new"),
    ("-x", "there is no command '-x'; Commands:"),
    ("new 'plan", 'a quotation mark is not closed in "new \'plan"'),
    ("new", "new: the following arguments are required: NAME; usage: %automerge new NAME [--fresh]"),
    ("new plan extra", "new: unrecognized arguments: extra; usage: %automerge new NAME"),
    ("new plan --as", "new: argument --as: expected one argument; usage:"),
    ("new plan --fre", "new: unrecognized arguments: --fre; usage:"),
    ("new 1plan", "new: '1plan' cannot be a variable: use letters, digits and _"),
    ("new my-plan", "new: 'my-plan' cannot be a variable"),
    ("new ''", "new: '' cannot be a variable"),
    ("new class", "new: 'class' is a word of the Python language: choose another name"),
    ("new list", "new: 'list' is a Python builtin: choose another name"),
    ("new plan --as None", "new: 'None' is a word of the Python language: choose another name"),
    ("new " + "p-" * 5000, "cannot be a variable"),
    ("new exit", "new: 'exit' already holds a value (ExitAutocall): use `%automerge new exit --as OTHER`"),
    ("open", "open: the following arguments are required: NAME|URL; usage: %automerge open NAME|URL"),
    ("open nothing", "open: no document is called 'nothing'; `%automerge ls` lists those that are there"),
    ("open 'my plan'", "open: 'my plan' cannot be a variable: add `--as NAME`"),
    ("open automerge:nonsense --as plan", "open: 'automerge:nonsense' is not a valid Automerge URL"),
    ("open automerge:nonsense", "open: 'automerge:nonsense' is not a valid Automerge URL"),
    ("show", "show: the following arguments are required: NAME|URL"),
    ("show nothing", "show: no document is called 'nothing'; `%automerge ls`"),
    ("show automerge:nonsense", "show: 'automerge:nonsense' is not a valid Automerge URL"),
    ("show " + "x" * 5000, "show: no document is called 'xxx"),
    ("peers nothing", "peers: no document is called 'nothing'"),
    ("wait", "wait: the following arguments are required: NAME|URL; usage: %automerge wait NAME|URL"),
    ("wait nothing", "wait: no document is called 'nothing'"),
    ("wait plan --copies 0", "wait: argument --copies: '0' is no number of copies: at least one; usage:"),
    ("wait plan --copies two", "'two' is no number of copies"),
    ("wait plan --level disk", "argument --level: invalid choice: 'disk' (choose from"),
    ("wait plan --timeout soon", "argument --timeout: 'soon' is no number of seconds to wait; usage:"),
    ("wait plan --timeout -1", "is no number of seconds to wait"),
    ("wait plan --timeout inf", "'inf' is no number of seconds to wait"),
    ("ls extra", "ls: unrecognized arguments: extra; usage: %automerge ls"),
    ("status now", "status: unrecognized arguments: now; usage: %automerge status"),
    ("connect", "connect: the following arguments are required: URL; usage: %automerge connect URL"),
    ("connect localhost:8888", "connect: 'localhost:8888' is no URL of a server: it begins with http, https"),
    ("connect ftp://h/", "it begins with http, https, ws or wss"),
    ("connect http://", "connect: 'http://' names no server"),
    ("connect ws://", "connect: 'ws://' names no server"),
    ("connect http://[::1", "connect: 'http://[::1' is no URL (Invalid IPv6 URL)"),
    ("connect ws://h:99999/", "is no URL (Port out of range 0-65535)"),
    ("connect http://localhost:8888/?token=abc", "connect: no password and no token in the URL"),
    ("connect http://localhost:8888/#token=abc", "connect: no password and no token in the URL"),
    ("connect http://me:secret@localhost:8888/", "connect: no password and no token in the URL"),
    (
        "connect http://127.0.0.1:1/",
        "connect: http://127.0.0.1:1/: no answer (Connection refused)",
    ),
]


@pytest.mark.parametrize(("line", "expected"), MISTAKES, ids=[line[:30] for line, _ in MISTAKES])
def test_a_mistake_is_one_line_that_says_what_where_and_what_to_do(
    shell: InteractiveShell, line: str, expected: str
) -> None:
    before = dict(shell.user_ns)
    with pytest.raises(UsageError) as caught:
        run(shell, line)
    told = str(caught.value)
    assert expected in told and told.startswith("%automerge")
    assert "\n" not in told and len(told) < 400
    assert {name: value for name, value in shell.user_ns.items() if name not in before} == {}


def test_a_mistake_in_a_cell_is_shown_without_a_traceback(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run_cell("%automerge new list")
    shown = "".join(capsys.readouterr())
    assert "UsageError: %automerge new: 'list' is a Python builtin: choose another name\n" in shown
    assert shown.count("\n") == 1 and "Traceback" not in shown


def test_a_server_that_wants_a_token_is_not_given_one_by_a_program(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody_there(prompt: str) -> str:
        raise StdinNotImplementedError

    monkeypatch.setattr("getpass.getpass", nobody_there)
    with small_server() as server:
        server.answers["/api/automerge"] = (403, {}, b"")
        with pytest.raises(UsageError, match="wants a token, which cannot be asked for here"):
            run(shell, f"connect {server.url}")
        monkeypatch.setattr("getpass.getpass", lambda prompt: "wrong")
        with pytest.raises(UsageError, match=r"refuses our token \(403\)"):
            run(shell, f"connect {server.url}")
        assert [header for _, header in server.asked] == [None, None, "token wrong"]


def test_a_variable_that_holds_something_else_is_kept(shell: InteractiveShell) -> None:
    shell.user_ns["plan"] = [1, 2, 3]
    with pytest.raises(
        UsageError, match=r"holds a value \(list\): use `%automerge new plan --as OTHER`, or `del plan` first"
    ):
        run(shell, "new plan")
    assert shell.user_ns["plan"] == [1, 2, 3]
    run(shell, "new plan --as agenda")
    assert isinstance(shell.user_ns["agenda"], DocHandle)


def test_ls_lists_names(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    run(shell, "ls")
    assert "No document has a name yet" in capsys.readouterr().out
    run(shell, "new plan")
    capsys.readouterr()
    run(shell, "ls")
    assert capsys.readouterr().out == f"plan  document  {shell.user_ns['plan'].url}\n"


def test_open_by_url_binds_only_where_told(shell: InteractiveShell) -> None:
    run(shell, "new plan")
    url = shell.user_ns["plan"].url
    run(shell, f"open {url} --as agenda")
    assert shell.user_ns["agenda"].url == url


@pytest.mark.parametrize("line", ["", "help", "--help", "new --help", "help new"])
def test_help_lists_the_commands(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    run(shell, line)
    told = capsys.readouterr().out
    for command in COMMANDS:
        assert f"%automerge {command}" in told
    assert "--fresh" in told and "--as OTHER" in told and max(map(len, told.splitlines())) <= 100


def test_the_question_mark_shows_the_same(shell: InteractiveShell) -> None:
    told = shell.object_inspect("%automerge")["docstring"]
    assert usage() in told


def test_names_of_others_cannot_write_over_the_screen(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    session = current_session()
    assert session is not None
    url = session.repo.create({"title": "\x1b[2J\r" + "long " * 100}).url
    session.catalogue().enter("plan\x1b[31m\nred", url)
    run(shell, "ls")
    run(shell, "status")
    told = capsys.readouterr().out
    assert "\x1b" not in told and "\r" not in told and "plan [31m red" in told
    assert max(map(len, told.splitlines())) < 200


def test_a_name_is_spelt_as_python_spells_it(shell: InteractiveShell) -> None:
    run(shell, "new \N{LATIN SMALL LIGATURE FI}le")
    shell.run_cell("\N{LATIN SMALL LIGATURE FI}le.url")
    assert isinstance(shell.user_ns["file"], DocHandle)


def test_peers_says_when_there_are_none(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    run(shell, "new plan")
    capsys.readouterr()
    run(shell, "peers plan")
    assert "nobody else" in capsys.readouterr().out


def test_waiting_with_nobody_there_ends_at_once_and_says_so(shell: InteractiveShell) -> None:
    run(shell, "new plan")
    with pytest.raises(UsageError, match=r"wait: nobody is connected .*: `%automerge connect URL` joins"):
        run(shell, "wait plan")


def test_how_long_and_for_how_many_to_wait_is_said_as_in_a_shell(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    session = current_session()
    assert session is not None
    with server_on(session, "bob") as bob:
        run(shell, "new plan")
        session.repo.connect(bob)
        capsys.readouterr()
        run(shell, "wait plan --level stored --copies 1 --timeout 10")
        assert capsys.readouterr().out.startswith("stored: bob (")
        with pytest.raises(UsageError, match=r"wait: not synced after 0\.2 s: .*2 copies are asked for"):
            run(shell, "wait plan --copies 2 --timeout 0.2")


def test_connect_says_which_server_it_leaves_and_how_to_go_back(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    session = current_session()
    assert session is not None
    with server_on(session, "bob") as bob, server_on(session, "carol") as carol:
        for url in (bob, bob):
            run(shell, f"connect {url}")
            assert capsys.readouterr().out == f"{url}: connected; never closed.\n"
        run(shell, f"connect {carol}")
        first, left = capsys.readouterr().out.splitlines()
        assert first == f"{carol}: connected; never closed."
        assert left.startswith(f"{bob} was left: ") and left.endswith(
            f"`%automerge connect {bob}` goes back."
        )


@contextmanager
def server_on(session: KernelSession, name: str) -> Iterator[str]:
    """The URL of another Repo on the kernel's thread, with a store of its own."""
    server = Repo(MemoryStorage(), name=name)

    async def start() -> str:
        await server.open()
        return (await server.listen()).url

    async def stop() -> None:
        await server.close()

    yield session.thread.run(start(), 10)
    session.thread.run(stop(), 10)


def test_commands_and_names_complete(shell: InteractiveShell) -> None:
    run(shell, "new plan")
    run(shell, "open plan --as agenda")
    magics = AutomergeMagics(shell)

    def offered(line: str) -> list[str]:
        return candidates(words_before(line), magics)

    assert offered("%automerge ") == list(COMMANDS) == offered("   %automerge  st")
    assert offered("%automerge open ") == ["plan", "agenda"] == offered("%automerge peers  a")
    assert offered("%automerge new plan --f") == ["--fresh", "--as"]
    assert offered("%automerge wait plan --") == ["--copies", "--level", "--timeout"]
    assert offered("%automerge open plan ") == offered("%automerge ls ") == offered("%automerge ls -") == []
    assert offered("") == offered("automerge open ") == offered("%other ") == []
    with provisionalcompleter():
        completions = [one.text for one in shell.Completer.completions("%automerge sta", 14)]
    assert "status" in completions


def test_a_name_that_is_no_single_word_is_completed_in_quotes(shell: InteractiveShell) -> None:
    session = current_session()
    assert session is not None
    session.catalogue().enter("my plan", session.repo.create({}).url)
    assert candidates(["%automerge", "open", "m"], AutomergeMagics(shell)) == ["'my plan'"]
    run(shell, "open 'my plan' --as mine")
    assert isinstance(shell.user_ns["mine"], DocHandle)


def test_after_unloading_the_magic_is_gone(jp_environ: None) -> None:
    shell = new_shell()
    load(shell)
    unload(shell)
    assert current_session() is None
    assert "automerge" not in shell.magics_manager.magics["line"]
    assert not [one for one in shell.Completer.custom_matchers if "automerge" in str(one)]

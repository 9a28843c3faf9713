"""`%automerge` in a shell without a server: every mistake is one line that says what to do."""

from collections.abc import Iterator

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from jupyter_automerge import DocHandle
from jupyter_automerge.kernel.completion import candidates
from jupyter_automerge.kernel.extension import load, unload
from jupyter_automerge.kernel.magics import AutomergeMagics
from jupyter_automerge.kernel.process import current_session


@pytest.fixture
def shell(jp_environ: None) -> Iterator[InteractiveShell]:
    shell = InteractiveShell()
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
    assert capsys.readouterr().out.startswith(f"plan is in the catalogue and was opened ({first})")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("new 1plan", "cannot be a variable"),
        ("new my-plan", "cannot be a variable"),
        ("new class", "a word of the Python language"),
        ("new list", "a Python builtin"),
        ("new", "required: NAME"),
        ("new plan extra", "unrecognized arguments: extra"),
        ("nwe plan", "invalid choice: 'nwe'"),
        ("open nothing", "No document is called 'nothing'"),
        ("open automerge:nonsense", "No document is called"),
        ("show nothing", "`%automerge ls`"),
        ("connect localhost:8888", "http, https, ws or wss"),
        ("connect http://localhost:8888/?token=abc", "No token in the URL"),
        ("new 'plan", "No closing quotation"),
    ],
)
def test_a_mistake_is_one_line(shell: InteractiveShell, line: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        run(shell, line)
    assert reason in str(caught.value) and "\n" not in str(caught.value)


def test_a_variable_that_holds_something_else_is_kept(shell: InteractiveShell) -> None:
    shell.user_ns["plan"] = [1, 2, 3]
    with pytest.raises(UsageError, match="already holds a list: use `%automerge new plan --as OTHER`"):
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


def test_without_arguments_it_tells_its_commands(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    run(shell, "")
    assert "%automerge status" in capsys.readouterr().out


def test_peers_says_when_there_are_none(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    run(shell, "new plan")
    capsys.readouterr()
    run(shell, "peers plan")
    assert "nobody else" in capsys.readouterr().out


def test_commands_and_names_complete(shell: InteractiveShell) -> None:
    run(shell, "new plan")
    magics = AutomergeMagics(shell)
    assert "status" in candidates(["%automerge", "st"], magics)
    assert candidates(["%automerge", "open", ""], magics) == ["plan"]
    assert candidates(["automerge", "open", ""], magics) == []
    with provisionalcompleter():
        completions = [one.text for one in shell.Completer.completions("%automerge sta", 14)]
    assert "status" in completions


def test_after_unloading_the_magic_is_gone(jp_environ: None) -> None:
    shell = InteractiveShell()
    load(shell)
    unload(shell)
    assert current_session() is None
    assert "automerge" not in shell.magics_manager.magics["line"]
    assert not [one for one in shell.Completer.custom_matchers if "automerge" in str(one)]

"""Completion of `%automerge`: its commands, then the names of documents."""

import shlex
from collections.abc import Callable
from typing import cast

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from jupyter_automerge.kernel.arguments import COMMANDS, OPTIONS
from jupyter_automerge.kernel.magics import AutomergeMagics

Matcher = Callable[[CompletionContext], SimpleMatcherResult]
TAKES_NAME = {"new", "open", "show", "peers", "wait"}


def make_matcher(magics: AutomergeMagics) -> Matcher:
    """For IPython's completer; offers only what is in memory, so that Tab never waits for a server."""

    @context_matcher(identifier="automerge_magic")  # type: ignore[untyped-decorator]
    def match(context: CompletionContext) -> SimpleMatcherResult:
        words = words_before(context.line_with_cursor[: context.cursor_position])
        offered = [word for word in candidates(words, magics) if word.startswith(words[-1])]
        return SimpleMatcherResult(
            completions=[SimpleCompletion(text=word, type="document") for word in offered],
            suppress=bool(offered),
        )

    return cast(Matcher, match)


def words_before(line: str) -> list[str]:
    """The words of a line up to the cursor; the last one is what is being typed, and may be empty."""
    words = line.split()
    return words if words and not line[-1].isspace() else [*words, ""]


def candidates(words: list[str], magics: AutomergeMagics) -> list[str]:
    """What may stand in place of the last of these words of a line."""
    if words[0] != "%automerge" or len(words) < 2:
        return []
    if len(words) == 2:
        return list(COMMANDS)
    command, typed = words[1], words[-1]
    if typed.startswith("-"):
        return [option.partition(" ")[0] for option in OPTIONS.get(command, ())]
    if command not in TAKES_NAME or len(words) > 3:
        return []
    return [shlex.quote(name) for name in magics.names() if name.isprintable()]

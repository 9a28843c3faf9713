"""A core that counts what it is asked, for stories of what a step may cost on a machine of any speed."""

from collections import Counter
from collections.abc import Callable
from typing import Any, cast

from jupyter_automerge.document import Document
from jupyter_automerge.document.core import CoreDocument

_MADE_BY_IT = ("fork", "fork_at", "transaction")


class CountingCore:
    """Stands before a core, and before the forks and transactions that it makes.

    `calls` has the names of its methods and, as "changes", how many changes it has handed out.
    """

    def __init__(self, core: object, calls: Counter[str]) -> None:
        self._core = core
        self._calls = calls

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._core, name)

        def counted(*arguments: Any) -> Any:
            self._calls[name] += 1
            answer = method(*arguments)
            if name == "get_changes":
                self._calls["changes"] += len(answer)
            return CountingCore(answer, self._calls) if name in _MADE_BY_IT else answer

        return counted


def counted(document: Document) -> Counter[str]:
    """What its core is asked from here on."""
    calls: Counter[str] = Counter()
    document._trunk._core = cast(CoreDocument, CountingCore(document._trunk._core, calls))
    return calls

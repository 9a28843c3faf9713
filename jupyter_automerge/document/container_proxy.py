"""What map and list proxies have in common: items that are read, written and compared."""

from typing import Any

from jupyter_automerge.document.core import TEXT, CoreValue, Prop
from jupyter_automerge.document.planning import Path, Planned, PlannedScalar, PlannedText, plan
from jupyter_automerge.document.proxy import Proxy
from jupyter_automerge.document.specials import Special
from jupyter_automerge.document.text_proxy import TextProxy
from jupyter_automerge.document.value_types import Counter
from jupyter_automerge.document.writing import is_for_the_core, put, stands
from jupyter_automerge.errors import DocumentError


class ContainerProxy(Proxy):
    """A map or a list."""

    __slots__ = ()

    def _plan(self, value: object, path: Path) -> Planned:
        return plan(value, path, self._block)

    def _write(self, prop: Prop, value: object) -> None:
        path = (*self._path, prop)
        found = self._writer.get(self._id, prop)
        if isinstance(value, Proxy) and found is not None and found[1] == value._id:
            return
        self._write_planned(prop, self._plan(value, path))

    def _write_planned(self, prop: Prop, planned: Planned) -> None:
        """Text is edited where it stands, an equal value is left alone, anything else is replaced.

        Equal scalars go to the core all the same: it writes them only where others are in conflict with them.
        """
        path, writer = (*self._path, prop), self._writer
        found = writer.get(self._id, prop)
        if isinstance(planned, PlannedText) and found is not None and found[0] == TEXT:
            TextProxy(self._block, found[1], path).update(planned.text)
        elif is_for_the_core(found, planned) or not stands(writer, found, planned):
            _keep_counter(found, planned, path)
            put(writer, self._id, prop, planned)

    def _wrap(self, found: Any, prop: Prop) -> Any:
        return self._block.wrap(self._block, found, self._id, prop, self._path)


def _keep_counter(found: CoreValue | None, planned: Planned, path: Path) -> None:
    """A number in a counter's place would lose what others add to it meanwhile: nearly always a slip."""
    is_counter = found is not None and isinstance(found[0], Special) and isinstance(found[0].value, Counter)
    if is_counter and isinstance(planned, PlannedScalar) and isinstance(planned.value, int | float):
        raise DocumentError(
            "there is a counter: use increment(), or write another Counter", path, planned.value
        )

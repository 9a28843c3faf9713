"""A user's share policy in virtual time: it can answer late, raise, or change its mind."""

from collections.abc import Callable

from jupyter_automerge.engine import effects as f
from jupyter_automerge.engine import events as e
from jupyter_automerge.values.ids import DocumentId

Rule = tuple[bool, bool]
"""Announce, access."""


class SimulatedPolicy:
    """Answers by (peer's name, document), then by name, then as `otherwise`. `error`: it raises instead."""

    def __init__(self) -> None:
        self.otherwise: Rule = (True, True)
        self.rules: dict[tuple[str, DocumentId | None], Rule] = {}
        self.delay: Callable[[], float] = lambda: 0.0
        self.error = ""
        self.questions = 0
        self.open = 0
        self.most_open = 0

    def rule(self, name: str, announce: bool, access: bool, document_id: DocumentId | None = None) -> None:
        """From now on; the Engine is told of it by `PolicyChanged` alone."""
        self.rules[name, document_id] = (announce, access)

    def asked(self) -> None:
        self.questions += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)

    def answer(self, question: f.AskPolicy) -> e.PolicyAnswered:
        self.open -= 1
        if self.error:
            return e.PolicyAnswered(question.token, False, False, self.error)
        # A peer without claims is known by its id, which the simulation begins with its name.
        name = question.metadata.name or question.peer_id.rsplit("-", 1)[0]
        rule = self.rules.get((name, question.document_id)) or self.rules.get((name, None)) or self.otherwise
        return e.PolicyAnswered(question.token, *rule)

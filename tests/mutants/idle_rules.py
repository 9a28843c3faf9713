"""Rules of documents that leave memory by themselves (engine/unloading.py, repo/documents.py)."""

from tests.mutants.rules import Mutant

IDLE = "tests/scenarios/test_idle_documents.py"
HANDLES = "tests/unit/repo/test_repo_idle.py"

IDLE_MUTANTS = (
    Mutant(
        "what somebody holds stays in memory",
        "engine/unloading.py",
        "if record.wanted or not record.has_data",
        "if not record.has_data",
        (IDLE,),
    ),
    Mutant(
        "what a peer has open stays in memory",
        "engine/unloading.py",
        "return session.requested and session.standing is not Standing.UNAVAILABLE",
        "return False",
        (IDLE,),
    ),
    Mutant(
        "what an upstream lacks stays in memory",
        "engine/unloading.py",
        "return record.coverage is not None and not record.coverage.covers(facts)",
        "return False",
        (IDLE,),
    ),
    Mutant(
        "without a store nothing leaves",
        "engine/unloading.py",
        "self._after = after if local.has_storage else None",
        "self._after = after",
        (IDLE,),
    ),
    Mutant(
        "a callback holds its document",
        "repo/handle.py",
        "self._live.on_change.add(partial(_call, self, callback))",
        "self._live.on_change.add(callback)",
        (HANDLES,),
    ),
    Mutant(
        "whoever follows rows holds the document",
        "repo/watched.py",
        "kept = [handle]",
        "kept: list[object] = []",
        (HANDLES,),
    ),
    Mutant(
        "whoever follows them no more lets go of it at once",
        "repo/watched.py",
        "        kept.clear()\n",
        "",
        (HANDLES,),
    ),
    Mutant(
        "a stream holds its document",
        "repo/live.py",
        "Feed(partial(self._forget, holder), squeeze=ChangeEvent.then)",
        "Feed(partial(self._forget, None), squeeze=ChangeEvent.then)",
        (HANDLES,),
    ),
)

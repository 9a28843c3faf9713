"""All rules that are switched off, from all files of rules."""

from tests.mutants.emptied_rules import EMPTIED_MUTANTS
from tests.mutants.idle_rules import IDLE_MUTANTS
from tests.mutants.memory_rules import MEMORY_MUTANTS
from tests.mutants.peer_rules import PEER_MUTANTS
from tests.mutants.remote_heads_rules import REMOTE_HEADS_MUTANTS
from tests.mutants.row_rules import ROW_MUTANTS
from tests.mutants.rules import MUTANTS
from tests.mutants.storage_rules import STORAGE_MUTANTS
from tests.mutants.store_rules import STORE_MUTANTS
from tests.mutants.weak_rules import WEAK_MUTANTS

EVERY_MUTANT = (
    *MUTANTS,
    *PEER_MUTANTS,
    *MEMORY_MUTANTS,
    *IDLE_MUTANTS,
    *EMPTIED_MUTANTS,
    *REMOTE_HEADS_MUTANTS,
    *ROW_MUTANTS,
    *STORE_MUTANTS,
    *WEAK_MUTANTS,
    *STORAGE_MUTANTS,
)

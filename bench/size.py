"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Counts of one run."""

    keys: int
    paced_keys: int
    rounds: int
    documents: int
    opens: int
    idle_connections: int
    short_history: int = 100
    long_history: int = 5000
    row_history: int = 10_000
    megabytes: tuple[int, ...] = (1, 10)
    listed: int = 10_000


FULL = Size(keys=200, paced_keys=50, rounds=50, documents=500, opens=5, idle_connections=300)
QUICK = Size(
    keys=20,
    paced_keys=5,
    rounds=5,
    documents=50,
    opens=1,
    idle_connections=20,
    long_history=1000,
    megabytes=(1,),
    listed=500,
)

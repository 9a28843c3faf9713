"""What a Dialer finds at a Repo's address."""

from dataclasses import dataclass

from jupyter_automerge.values.status import Access


@dataclass(slots=True, eq=False)
class SimulatedDoor:
    """`refusal`: why nobody comes in, "" if it is open; `fatal`: trying again cannot help. `delay` in
    seconds.
    """

    refusal: str = ""
    fatal: bool = False
    delay: float = 0.01
    access: Access = Access.WRITE

"""Whether anybody looks at what a cell shows."""

from typing import Any

from IPython.core.getipython import get_ipython


def is_watched() -> bool:
    """Whether what runs now was asked for by a program with a person before it.

    Every such program can answer `input()`. One that runs notebooks for nobody cannot, and says so with each
    cell (`allow_stdin` in Jupyter's messaging protocol). False outside of a kernel.
    """
    kernel: Any = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return False
    request = kernel.get_parent() if hasattr(kernel, "get_parent") else {}
    asked_by_a_cell = request.get("header", {}).get("msg_type") == "execute_request"
    return not asked_by_a_cell or bool(request["content"].get("allow_stdin"))

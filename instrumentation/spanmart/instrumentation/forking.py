"""What a forked child must not share with its parent: threads, connections, locks, and calls under way."""

import os
from collections.abc import Callable


def run_in_child(forget: Callable[[], object]) -> None:
    """Have `forget` called in every child that this process forks from now on."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget)

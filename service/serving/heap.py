"""Memory that C code has freed goes back to the system.

NumPy, SQLite and the interpreter allocate through glibc, whose heaps (one for each thread) keep
what was freed in between. Nothing of it is lost, and yet a worker grew by some 100 MB while 100,000
requests came. `malloc_trim(3)` gives back whole free pages of all heaps.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress


def give_back() -> int:
    """Give free pages back; nothing where the C library is another. 0: there is nothing to tell."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
    return 0

"""Work spread over a Dask cluster: connect, prove that it fits, hand out batches in order.

The library is an extra (``pip install saring[cluster]``) and is imported only when it is used.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from service.errors import BadSettings
from service.scoring.artefact import libraries

_PATIENCE: Final = "15s"
_AHEAD_PER_THREAD: Final = 3
Batch = TypeVar("Batch")
Done = TypeVar("Done")


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A ``distributed.Client`` of the scheduler at an address such as ``tcp://10.0.0.5:8786``.

    `BadSettings` in one line where the extra is missing, nobody answers, no worker is there, or a
    worker has other versions of the libraries, with which it would score otherwise.
    """
    try:
        from distributed import Client
    except ImportError:
        raise BadSettings("--scheduler needs the cluster extra: saring[cluster]") from None
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise BadSettings(
            f"--scheduler: got '{address}', which does not answer ({type(error).__name__}); "
            "it takes the address of a Dask scheduler, like tcp://HOST:8786"
        ) from error
    with client:
        _prove_alike(client, address)
        yield client


def _prove_alike(client: Any, address: str) -> None:
    here = libraries()
    found: dict[str, dict[str, str]] = client.run(libraries)
    if not found:
        raise BadSettings(f"--scheduler: the cluster at '{address}' has no workers")
    for worker, there in sorted(found.items()):
        if there != here:
            names = ", ".join(f"{n} {there.get(n)} (here {v})" for n, v in here.items()
                              if there.get(n) != v)  # fmt: skip
            raise BadSettings(f"--scheduler: worker {worker} has other libraries: {names}")


def in_order(
    client: Any, work: Callable[[Any, Batch], Done], shared: object, batches: Iterable[Batch]
) -> Iterator[Done]:
    """``work(shared, batch)`` for each batch, on the cluster, in the order of the batches.

    ``shared`` is sent to every worker once. Few batches per thread are under way at a time, so
    neither side holds more than that. Closing the iterator cancels what is under way.
    """
    ahead = _AHEAD_PER_THREAD * max(1, sum(client.nthreads().values()))
    everywhere = client.scatter(shared, broadcast=True, hash=False)
    under_way: deque[Any] = deque()
    try:
        for batch in batches:
            under_way.append(client.submit(work, everywhere, batch, pure=False))
            if len(under_way) >= ahead:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        client.cancel(list(under_way))

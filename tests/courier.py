"""A process that carries an outbox until it is killed: ``python -m tests.courier URL SECRET``."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

from service.outbound.post import Post
from service.storage.engine import open_database
from service.webhooks import Courier

if __name__ == "__main__":
    # A lease of a second instead of a minute and a half, so that a test need not wait for it.
    post = Post(answer_seconds=0.3)
    type(post).most_seconds = property(lambda self: 0.6)  # type: ignore[assignment]
    courier = Courier(
        open_database(sys.argv[1]),
        sys.argv[2].encode(),
        lambda: datetime.now(UTC),
        post,
        lease=timedelta(seconds=1),
    )
    print("ready", flush=True)
    while True:
        if not courier.deliver():
            time.sleep(0.02)

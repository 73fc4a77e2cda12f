"""Requests are received whole before a thread is given to them, and slow readers cost none.

gunicorn's threads read from the client and write to it, so that a few clients who dawdle keep all
of them. Here the worker's own loop receives, and a thread gets a request when all of it is there;
what a client does not take at once the loop sends on. Every wait has an end, and when there is no
room the connection that has waited longest goes: who dawdles gives way to who does not.
"""

from __future__ import annotations

import errno
import resource
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from service.serving.connection import HEAD_SECONDS, Callback, Connection, plain_answer
from service.serving.framing import Unacceptable
from service.serving.wire import READ, WRITE, Wire
from service.turns import Turns

DISCARD_SECONDS: Final = 10.0
MOST_CONNECTIONS: Final = 1000
MOST_BYTES_HELD: Final = 64 * 1024 * 1024
SMALL_BYTES: Final = 64 * 1024
_SWEEP_SECONDS: Final = 0.5
_MOST_ASIDE: Final = 8
_LIFE: Final = (b"GET /healthz ", b"HEAD /healthz ")


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker with the waiting taken from its threads."""

    def init_process(self) -> None:
        """Make what each worker keeps, then run."""
        self.waiting: dict[Connection, None] = {}  # in the order in which their waits began
        self.bytes_held = 0
        self.swept = 0.0
        self.whole: Turns[Connection] = Turns()  # requests that are here and wait for a thread
        self.at_work = 0
        self.aside, self.aside_at_once = ThreadPoolExecutor(1), 0
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self.most_connections = max(1, min(MOST_CONNECTIONS, soft // 2))
        self.worker_connections = sys.maxsize  # room is made instead of accepting nobody
        super().init_process()

    # Coming in

    def accept(self, listener: Any) -> None:
        """Take a connection; where there is no room, the one that has waited longest goes."""
        try:
            plain, client = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                self._make_room()
            return
        has_room = self.nr_conns < self.most_connections or self._make_room()
        self.nr_conns += 1
        conn = Connection(self.cfg, Wire(plain), client, listener.getsockname())
        if has_room:
            self._await_request(conn, HEAD_SECONDS)
            self._receive(conn)
        else:
            self._turn_away(conn, 503, "Too many connections.")

    def _make_room(self) -> bool:
        longest = next(iter(self.waiting), None)
        if longest is not None:
            self._end(longest)
        return longest is not None

    def _await_request(self, conn: Connection, seconds: float) -> None:
        conn.waits(seconds)
        conn.sock.expect_request()
        self.waiting[conn] = None

    def _receive(self, conn: Connection) -> None:
        conn.sock.pull()
        self._count(conn)
        self._consider(conn)

    def _consider(self, conn: Connection) -> None:
        """Hand the request on if all of it is here, else wait for more."""
        wire = conn.sock
        try:
            is_whole = wire.has_request()
        except Unacceptable as refusal:
            self._turn_away(conn, refusal.status, "The request cannot be read.")
            return
        if is_whole:
            self._hand_on(conn)
        elif wire.is_ended:
            self._end(conn)
        else:
            if wire.inbox:
                conn.waits_for_more()
            self._watch(conn, READ, self._receive)
            if self.bytes_held > MOST_BYTES_HELD and wire.size > SMALL_BYTES:
                self._relieve()

    def _relieve(self) -> None:
        """Give up the largest of those that wait."""
        largest = max(self.waiting, key=lambda conn: conn.sock.size)
        if largest.sock.outbox:
            self._end(largest)
        else:
            self._turn_away(largest, 503, "Too much at once.")

    def _hand_on(self, conn: Connection) -> None:
        goes_aside = self.aside_at_once < _MOST_ASIDE and conn.sock.inbox.startswith(_LIFE)
        if not (goes_aside or self.whole.takes(conn.network)):
            self._turn_away(conn, 503, "Too many requests at once.")
            return
        del self.waiting[conn]
        self._watch(conn, 0)
        conn.sock.open_request()
        if goes_aside:
            self._answer_aside(conn)
        else:
            self.whole.put(conn.network, conn)
            self._set_to_work()

    def _answer_aside(self, conn: Connection) -> None:
        """In a thread that nothing else keeps: a process whose threads all wait for the database is
        alive, and is not to be killed for them."""
        self.aside_at_once += 1
        done = self.aside.submit(self.handle, conn)
        done.add_done_callback(lambda done: self.method_queue.defer(self._finish_aside, conn, done))

    def _set_to_work(self) -> None:
        """Give threads something to do, and a little in advance so that none must wait for us."""
        while self.whole and self.at_work < 2 * self.cfg.threads:
            self.at_work += 1
            self.enqueue_req(self.whole.take())

    # In a thread

    def handle(self, conn: Connection) -> bool:
        """Answer one request that is here; whether the connection is good for another."""
        wire, request = conn.sock, None
        try:
            request = next(conn.parser)
            request._expected_100_continue = False  # it was answered while receiving
            if wire.is_last:
                request.force_close()
            keeps = self.handle_request(request, conn)
            return bool(keeps and conn.parser.finish_body() and self._ends_agree(conn))
        except (StopIteration, OSError):  # the client is gone, or did not send all that it said
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is, this client gets an answer
            self.handle_error(request, wire, conn.client, error)
            return False
        finally:
            wire.push()

    @staticmethod
    def _ends_agree(conn: Connection) -> bool:
        """Whether parser and framing found the same end; if not, the rest means nothing sure."""
        left = conn.parser.unreader.take_buffered()
        return not left and conn.sock.is_read_up()

    # Going out

    def finish_request(self, conn: Connection, done: Future[bool]) -> None:
        """Back in the loop: something else for the thread, and on with the connection."""
        self.at_work -= 1
        self._set_to_work()
        self._finish(conn, done)

    def _finish_aside(self, conn: Connection, done: Future[bool]) -> None:
        self.aside_at_once -= 1
        self._finish(conn, done)

    def _finish(self, conn: Connection, done: Future[bool]) -> None:
        """Send what is left, then wait for another request or part."""
        conn.is_leaving = done.cancelled() or done.exception() is not None or not done.result()
        conn.sock.close_request()
        conn.discards = conn.sock.is_last and not conn.sock.is_ended
        self._count(conn)
        self._send(conn)

    def _send(self, conn: Connection) -> None:
        wire = conn.sock
        wire.push()
        self._count(conn)
        if wire.is_broken:
            self._end(conn)
        elif wire.outbox:
            if conn not in self.waiting:
                conn.waits_for_taking()
                self.waiting[conn] = None
            self._watch(conn, WRITE, self._send)
        else:
            self._next(conn)

    def _next(self, conn: Connection) -> None:
        self.waiting.pop(conn, None)
        if conn.is_leaving:
            self._part(conn)
        else:
            seconds = self.cfg.keepalive if self.alive else STOP_KEEPALIVE_LINGER
            self._await_request(conn, seconds)
            self._consider(conn)

    def _part(self, conn: Connection) -> None:
        """Say that nothing follows, and read on a little: who still sends must see the answer."""
        conn.waits(DISCARD_SECONDS if conn.discards else STOP_KEEPALIVE_LINGER)
        self.waiting[conn] = None
        conn.sock.say_last()
        self._discard(conn)

    def _discard(self, conn: Connection) -> None:
        conn.sock.waste()
        if conn.sock.is_ended:
            self._end(conn)
        else:
            self._watch(conn, READ, self._discard)

    def _turn_away(self, conn: Connection, status: int, text: str) -> None:
        conn.is_leaving = conn.discards = True
        conn.sock.forget_input()
        conn.sock.outbox += plain_answer(status, text)
        self.waiting.pop(conn, None)
        self._send(conn)

    # Its end

    def _end(self, conn: Connection) -> None:
        self.waiting.pop(conn, None)
        self._watch(conn, 0)
        self.nr_conns -= 1
        self.bytes_held -= conn.counted
        conn.counted = 0
        conn.close()

    def murder_keepalived(self, force: bool = False) -> None:
        """End what has waited too long; gunicorn's loop calls this at least once a second."""
        now = time.monotonic()
        if now - self.swept < _SWEEP_SECONDS and not force:
            return
        self.swept = now
        for conn in [conn for conn in self.waiting if force or conn.is_overdue(now)]:
            if conn in self.waiting:
                self._give_up(conn, force=force)

    def _give_up(self, conn: Connection, *, force: bool) -> None:
        is_asking = conn.sock.inbox and not conn.sock.outbox and not conn.is_leaving
        if is_asking and not force:
            self._turn_away(conn, 408, "The request took too long.")
        else:
            self._end(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """While stopping, those that have sent nothing and take nothing wait until then at most."""
        self._leave_the_port()
        for conn in self.waiting:
            if not conn.sock.size:
                conn.deadline = min(conn.deadline, deadline)

    def _leave_the_port(self) -> None:
        """Take those who have connected already; who comes later is refused and asks elsewhere.

        gunicorn keeps the port until its last client is done, and serves nobody new from it.
        """
        for listener in self.sockets:
            before = -1
            while before < self.nr_conns:
                before = self.nr_conns
                PatientWorker.accept(self, listener)
            listener.close()

    def _count(self, conn: Connection) -> None:
        size = conn.sock.size
        self.bytes_held += size - conn.counted
        conn.counted = size

    def _watch(self, conn: Connection, events: int, callback: Callback | None = None) -> None:
        """Be called when it can be read or written; 0 events: no more."""
        wire = conn.sock
        if wire.watched != events:
            if wire.watched:
                self.poller.unregister(wire)
            if events:
                self.poller.register(wire, events, lambda _wire: self._call_back(conn))
            wire.watched = events
        conn.callback = callback

    @staticmethod
    def _call_back(conn: Connection) -> None:
        """Do what it is watched for by now: of two that the poller reports together, the first may
        have ended the second, or turned it away."""
        if conn.callback:
            conn.callback(conn)

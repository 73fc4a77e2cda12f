"""Webhooks from the outbox to a real receiver on loopback: signed, in order, again until taken."""

from __future__ import annotations

import base64
import hmac
import socket
import threading

import pytest

from service import events
from service.access import Access
from service.errors import Invalid, Missing
from service.outbound import signatures
from service.outbound.post import Post
from service.storage import events as told
from service.webhooks import Courier, Webhooks
from tests.conftest import SECRET
from tests.receiver import receiving


@pytest.fixture
def receiver():
    with receiving() as started:
        yield started


class Newsroom:
    """A site that is told, and what carries the news."""

    def __init__(self, database, clock, url):
        self.database, self.clock = database, clock
        access = Access(database, SECRET, clock)
        access.add_site("kabar")
        self.site = access.named_site("kabar")
        self.webhooks = Webhooks(database, SECRET, clock)
        self.hook, self.secret = self.webhooks.add(self.site, url, allow_private=True)

    def courier(self, **changes):
        post = changes.pop("post", None) or Post()
        return Courier(self.database, SECRET, self.clock, post, chance=lambda: 1.0, **changes)

    def happen(self, *comment_ids):
        with self.database.begin() as tx:
            told.tell(tx, self.site.id, [events.erased(c) for c in comment_ids], self.clock())

    def deliver(self, **changes):
        return self.courier(**changes).deliver()

    def state(self):
        (webhook,) = self.webhooks.all()
        return webhook.waiting, webhook.dead


@pytest.fixture
def room(database, clock, receiver):
    return Newsroom(database, clock, receiver.url)


def subjects(receiver):
    return [event["data"]["comment_id"] for event in receiver.told]


def verify(headers, body, secret):
    """What any Standard Webhooks library does."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return f"v1,{wanted}" in headers["webhook-signature"].split(" ")


def test_it_works(room, receiver):
    room.happen("a", "b")
    assert room.deliver() == 2
    assert subjects(receiver) == ["a", "b"]
    assert room.state() == (0, 0)
    assert room.deliver() == 0
    headers, body = receiver.headers[0], receiver.bodies[0]
    assert headers["webhook-id"] == receiver.told[0]["id"]
    assert headers["webhook-timestamp"] == str(int(room.clock().timestamp()))
    assert headers["content-type"] == "application/json"
    assert verify(headers, body, room.secret)
    assert not verify(headers, body + b" ", room.secret)


def test_a_rolled_secret_signs_beside_the_old_one_for_a_day(room, receiver):
    new = room.webhooks.rotate(room.hook)
    room.happen("a")
    room.deliver()
    room.clock.forward(hours=25)
    room.happen("b")
    room.deliver()
    good = [
        [verify(headers, body, secret) for secret in (room.secret, new)]
        for headers, body in zip(receiver.headers, receiver.bodies, strict=True)
    ]
    assert good == [[True, True], [False, True]]


def test_only_the_sites_own_webhooks_are_told(room, receiver, database, clock):
    access = Access(database, SECRET, clock)
    access.add_site("lain")
    with database.begin() as tx:
        told.tell(tx, access.named_site("lain").id, [events.erased("x")], clock())
    assert room.deliver() == 0


def test_a_failure_is_tried_again_later_and_later(room, receiver):
    receiver.answer = lambda _: 400
    room.happen("a")
    waits = []
    for _ in range(4):
        before = len(receiver.bodies)
        seconds = 0
        while len(receiver.bodies) == before:
            room.deliver()
            if len(receiver.bodies) == before:
                room.clock.forward(seconds=5)
                seconds += 5
        waits.append(seconds)
    assert waits == [0, 5, 10, 20]
    receiver.answer = lambda _: 200
    room.clock.forward(seconds=40)
    assert room.deliver() == 1
    assert len({headers["webhook-id"] for headers in receiver.headers}) == 1
    assert len(set(receiver.bodies)) == 1


@pytest.mark.parametrize(("failed_with", "told_at_once"), [(400, 1), (500, 0)])
def test_a_clock_set_back_keeps_what_waited_that_much_longer(
    room, receiver, failed_with, told_at_once
):
    """And all that is for a receiver that was away just then; nothing is lost or told twice."""
    receiver.answer = lambda _: failed_with
    room.happen("a")
    room.deliver()
    receiver.answer = lambda _: 200
    room.clock.forward(hours=-1)
    room.happen("b")
    assert room.deliver() == told_at_once
    room.clock.forward(hours=1, minutes=1)
    assert room.deliver() == 2 - told_at_once
    assert sorted(subjects(receiver)) == ["a", "b"]


def test_after_a_day_it_is_a_dead_letter_that_can_be_sent_again(room, receiver):
    receiver.answer = lambda _: 400
    room.happen("a")
    for _ in range(30):
        room.deliver()
        room.clock.forward(hours=1)
    assert room.state() == (0, 1)
    (letter,) = room.webhooks.dead(room.hook)
    assert (letter.event.data["comment_id"], letter.last_answer) == ("a", "400")
    receiver.answer = lambda _: 200
    assert room.deliver() == 0
    assert room.webhooks.resend(room.hook, ["no such event"]) == 0
    assert room.webhooks.resend(room.hook) == 1
    assert room.deliver() == 1
    assert room.state() == (0, 0)


def test_order_is_kept_per_comment_and_others_go_on(room, receiver):
    receiver.answer = lambda event: 400 if event["data"]["comment_id"] == "a" else 200
    room.happen("a", "b", "a", "b")
    assert room.deliver() == 2
    assert subjects(receiver) == ["b", "b"]
    receiver.answer = lambda _: 200
    room.clock.forward(seconds=10)
    assert room.deliver() == 2
    assert [event["sequence"] for event in receiver.told] == [2, 4, 1, 3]


def test_a_dead_letter_lets_what_follows_pass(room, receiver):
    receiver.answer = lambda event: 400 if event["sequence"] == 1 else 200
    room.happen("a", "a")
    for _ in range(30):
        room.deliver()
        room.clock.forward(hours=1)
    assert room.state() == (0, 1)
    assert [event["sequence"] for event in receiver.told] == [2]


def test_a_receiver_that_is_down_is_not_asked_for_every_comment(room, receiver):
    receiver.answer = lambda _: 503
    room.happen("a", "b", "c")
    room.deliver()
    assert len(receiver.bodies) == 1
    receiver.answer = lambda _: 200
    room.clock.forward(seconds=10)
    assert room.deliver() == 3


def test_redirects_are_not_followed(room, receiver):
    receiver.answer, receiver.more = lambda _: 307, {"Location": receiver.url}
    room.happen("a")
    room.deliver()
    assert len(receiver.bodies) == 1
    assert room.state() == (1, 0)


def test_nobody_is_there(room, receiver, database, clock):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        hook, _ = room.webhooks.add(room.site, url, allow_private=True)
        room.happen("a")
        assert room.deliver() == 1
    waiting = {webhook.id: webhook.waiting for webhook in room.webhooks.all()}
    assert waiting == {room.hook: 0, hook: 1}


def test_an_answer_that_drips_is_cut_off(room, receiver):
    """A receiver that sends a byte now and then resets every read's own time limit."""
    stop = threading.Event()

    def drip(server):
        client, _ = server.accept()
        with client:
            client.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not stop.wait(0.05):
                try:
                    client.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=[server])
        thread.start()
        room.webhooks.remove(room.hook)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        room.webhooks.add(room.site, url, allow_private=True)
        room.happen("a")
        assert room.deliver(post=Post(answer_seconds=0.3)) == 0
        stop.set()
        thread.join()
    assert room.state() == (1, 0)


@pytest.mark.parametrize("answer", [b"", b"no HTTP at all\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n"])
def test_an_answer_that_is_none_is_a_failure(room, answer):
    def reply(server):
        client, _ = server.accept()
        with client:
            client.recv(65536)
            client.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=reply, args=[server])
        thread.start()
        room.webhooks.remove(room.hook)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        room.webhooks.add(room.site, url, allow_private=True)
        room.happen("a")
        assert room.deliver() == 0
        thread.join()
    assert room.state() == (1, 0)


def test_the_address_that_was_checked_is_the_one_connected_to(room, receiver):
    """A name that answers differently the second time leads nowhere: it is asked once."""
    asked = []

    def resolve(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    room.webhooks.remove(room.hook)
    port = receiver.url.split(":")[2].split("/")[0]
    room.webhooks.add(room.site, f"http://kabar.example:{port}/", allow_private=True)
    room.happen("a")
    assert room.deliver(post=Post(resolve)) == 1
    assert asked == ["kabar.example"]
    assert receiver.headers[0]["host"] == f"kabar.example:{port}"


def test_loopback_is_refused_unless_allowed(room, receiver):
    room.webhooks.remove(room.hook)
    port = receiver.url.split(":")[2].split("/")[0]
    room.webhooks.add(room.site, f"https://localhost:{port}/")
    room.happen("a")
    assert room.deliver() == 0
    assert receiver.bodies == []
    room.clock.forward(days=2)
    room.deliver()
    (letter,) = room.webhooks.dead(room.webhooks.all()[0].id)
    assert letter.last_answer == "refused address"


def test_nothing_is_sent_under_a_lease_that_is_used_up(room, receiver):
    def slow(host, port):
        room.clock.forward(seconds=80)
        return ["127.0.0.1"]

    room.happen("a")
    assert room.deliver(post=Post(slow)) == 0
    assert receiver.bodies == []


def test_many_couriers_never_send_the_same_event_at_the_same_time(room, receiver):
    room.happen(*(f"c{number % 7}" for number in range(60)))
    threads = [threading.Thread(target=room.deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while room.deliver():
        pass
    assert receiver.twice_at_once == []
    assert sorted(event["sequence"] for event in receiver.told) == list(range(1, 61))
    for comment in {f"c{number}" for number in range(7)}:
        mine = [e["sequence"] for e in receiver.told if e["data"]["comment_id"] == comment]
        assert mine == sorted(mine)


def test_a_lost_lease_changes_nothing(room, receiver):
    """Another took over: what the first one has to say of it no longer counts."""
    room.happen("a")

    def slow(_event):
        room.clock.forward(seconds=100)
        receiver.answer = lambda _: 204
        room.deliver()
        return 500

    receiver.answer = slow
    room.deliver()
    assert room.state() == (0, 0)


def test_removing_and_rotating_what_is_not_there(room):
    for act in (room.webhooks.remove, room.webhooks.rotate):
        with pytest.raises(Missing):
            act("no such webhook")


def test_a_bad_url_is_refused(room):
    with pytest.raises(Invalid):
        room.webhooks.add(room.site, "http://kabar.example/")


def test_secrets_are_in_no_table(room):
    with room.database.read() as tx:
        rows = tx.exec_driver_sql("SELECT * FROM webhooks").all()
    raw = room.secret.removeprefix(signatures.PREFIX)
    assert raw not in repr(rows)

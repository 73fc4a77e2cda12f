"""Two services over one PostgreSQL are one service: counts, locks and sessions hold across both."""

from __future__ import annotations

import re
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

import pytest
import requests

from tests.proxy import NGINX, proxy
from tests.running import PATIENCE, Service, saring, until
from tests.web.desk import PASSWORD, csrf_of

COMMENT = {"author_name": "Budi", "author_email": "budi@example.com"}
SECRET = "a secret of at least thirty-two bytes for two replicas"


class Replicas:
    """Two services started at the same moment on an empty database."""

    def __init__(self, directory, url, **settings):
        shared = {"database_url": url, "secret": SECRET, "workers": "1", **settings}
        self.settings = {"database_url": url, "secret": SECRET}
        self.both = [Service(directory / name, **shared) for name in "ab"]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(Service.start, self.both))
        self.home = self.both[0].home
        self.key = next(one.key for one in self.both if one.key)
        for one in self.both:
            one.key = self.key
        self.turn = cycle(self.both)

    def saring(self, *words, stdin=""):
        done = saring(*words, home=self.home, stdin=stdin, **self.settings)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def site(self, **rules):
        """A new site with these rules, as the two know it; its key."""
        name = f"site-{uuid.uuid4().hex[:8]}"
        found = re.search(r"^key +(\w+)$", self.saring("site", "add", name), re.MULTILINE)
        if rules:
            self.saring("site", "set", name, *(f"{rule}={value}" for rule, value in rules.items()))
        return name, found[1]

    def post(self, key, content, service=None, headers=None, **more):
        """Post to one of them, by turns."""
        headers = {"Authorization": f"Bearer {key}", **(headers or {})}
        body = {**COMMENT, "content": content, **more}
        one = service or next(self.turn)
        address = f"{one.address}/v1/comments"
        return requests.post(address, json=body, headers=headers, timeout=PATIENCE)

    def post_to_both(self, key, content, headers=None):
        """The same comment to both at the same moment."""
        barrier = threading.Barrier(2)

        def post(one):
            barrier.wait()
            return self.post(key, content, one, headers)

        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(post, self.both))


@pytest.fixture(scope="module")
def replicas(tmp_path_factory, new_postgres_database):
    directory = tmp_path_factory.mktemp("replicas")
    made = Replicas(directory, new_postgres_database(), rate_limit="30/hour")
    yield made
    for one in made.both:
        one.kill()


def test_it_works(replicas):
    """Both migrated at once, and the keys and the password were shown by one of them."""
    for one in replicas.both:
        assert requests.get(f"{one.address}/readyz", timeout=PATIENCE).status_code == 200
    said = "".join(one.said() for one in replicas.both)
    assert said.count("First start.") == 1
    assert replicas.saring("site", "list") == "default\n"


def test_an_idempotency_key_is_good_for_both(replicas):
    _, key = replicas.site()
    for number in range(5):
        header = {"Idempotency-Key": uuid.uuid4().hex}
        answers = replicas.post_to_both(key, f"Satu {number}", header)
        assert {answer.status_code for answer in answers} <= {201, 409}
        again = [replicas.post(key, f"Satu {number}", one, header) for one in replicas.both]
        assert [answer.status_code for answer in again] == [201, 201]
        assert len({answer.json()["id"] for answer in again}) == 1


def test_the_same_comment_at_both_is_stored_once(replicas):
    _, key = replicas.site()
    for number in range(5):
        answers = replicas.post_to_both(key, f"Dua {number}")
        assert sorted(answer.status_code for answer in answers) == [201, 409]


def test_a_flood_is_counted_across_both(replicas):
    _, key = replicas.site(author_per_minute=6, trusted_after=0)
    statuses = [replicas.post(key, f"Tiga {number}").status_code for number in range(12)]
    assert statuses == [201] * 6 + [429] * 6


def test_the_rate_limit_is_counted_across_both(replicas):
    _, key = replicas.site()
    statuses = Counter(replicas.post(key, f"Empat {number}").status_code for number in range(40))
    assert statuses == {201: 30, 429: 10}


def test_a_wave_gathers_across_both(replicas):
    _, key = replicas.site(wave_from=4)
    text = (
        "Saya sudah coba sendiri dan hasilnya luar biasa, hubungi admin di tautan profil nomor {}"
    )
    rules = [
        replicas.post(
            key, text.format(number), author_name=f"Akun {number}",
            author_email=f"akun{number}@example.com",
        ).json()["rule"]
        for number in range(8)
    ]  # fmt: skip
    assert "wave" in rules
    assert rules.index("wave") <= 4
    assert set(rules[rules.index("wave") :]) == {"wave"}


def test_rules_and_keys_change_for_both(replicas):
    name, key = replicas.site()
    replicas.saring("site", "set", name, "banned_words=terlarang")

    def rejected(one):
        answer = replicas.post(key, f"kata terlarang {uuid.uuid4()}", one)
        return answer.json()["verdict"] == "reject"

    for one in replicas.both:
        until(lambda one=one: rejected(one), "the new rule holds", 5)
    replicas.saring("site", "rotate-key", name)
    for one in replicas.both:
        until(
            lambda one=one: replicas.post(key, "halo", one).status_code == 401, "the key is old", 5
        )


def test_a_session_is_good_at_both_and_ends_at_both(replicas):
    replicas.saring("moderator", "add", "wati", "--password-file", "-", stdin=PASSWORD + "\n")
    here, there = (one.address for one in replicas.both)
    with requests.Session() as browser:
        word = csrf_of(browser.get(f"{here}/login", timeout=PATIENCE).text)
        form = {"name": "wati", "password": PASSWORD, "csrf": word}
        browser.post(f"{here}/login", data=form, timeout=PATIENCE)
        page = browser.get(f"{there}/queue", timeout=PATIENCE)
        assert (page.status_code, page.history) == (200, [])
        out = browser.post(f"{there}/logout", data={"csrf": csrf_of(page.text)}, timeout=PATIENCE)
        assert out.ok
        assert browser.get(f"{here}/queue", timeout=PATIENCE).url.startswith(f"{here}/login")


def test_events_are_in_order_and_without_a_hole(replicas):
    _, key = replicas.site()
    with ThreadPoolExecutor(4) as pool:
        posted = list(pool.map(lambda number: replicas.post(key, f"Lima {number}"), range(24)))
    ids = [answer.json()["id"] for answer in posted]
    told, after = [], 0
    while True:
        page = requests.get(
            f"{next(replicas.turn).address}/v1/events?after={after}&limit=5",
            headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE,
        ).json()  # fmt: skip
        told += page["events"]
        if not page["more"]:
            break
        after = page["next"]
    assert [event["sequence"] for event in told] == list(range(1, 25))
    assert sorted(event["data"]["comment_id"] for event in told) == sorted(ids)


@pytest.mark.skipif(NGINX is None, reason="no nginx on this machine; apt has nginx-light")
def test_one_dies_under_load_and_comes_back(tmp_path, new_postgres_database):
    """No 5xx for clients that repeat once, nothing lost that was answered, nothing doubled."""
    replicas = Replicas(tmp_path, new_postgres_database())
    _, key = replicas.site(author_per_minute=0, network_per_minute=0)
    done = threading.Event()
    outcomes: list[tuple[str, int, int]] = []

    def client(number, address):
        with requests.Session() as line:
            for count in range(10_000):
                if done.is_set():
                    return
                content = f"Halo {number} {count}"
                outcomes.append((content, *_twice(line, address, key, content)))

    with proxy(tmp_path / "proxy", [one.port for one in replicas.both]) as address:
        clients = [threading.Thread(target=client, args=(n, address)) for n in range(4)]
        for one in clients:
            one.start()
        try:
            until(lambda: len(outcomes) > 30, "some comments are in")
            for one in replicas.both:
                one.kill()
                before = len(outcomes)
                until(lambda b=before: len(outcomes) > b + 30, "the other goes on")
                one.restart()
                seen = logged(one)
                until(lambda o=one, s=seen: logged(o) > s + 10_000, "nginx sends it some again")
        finally:
            done.set()
            for one in clients:
                one.join(60)
    stored = _contents(replicas, key)
    for one in replicas.both:
        one.kill()
    assert {second for _, _, second in outcomes} == {201}
    assert any(first != 201 for _, first, _ in outcomes), "the death was felt"
    assert Counter(stored) == Counter(content for content, _, _ in outcomes)


def logged(service):
    """How many bytes of log a service has written."""
    return sum(path.stat().st_size for path in service.home.rglob("*.jsonl"))


def _twice(line, address, key, content):
    """Post, and once more under the same Idempotency-Key where that did not go well."""
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": uuid.uuid4().hex}
    body = {**COMMENT, "content": content}
    statuses = []
    for _ in range(2):
        try:
            there = f"{address}/v1/comments"
            answer = line.post(there, json=body, headers=headers, timeout=PATIENCE)
            statuses.append(answer.status_code)
        except requests.RequestException:
            statuses.append(0)
        if statuses[-1] == 201:
            break
    return statuses[0], statuses[-1]


def _contents(replicas, key):
    """What is stored, as the site's own events and `GET` tell it."""
    address, headers = replicas.both[0].address, {"Authorization": f"Bearer {key}"}
    found, after = [], 0
    with requests.Session() as line:
        while True:
            path = f"{address}/v1/events?after={after}&limit=1000"
            page = line.get(path, headers=headers, timeout=PATIENCE).json()
            for event in page["events"]:
                path = f"{address}/v1/comments/{event['data']['comment_id']}"
                case = line.get(path, headers=headers, timeout=PATIENCE)
                found.append(case.json()["content"])
            if not page["more"]:
                return found
            after = page["next"]

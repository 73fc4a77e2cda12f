"""deploy/wordpress/saring.php in real PHP, among the few functions of WordPress that it calls."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
from urllib.parse import parse_qs

import pytest

from tests.running import PATIENCE, ROOT, Service, free_port
from tests.web.test_wordpress import check, correction, encoded, recheck

PLUG_IN = ROOT / "deploy" / "wordpress" / "saring.php"
STUBS = ROOT / "tests" / "clients" / "wordpress_stubs.php"
PHP = shutil.which("php")
CHECK = "https://rest.akismet.com/1.1/comment-check"
GUID = re.compile(r"[0-9a-f]{32}")

pytestmark = pytest.mark.skipif(PHP is None, reason="no php on this machine; apt has php-cli")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    running = Service(tmp_path_factory.mktemp("wordpress"), workers="1")
    try:
        yield running.start()
    finally:
        running.kill()


@pytest.fixture(scope="module")
def key(service):
    return service.said().split("short key", 1)[1].split()[0]


def run(url, *steps, rechecks=None, **constants):
    """What a page load of WordPress came to."""
    given = {"SARING_URL": url, "SARING_TIMEOUT": 3, **constants}
    told = {"constants": {n: v for n, v in given.items() if v is not None}, "steps": steps}
    done = subprocess.run(
        [PHP, "-d", "error_reporting=-1", "-d", "display_errors=stderr", str(STUBS), str(PLUG_IN)],
        input=json.dumps({**told, "rechecks": rechecks or {}}),
        capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def asks(content, key, spelt=check, **more):
    return {"request": CHECK, "body": encoded({**spelt(content, **more), "api_key": key})}


def posted(number, status="unapproved"):
    return {"comment": number, "status": status}


def test_it_parses():
    command = [PHP, "-l", str(PLUG_IN)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout


def test_it_works(service, key):
    came = run(service.address, asks("Terima kasih resepnya dari PHP", key))
    [answer] = came["told"]
    assert (answer["response"]["code"], answer["body"]) == (200, "false")
    assert came["sent"][0]["url"] == f"{service.address}/1.1/comment-check"
    assert came["sent"][0]["args"]["headers"] == []


def test_each_verdict(service, key):
    came = run(service.address, *(asks(f"saring-test-{v}", key) for v in ("reject", "hold")))
    rejected, held = came["told"]
    assert (rejected["body"], "x-akismet-error" in rejected["headers"]) == ("true", False)
    assert (held["body"], "x-akismet-error" in held["headers"]) == ("true", True)


def test_it_does_nothing_where_no_address_is_set():
    assert run(None)["filters"] == []


def test_other_requests_go_their_way(service):
    came = run(service.address, {"request": "https://api.wordpress.org/1.0/"},
               {"request": "https://rest.akismet.com.evil.example/1.1/comment-check"})  # fmt: skip
    assert [answer["body"] for answer in came["told"]] == ["elsewhere", "elsewhere"]


def test_the_visitor_stays_on_the_server(service, key):
    came = run(service.address, asks("halo dari PHP", key))
    sent = parse_qs(came["sent"][0]["args"]["body"], keep_blank_values=True)
    assert {"comment_content", "comment_author_email", "user_ip", "api_key", "blog"} <= sent.keys()
    assert "POST_ak_hp_textarea" in sent
    left = [n for n in sent if re.match("HTTP_|REMOTE_|REQUEST_|POST_(?!ak_hp)", n)]
    assert left == []
    assert not {"user_agent", "comment_agent", "referrer"} & sent.keys()
    assert "Peramban" not in came["sent"][0]["args"]["body"]


@pytest.mark.parametrize("spelt", [check, correction, recheck])
def test_no_address_leaves_where_the_site_says_so(service, key, spelt):
    step = {"request": CHECK, "body": encoded({**spelt("halo sekali"), "api_key": key})}
    came = run(service.address, step, SARING_NO_ADDRESS=True)
    body = came["sent"][0]["args"]["body"]
    assert not re.search(r"rahasia%40|198\.51\.100\.77", body)
    assert came["told"][0]["body"] in ("true", "false", "hold")


def test_the_key_of_an_old_plug_in_stands_in_the_host(service, key):
    step = {"request": f"http://{key}.rest.akismet.com/1.1/comment-check",
            "body": encoded(check("halo dari versi tiga"))}  # fmt: skip
    assert run(service.address, step)["told"][0]["body"] == "false"


def closed():
    return f"http://127.0.0.1:{free_port()}"


def test_without_an_answer_it_holds(key):
    """Akismet 5.5 publishes what has no GUID; any error of WordPress's is tried three times."""
    [answer] = run(closed(), asks("halo", key))["told"]
    assert answer["body"] not in ("true", "false")
    assert GUID.fullmatch(answer["headers"]["x-akismet-guid"])


def test_with_silence_it_holds_in_time(key):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        [answer] = run(address, asks("halo", key), SARING_TIMEOUT=1)["told"]
    assert answer["body"] not in ("true", "false")
    assert GUID.fullmatch(answer["headers"]["x-akismet-guid"])


def test_only_a_check_is_answered_for(key):
    came = run(closed(), {"request": "https://rest.akismet.com/1.1/verify-key", "body": "key=x"})
    assert came["told"] == ["error"]


def test_what_saring_holds_is_followed(service, key):
    came = run(service.address, asks("saring-test-hold", key), posted(5))
    assert came["meta"] == {"5": {"saring_held": 1}}
    assert came["cron"]["saring_follow_up"] == pytest.approx(600, abs=5)


@pytest.mark.parametrize(
    ("content", "status"),
    [("saring-test-accept", "approved"), ("saring-test-accept", "unapproved"),
     ("saring-test-reject", "spam")],
)  # fmt: skip
def test_nothing_else_is_followed(service, key, content, status):
    came = run(service.address, asks(content, key), posted(5, status))
    assert (came["meta"], came["cron"]) == ({}, {})


def test_an_outage_is_left_to_akismets_own_cron(key):
    assert run(closed(), asks("halo", key), posted(5))["meta"] == {}


def test_rulings_are_carried_over(service, key):
    held = asks("saring-test-hold", key)
    steps = [step for number in (5, 6, 7) for step in (held, posted(number))]
    came = run(service.address, *steps, {"cron": 1}, rechecks={"5": "true", "6": "false"})
    assert came["status"] == {"5": "spam", "6": "approve", "7": "unapproved"}
    assert came["meta"] == {"7": {"saring_held": 1}}
    assert "saring_follow_up" in came["cron"]


def test_following_ends_when_nothing_waits(service, key):
    came = run(service.address, {"cron": 1})
    assert came["cron"] == {}

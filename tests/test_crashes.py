"""A bug in the middle of any door or command quotes nobody: not in the answer, the log, the output.

The exception that is planted says all that it was given, as careless ones do.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys

import pytest

from service import checks, complaints, privacy, review, rulebook
from service.cli.crashes import tell_nothing_of_crashes
from service.desk import queue
from service.storage import events as told
from service.storage import store, tabs, verdicts
from tests.doubles import Site
from tests.running import ROOT, environment, saring
from tests.web.desk import PASSWORD, client_of, csrf_of
from tests.web.test_coral import PHASE, sign

EMAIL, IP, WORD = "rahasiaqzx@sweep.example", "198.51.100.79", "kataqzx"
MARKS = (b"rahasiaqzx", b"198.51.100.79", b"kataqzx")
TEXT = f"dasar bodoh {WORD} {EMAIL} {IP}"
BODY = {"content": TEXT, "author_name": WORD, "author_email": EMAIL, "author_ip": IP}


def plant(monkeypatch, place, name: str) -> None:
    def crash(*args, **kwargs):
        raise RuntimeError(f"{args} {kwargs}") from ValueError(f"{args} {kwargs}")

    monkeypatch.setattr(place, name, crash)


def native(_app, site, _desk, _word):
    return site.post(json=BODY)


def form(_app, site, _desk, _word):
    return site.post(data=BODY)


def demo(app, _site, _desk, _word):
    return app.test_client().post("/demo", data=BODY)


def edit(app, site, _desk, _word):
    place = f"/v1/comments/{site.known}"
    return app.test_client().put(place, json=BODY, headers=site.key)


def complaint(_app, site, _desk, _word):
    about = {"comment_id": site.known, "reason": "other", "detail": TEXT}
    return site.post("/v1/complaints", json=about)


def akismet(call: str):
    def ask(app, site, _desk, _word):
        sent = {
            "api_key": site.keys.short_key, "blog": "https://b.example", "user_ip": IP,
            "comment_content": TEXT, "comment_author": WORD, "comment_author_email": EMAIL,
        }  # fmt: skip
        return app.test_client().post(f"/1.1/{call}", data=sent)

    return ask


def analyze(app, site, _desk, _word):
    asked = {"comment": {"text": TEXT}, "requestedAttributes": {"TOXICITY": {}}}
    return app.test_client().post(
        f"/v1alpha1/comments:analyze?key={site.keys.short_key}", json=asked
    )


def suggest(app, site, _desk, _word):
    scores = {"TOXICITY": {"summaryScore": {"value": 1}}}
    asked = {"comment": {"text": TEXT}, "attributeScores": scores}
    key = site.keys.short_key
    return app.test_client().post(f"/v1alpha1/comments:suggestscore?key={key}", json=asked)


def coral(app, site, _desk, _word):
    raw = json.dumps({**PHASE, "comment": {"body": TEXT}, "author": {"id": EMAIL}}).encode()
    headers = {"X-Coral-Signature": sign(site.keys.coral_secret, raw)}
    return app.test_client().post("/coral", data=raw, headers=headers)


def search(_app, _site, desk, _word):
    return desk.get("/queue", query_string={"text": TEXT, "tab": "all"})


def ruling(_app, site, desk, word):
    said = {"verdict": "accept", "labels": [], "note": TEXT}
    headers = {"X-CSRF-Token": word}
    return desk.post(f"/v1/queue/{site.known}/ruling", json=said, headers=headers)


def preview(_app, _site, desk, word):
    sent = {"site": "default", "csrf": word, "banned_words": WORD}
    return desk.post("/settings/preview", data=sent)


def rules(_app, _site, desk, word):
    sent = {"site": "default", "csrf": word, "banned_words": WORD, "act": "save"}
    return desk.post("/settings/rules", data=sent)


def events(_app, site, _desk, _word):
    return site.get(f"/v1/events?after=0&x={EMAIL}")


DOORS = [
    (native, privacy, "seal", 500), (form, store, "add_comment", 500), (demo, privacy, "seal", 500),
    (edit, privacy, "seal", 500), (complaint, complaints, "new_id", 500),
    (complaint, privacy, "mask", 500),
    (akismet("comment-check"), privacy, "seal", 500),
    (akismet("submit-spam"), verdicts, "rule", 500),
    (analyze, privacy, "mask", 500), (suggest, privacy, "seal", 500), (coral, privacy, "seal", 200),
    (coral, checks, "signals", 200), (search, tabs, "counts", 500), (search, queue, "_gather", 500),
    (ruling, verdicts, "rule", 500), (ruling, review, "Ruling", 500),
    (preview, rulebook.Rulebook, "preview", 500), (rules, rulebook.Rulebook, "change", 500),
    (events, told, "after", 500),
]  # fmt: skip


def test_a_crash_in_the_middle_of_each_door(make_app, tmp_path, clock, capfd):
    app = make_app(log_level="debug")
    site = Site.added_to(app, "default")
    app.extensions["saring"]["access"].add_moderator("adi", "admin", PASSWORD)
    desk = client_of(app, "adi")
    for number, (door, place, name, status) in enumerate(DOORS):
        clock.forward(seconds=61)
        site.known = site.comment(content=f"dasar bodoh {number}").json["id"]
        word = csrf_of(desk.get("/queue").text)
        with pytest.MonkeyPatch.context() as patch:
            plant(patch, place, name)
            answer = door(app, site, desk, word)
        assert answer.status_code == status, (door, name)
        assert told_in(answer.data + str(answer.headers).encode()) == [], (door, name)
        logged = b"".join(path.read_bytes() for path in tmp_path.rglob("*.jsonl"))
        assert logged.count(b'"RuntimeError"') > number, (door, name)  # it did crash, and is told
        assert told_in(logged) == [], (door, name)
    shown = capfd.readouterr()
    metrics = app.test_client().get("/metrics").data
    assert told_in(metrics + (shown.out + shown.err).encode()) == []


def told_in(data: bytes) -> list[bytes]:
    return [mark for mark in MARKS if mark in data]


BROKEN = """
import service.imports, service.lines
def crash(*args, **kwargs):
    raise RuntimeError(f"{args} {kwargs}") from ValueError(f"{args}")
service.imports.Importer._store = crash
service.lines._sealed = crash
from service.cli import main
main()
"""


def test_a_crash_in_the_middle_of_a_command(tmp_path):
    past = tmp_path / "past"
    past.write_text(json.dumps({**BODY, "verdict": "accept"}) + "\n")
    home, models = tmp_path / "home", str(ROOT / "models")
    assert saring("site", "add", "default", home=home).returncode == 0
    for arguments in (("import", str(past), "--site", "default"), ("score", "--input", str(past))):
        ended = subprocess.run(
            [sys.executable, "-c", BROKEN, *arguments],
            env=environment(home, {"models_dir": models}), cwd=ROOT, capture_output=True,
        )  # fmt: skip
        assert ended.returncode == 1
        assert ended.stderr.startswith(b"saring: crashed: RuntimeError at "), ended.stderr
        assert ended.stderr.count(b"\n") == 1
        assert told_in(ended.stdout + ended.stderr) == []


def test_no_core_is_dumped(monkeypatch):
    """A core holds the secret and whatever was in flight."""
    for name in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr("threading.excepthook", None)
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (limits[1], limits[1]))  # many machines say none
        tell_nothing_of_crashes()
        assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, limits)

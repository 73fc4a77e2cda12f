"""Every route with every credential: who is let in, and in which words the others are not.

A route that is not in the table fails the test, so a new one must say here who may use it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from service import logs
from service.app import create_app
from service.settings import Settings
from tests.conftest import SECRET, Clock
from tests.doubles import COMMENT, FakeScorer
from tests.web.credentials import credentials, living_sessions

FULL = {"key"}
OTHER = {"other site's key"}
SHORT = {"short key"}
OTHER_SHORT = {"other site's short key"}
KEYS = FULL | OTHER
ANY_KEY = KEYS | SHORT | OTHER_SHORT
SESSIONS = {"moderator's session", "admin's session"}
ADMINS = {"admin's token", "admin's session"}
MODERATORS = SESSIONS | {"moderator's token", "admin's token"}
NO_WORD = {"session without its word", "session with another's word"}
ENDS_SESSIONS = {"/logout", "/account/sessions"}
NEW = "00000000-0000-7000-8000-0000000000"


@dataclass(frozen=True)
class Route:
    """One row: a request, who is let in with which answer, and how the others are told."""

    method: str
    rule: str
    guard: str  # how this door refuses: a key of REFUSALS, or "open"
    good: int = 200
    foreign: int = 0  # what another site's key gets, where that is not what the own one gets
    json: Any = None
    form: dict[str, str] = field(default_factory=dict)


CHECK = {"blog": "https://b.example", "user_ip": "203.0.113.9", "comment_content": "halo"}
ANALYZE = {"comment": {"text": "halo"}, "requestedAttributes": {"TOXICITY": {}}}
SUGGEST = {
    "comment": {"text": "halo"},
    "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0}}},
}
RULING = {"verdict": "accept", "labels": [], "note": ""}

TABLE = [
    # For everybody
    Route("GET", "/", "open", 302),
    Route("GET", "/docs", "open"),
    Route("GET", "/openapi.json", "open"),
    Route("GET", "/static/<path:name>", "open"),
    Route("GET", "/healthz", "open"),
    Route("GET", "/readyz", "open"),
    Route("GET", "/metrics", "open"),
    Route("GET", "/demo", "open"),
    Route("POST", "/demo", "open", form=COMMENT),
    Route("GET", "/login", "open"),
    Route("POST", "/login", "open", 403),  # its form carries a word of the visitor's own
    Route("POST", "/language", "open", 303, form={"language": "en"}),
    Route("GET", "/1.1/test", "open"),
    Route("POST", "/1.1/token", "open"),
    Route("POST", "/1.1/verify-wpcom-key", "open"),
    # For sites
    Route("POST", "/v1/comments", "site", 201, json=COMMENT),
    Route("GET", "/v1/comments/<uuid:comment_id>", "site", foreign=404),
    Route("PUT", "/v1/comments/<uuid:comment_id>", "site", foreign=404, json=COMMENT),
    Route("DELETE", "/v1/comments/<uuid:comment_id>", "site", 204, foreign=404),
    Route("POST", "/v1/score", "site", json={"content": "halo"}),
    Route("GET", "/v1/events", "site"),
    Route("POST", "/v1/complaints", "site", 201, foreign=404, json={"reason": "spam"}),
    Route("GET", "/v1/policy", "site"),
    Route("POST", "/v1/policy/preview", "site", json={"changes": {}}),
    Route("GET", "/v1/policy/errors", "site"),
    Route("GET", "/v1/policy/thresholds", "site"),
    # For sites that speak another protocol
    Route("POST", "/1.1/verify-key", "akismet", form=CHECK),
    Route("POST", "/1.1/comment-check", "akismet", form=CHECK),
    Route("POST", "/1.1/submit-spam", "akismet", form=CHECK),
    Route("POST", "/1.1/submit-ham", "akismet", form=CHECK),
    Route("POST", "/1.1/get-subscription", "akismet"),
    Route("POST", "/1.1/get-stats", "akismet"),
    Route("POST", "/1.1/deactivate", "akismet"),
    Route("GET", "/1.2/usage-limit", "akismet"),
    Route("POST", "/1.2/usage-limit", "akismet"),
    Route("GET", "/1.2/key-sites", "akismet"),
    Route("POST", "/1.2/key-sites", "akismet"),
    Route("POST", "/v1alpha1/comments:analyze", "perspective", json=ANALYZE),
    Route("POST", "/v1alpha1/comments:suggestscore", "perspective", json=SUGGEST),
    Route("GET", "/$discovery/rest", "discovery"),
    Route("GET", "/discovery/v1/apis/commentanalyzer/v1alpha1/rest", "discovery"),
    Route("POST", "/coral", "signature", json={"comment": {"body": "halo"}}),
    # For moderators' programs
    Route("GET", "/v1/queue", "moderator"),
    Route("GET", "/v1/queue/<uuid:comment_id>", "moderator"),
    Route("POST", "/v1/queue/<uuid:comment_id>/ruling", "moderator", json=RULING),
    Route("DELETE", "/v1/queue/<uuid:comment_id>/ruling", "moderator", 404),
    Route("POST", "/v1/queue/<uuid:comment_id>/standing", "moderator",
          json={"standing": "trusted"}),
    Route("POST", "/v1/rulings", "moderator", json={"verdict": "accept"}),
    Route("DELETE", "/v1/rulings/<uuid:batch>", "moderator"),
    # For moderators
    Route("GET", "/queue", "desk"),
    Route("GET", "/queue/<uuid:comment_id>", "desk"),
    Route("POST", "/queue/<uuid:comment_id>/ruling", "desk", 303, form={"act": "accept"}),
    Route("POST", "/queue/<uuid:comment_id>/undo", "desk", 404),
    Route("POST", "/queue/<uuid:comment_id>/standing", "desk", 303, form={"standing": "trusted"}),
    Route("POST", "/queue/pulse", "desk", json={}),
    Route("POST", "/rulings", "desk", 422),
    Route("POST", "/rulings/<uuid:batch>/undo", "desk", 303),
    Route("GET", "/bulk", "desk"),
    Route("GET", "/scores", "desk"),
    Route("GET", "/done", "desk"),
    Route("GET", "/contradictions", "desk"),
    Route("GET", "/dashboard", "desk"),
    Route("GET", "/dashboard/<name>.csv", "desk", 404),
    Route("GET", "/models", "desk"),
    Route("GET", "/account", "desk"),
    Route("POST", "/account/zone", "desk", 422),
    Route("POST", "/account/password", "desk", 422),
    Route("POST", "/account/sessions", "desk", 303),
    Route("GET", "/complaints", "desk"),
    Route("GET", "/complaints.csv", "desk"),
    Route("POST", "/logout", "desk", 303),
    # For admins
    Route("GET", "/settings", "admin"),
    Route("POST", "/settings/rules", "admin", 404),
    Route("POST", "/settings/moderators", "admin", 422),
    Route("POST", "/settings/sites", "admin", 422),
    Route("GET", "/settings/people", "admin"),
    Route("GET", "/settings/sites", "admin"),
    Route("POST", "/settings/preview", "admin", 404),
    Route("POST", "/settings/standings", "admin", 404),
]  # fmt: skip


class House:
    """The application with one of each credential, and comments of the site `default`."""

    def __init__(self, home, database):
        self.clock, self.home = Clock(), home
        (home / "saring.db").write_bytes(database)
        url = f"sqlite:///{home / 'saring.db'}"
        settings = Settings(home=home, database_url=url, secret=SECRET, demo=True)
        self.app = create_app(settings, scorer=FakeScorer(), now=self.clock)
        self.credentials = credentials(self.app, self.clock)
        self._count, self._ended = 0, False

    def comment(self) -> str:
        """A new comment that is on hold; its id."""
        body = {**COMMENT, "content": f"dasar bodoh {self.number()}"}
        headers = {"Authorization": f"Bearer {self.credentials['key'].bearer}"}
        answer = self.app.test_client().post("/v1/comments", json=body, headers=headers)
        return str(answer.json["id"])

    def number(self) -> str:
        self._count += 1
        return f"{self._count:02d}"

    def fresh(self, route: Route, name: str):
        """A credential, made anew where the routes before may have ended its session."""
        if self._ended and self.credentials[name].cookies:
            self.credentials |= living_sessions(self.app)
            self._ended = False
        self._ended |= route.rule in ENDS_SESSIONS and name in MODERATORS
        return self.credentials[name]

    def ask(self, route: Route, credential, comment: str, more: dict[str, str] | None = None):
        """Send a route's request with one credential, in the way in which that door wants it."""
        self.clock.forward(seconds=3)  # neither a flood nor a guesser, and no session grows old
        path = route.rule.replace("<uuid:comment_id>", comment).replace("<path:name>", "saring.css")
        path = path.replace("<uuid:batch>", f"{NEW}99").replace("<name>", "none")
        headers, query, form, body = {}, dict(more or {}), dict(route.form), route.json
        if route.guard == "akismet":
            form["api_key"] = form["key"] = credential.bearer
        elif route.guard in ("perspective", "discovery"):
            query |= {"key": credential.bearer} if credential.bearer else {}
        elif credential.bearer:
            headers["Authorization"] = f"Bearer {credential.bearer}"
        if credential.csrf:
            headers["X-CSRF-Token"] = credential.csrf
        if isinstance(body, dict) and "content" in body:
            body = {**body, "content": f"halo {self.number()}"}
        if "content" in form:
            form["content"] = f"halo {self.number()}"
        if route.rule == "/v1/complaints":
            body = {**body, "comment_id": comment}
        if route.rule == "/v1/rulings":
            body = {**body, "rulings": [{"id": comment, "version": 0}]}
        sent = {"json": body} if body is not None else {"data": form}
        if route.method in ("GET", "HEAD"):
            sent, query = {}, {**query, **form}
        return credential.client(self.app).open(
            path, method=route.method, headers=headers, query_string=query, **sent
        )


@pytest.fixture(scope="module")
def house(tmp_path_factory, migrated_sqlite):
    made = House(tmp_path_factory.mktemp("house"), migrated_sqlite)
    yield made
    made.app.extensions["saring"]["database"].engine.dispose()
    logs.close()


def test_every_route_is_in_the_table(house):
    served = {
        (method, rule.rule)
        for rule in house.app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert served == {(route.method, route.rule) for route in TABLE}
    assert len(TABLE) == len(served)


def named(route: Route) -> str:
    return f"{route.method} {route.rule}"


@pytest.mark.parametrize("route", TABLE, ids=named)
def test_who_is_let_in(house, route):
    expected = {name: answer_to(route, name) for name in house.credentials}
    comment = house.comment()
    told = {}
    for name in reversed(list(house.credentials)):  # the one who may erase comes late
        with house.ask(route, house.fresh(route, name), comment) as answer:
            told[name] = said(answer)
        if expected[name] == said_good(route) and route.method in ("DELETE", "POST", "PUT"):
            comment = house.comment()
    assert told == expected


def said(answer) -> tuple[int, str]:
    """Status, and the word by which a door refuses where the status is not that."""
    if answer.mimetype == "text/plain" and answer.data == b"invalid":
        return answer.status_code, "invalid"
    if answer.status_code == 303 and answer.location.startswith("/login?"):
        return 303, "sign in"
    return answer.status_code, ""


def said_good(route: Route) -> tuple[int, str]:
    return route.good, ""


def answer_to(route: Route, name: str) -> tuple[int, str]:
    """What the table promises one credential at one route."""
    return {
        "open": _open, "site": _site, "akismet": _akismet, "perspective": _perspective,
        "discovery": _discovery, "signature": _signature, "moderator": _moderator,
        "desk": _desk, "admin": _admin,
    }[route.guard](route, name)  # fmt: skip


def _open(route, name):
    if route.rule in ("/1.1/token", "/1.1/verify-wpcom-key"):
        return 200, "invalid"
    return said_good(route)


def _site(route, name):
    if name in OTHER and route.foreign:
        return route.foreign, ""
    if name in KEYS:
        return said_good(route)
    return (403, "") if name in SHORT | OTHER_SHORT else (401, "")


def _akismet(route, name):
    return said_good(route) if name in ANY_KEY else (200, "invalid")


def _perspective(route, name):
    if name in ANY_KEY:
        return said_good(route)
    has_key = "key" in name or "token" in name
    return (400, "") if has_key else (403, "")


def _discovery(route, name):
    has_key = "key" in name or "token" in name
    return (400, "") if has_key and name not in ANY_KEY else (200, "")


def _signature(route, name):
    return 401, ""


def _moderator(route, name):
    if name in MODERATORS or (name in NO_WORD and route.method == "GET"):
        return said_good(route)
    return (403, "") if name in NO_WORD else (401, "")


def _desk(route, name):
    if name in MODERATORS or (name in NO_WORD and route.method == "GET"):
        return said_good(route)
    return (403, "") if name in NO_WORD else (303, "sign in")


def _admin(route, name):
    if name in ADMINS or (name in NO_WORD and route.method == "GET"):
        return said_good(route)
    if name in MODERATORS | NO_WORD:
        return 403, ""
    return 303, "sign in"


def test_head_is_told_what_get_is_and_options_opens_nothing(house):
    """Neither method has a line of its own in the table: the framework adds them by itself."""
    comment = house.comment()
    for route in [route for route in TABLE if route.method == "GET"]:
        for name in ("nothing", "short key", "other site's key", "moderator's session"):
            who, told = house.fresh(route, name), []
            for method in ("GET", "HEAD"):
                with house.ask(replace(route, method=method), who, comment) as answer:
                    told.append((answer.status_code, answer.headers.get("Location")))
            assert told[0] == told[1], (route.rule, name)
    for rule in house.app.url_map.iter_rules():
        path = re.sub("<uuid:[a-z_]+>", comment, rule.rule).replace("<path:name>", "saring.css")
        origin = {"Origin": "https://x.example", "Access-Control-Request-Method": "DELETE"}
        with house.app.test_client().options(path, headers=origin) as answer:
            assert answer.data == b"", rule.rule
            assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_another_site_changes_nothing(house):
    """What its key was refused above was not done either."""
    comment, mine = house.comment(), house.credentials["key"]
    show = Route("GET", "/v1/comments/<uuid:comment_id>", "site")
    before = house.ask(show, mine, comment).json
    for route in TABLE:
        if route.foreign:
            house.ask(route, house.credentials["other site's key"], comment)
    assert house.ask(show, mine, comment).json == before
    events = house.ask(
        Route("GET", "/v1/events", "site"), house.credentials["other site's key"], ""
    )
    assert comment not in json.dumps(events.json)


HOSTILE = "/x\r\nX-Injected: 1\r\n\r\n<b>\x1b[31m{}\u2028"
NAMES = (
    "next", "back", "stroke", "restored", "month", "site", "filter", "format", "limit", "offset",
    "order", "tab", "cursor", "text", "author", "article", "key", "blog", "comment_content",
    "content", "author_name", "act", "name", "language", "wave_id", "ruling_id",
)  # fmt: skip


@pytest.mark.parametrize("route", TABLE, ids=named)
def test_what_was_sent_is_in_no_header_and_no_log(house, route):
    """Neither a header nor a redirect nor a line of the log can be made by who asks."""
    hostile = Route(
        route.method, route.rule, route.guard,
        json=route.json and {**route.json, "reason": HOSTILE, "x": HOSTILE},
        form={**dict.fromkeys(NAMES, HOSTILE), **route.form},
    )  # fmt: skip
    caller = house.fresh(route, "admin's session")
    query = dict.fromkeys(NAMES, HOSTILE)
    with house.ask(hostile, caller, house.comment(), query) as answer:
        assert "njected" not in str(answer.headers)
        assert answer.headers.get("Location", "/").startswith("/")
        assert not answer.headers.get("Location", "/").startswith("//")
    lines = b"".join(path.read_bytes() for path in house.home.rglob("*.jsonl")).split(b"\n")
    assert b"njected" not in b"".join(lines)
    known = {"event", "level", "timestamp", "method", "route", "status", "ms"}
    assert all(json.loads(line).keys() <= known for line in lines if line)

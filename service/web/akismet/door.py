"""Akismet's protocol: /1.1/… and /1.2/…, for WordPress and every client that knows a base URL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import Blueprint, Response, request

from service.access import Access, Use
from service.comments import TEST_STRINGS, Arrival, Site, Verdict
from service.errors import Unauthenticated
from service.moderation import Moderation
from service.reports import Reports
from service.web.akismet import answers
from service.web.akismet.form import Form, arrival_of, blog_is_readable, form_of, is_on
from service.web.desk.places import place_of
from service.web.parsing import JSON

DOOR: Final = "akismet"
_TEST_AUTHOR: Final = "viagra-test-123"
_TEST_EMAIL: Final = "akismet-guaranteed-spam@example.com"
_PERIODS: Final = {"60-days": timedelta(days=60), "6-months": timedelta(days=183)}


def blueprint(
    moderation: Moderation, reports: Reports, access: Access, now: Callable[[], datetime]
) -> Blueprint:
    """The routes under /1.1 and /1.2."""
    door = Blueprint(DOOR, __name__)

    @door.post("/1.1/verify-key")
    def verify_key() -> Response:
        form = form_of(request)
        site_of(form, access, tried="key")
        return _wrong_blog(form) or answers.text("valid")

    @door.post("/1.1/comment-check")
    def check() -> Response:
        form = form_of(request)
        site = site_of(form, access)
        return _incomplete(form, site) or _check(moderation, site, form)

    @door.post("/1.1/submit-spam", defaults={"verdict": "reject", "labels": ("spam",)})
    @door.post("/1.1/submit-ham", defaults={"verdict": "accept", "labels": ()})
    def correct(verdict: Verdict, labels: tuple[str, ...]) -> Response:
        form = form_of(request)
        site = site_of(form, access, use="report")
        refusal = None if request.mimetype == JSON else _incomplete(form, site)
        arrival = arrival_of(form)
        if refusal is None and not _is_test(form, arrival) and not arrival.is_too_long:
            reports.report(site, arrival, verdict, DOOR, labels)
        return refusal or answers.text(answers.THANKS)

    @door.get("/1.1/test")
    def test() -> Response:
        return answers.text("connected")

    @door.post("/1.1/get-subscription")
    def subscription() -> Response:
        return answers.subscription(site_of(form_of(request), access, tried="key").name)

    @door.post("/1.1/get-stats")
    def stats() -> Response:
        form = form_of(request)
        site = site_of(form, access, tried="key")
        period = _PERIODS.get(form.get("from", ""))
        since = now() - period if period else datetime(1970, 1, 1, tzinfo=UTC)
        return answers.stats(reports.tally(site, since))

    @door.post("/1.1/deactivate")
    def deactivate() -> Response:
        site_of(form_of(request), access, tried="key")
        return answers.text("deactivated")

    @door.post("/1.1/token")
    @door.post("/1.1/verify-wpcom-key")
    def foreign() -> Response:
        return answers.text("invalid")

    @door.route("/1.2/usage-limit", methods=["GET", "POST"])
    def usage() -> Response:
        form = form_of(request)
        tally = reports.tally(site_of(form, access), _month(form, now()))
        return answers.usage(tally, extended=is_on(form, "extended"))

    @door.route("/1.2/key-sites", methods=["GET", "POST"])
    def sites() -> Response:
        form = form_of(request)
        site = site_of(form, access)
        month = _month(form, now())
        until = (month + timedelta(days=31)).replace(day=1)
        tally = reports.tally(site, month, until)
        write = answers.sites_as_csv if form.get("format") == "csv" else answers.sites
        is_wanted = form.get("filter", "").lower() in site.name.lower()
        page = answers.Page(_number(form, "limit", 500), _number(form, "offset", 0))
        return write(month, [(site.name, tally)] if is_wanted else [], page)

    @door.errorhandler(Unauthenticated)
    def unknown(_error: Unauthenticated) -> Response:
        return answers.refused("no site has this key")

    return door


fault = answers.fault


def site_of(form: Form, access: Access, *, tried: str = "api_key", use: Use = "post") -> Site:
    """The site of a request's key: the field asked for, the first label of Host, the other field.

    WordPress sends the key under test as ``key`` beside the one it has stored, ``api_key``; what
    is about the key itself looks at ``key`` first.
    """
    label = request.environ.get("HTTP_HOST", "").partition(":")[0].partition(".")[0]
    key, api_key = form.get("key", "").strip(), form.get("api_key", "").strip()
    if tried == "key":
        candidates = [key or api_key or label]
    else:
        candidates = [api_key] if api_key else [label, key]
    for key in candidates:
        try:
            return access.site(key, place_of(request), use=use)
        except Unauthenticated:
            continue
    raise Unauthenticated("no site has this key")


def _check(moderation: Moderation, site: Site, form: Form) -> Response:
    arrival = arrival_of(form)
    if _is_trigger(arrival):
        return answers.text("true")
    if is_on(form, "is_test") and is_on(form, "test_discard"):
        return answers.text("true", pro_tip="discard")
    if _by_administrator(form) and arrival.content not in TEST_STRINGS:
        return answers.text("false")
    again = form.get("recheck_reason", "edit") != "edit"
    if arrival.is_too_long:
        return answers.held(again=again)
    if is_on(form, "akismet_pre_check"):  # a pingback that WordPress has not fetched yet
        rejected = moderation.try_out(site, arrival).verdict == "reject"
        return answers.text("true" if rejected else "false")
    if is_on(form, "is_test"):
        return answers.verdict(moderation.try_out(site, arrival), again=again)
    case = moderation.submit_once(site, arrival, live=not again)
    discard = site.rules.akismet_discard and case.decision.blatant
    return answers.verdict(case.decision, case.id, again=again, discard=discard)


def _wrong_blog(form: Form) -> Response | None:
    if not form.get("blog", "").strip():
        return answers.missing("blog")
    if not blog_is_readable(form):
        return answers.refused("We were unable to parse your blog URI")
    return None


def _incomplete(form: Form, site: Site) -> Response | None:
    wrong = _wrong_blog(form)
    if wrong or form.get("user_ip", "").strip() or site.rules.akismet_user_ip_optional:
        return wrong
    return answers.missing("user_ip")


def _is_trigger(arrival: Arrival) -> bool:
    """The name or the address by which everyone tries an Akismet service out."""
    return arrival.author_name == _TEST_AUTHOR or arrival.author_email == _TEST_EMAIL


def _is_test(form: Form, arrival: Arrival) -> bool:
    return is_on(form, "is_test") or _is_trigger(arrival)


def _by_administrator(form: Form) -> bool:
    roles = form.get("user_role", "").lower().split(",")
    return "administrator" in [role.strip() for role in roles]


def _month(form: Form, now: datetime) -> datetime:
    """The first moment of the month asked for, else of this one."""
    try:
        month = datetime.strptime(form.get("month", ""), "%Y-%m").replace(tzinfo=UTC)
        if not 1970 <= month.year < 9999:
            raise ValueError
        return month
    except ValueError:
        return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _number(form: Form, name: str, otherwise: int) -> int:
    given = form.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 10 else otherwise

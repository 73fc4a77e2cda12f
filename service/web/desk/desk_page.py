"""What every page of the desk shares: its language, its words, its policy, its refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from service.comments import is_id
from service.desk.cards import MOST_AT_ONCE, MOST_COUNTED, Moderator
from service.errors import Invalid, ServiceError, TooMany, Unauthenticated
from service.web import wording
from service.web.desk import desk_words
from service.web.desk.desk_words import say
from service.web.desk.navigation import menu_of
from service.web.desk.paths import place, place_named
from service.web.desk.pieces import pieces
from service.web.desk.reader import NEWSROOM, Reader, zone_named
from service.web.docs import html_page
from service.web.faults import STATUS
from service.web.guards import Desk

LANGUAGE_COOKIE: Final = "saring_language"
ZONE_COOKIE: Final = "saring_zone"
_SAID_AS: Final = {
    "stale": "conflict", "conflict": "conflict", "stale_form": "stale_form",
    "not_found": "not_found", "admin_needed": "forbidden", "forbidden": "forbidden",
}  # fmt: skip


def reader() -> Reader:
    """The language and the time zone that were chosen here, else the browser's and Jakarta's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    spoken = chosen if chosen in wording.LANGUAGES else wording.language_of(request)
    return Reader(spoken, zone_named(request.cookies.get(ZONE_COOKIE, "")) or NEWSROOM)


def page(
    template: str, desk: Desk, moderator: Moderator | None, status: int = 200, **values: Any
) -> Response:
    """A page of the desk: it may run our one script and load nothing from elsewhere."""
    who = reader()
    response = html_page(
        f"desk/{template}",
        runs_script=True,
        language=who.language,
        moderator=moderator,
        menu=menu_of(moderator) if moderator else (),
        csrf=desk.forms.word(moderator.session) if moderator else "",
        here=_here(),
        now=desk.now(),
        **_words(who),
        **values,
    )
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def refused(desk: Desk) -> Callable[[ServiceError], BaseResponse]:
    """How this blueprint tells a person that something is refused."""

    def tell(error: ServiceError) -> BaseResponse:
        if isinstance(error, Unauthenticated):
            wanted = _here() if request.method in ("GET", "HEAD") else "/queue"
            return redirect(f"/login?{urlencode({'next': wanted})}", 303)
        who, status = reader(), STATUS[type(error)]
        said = say(_SAID_AS.get(error.slug, "error"), who)
        if isinstance(error, Invalid):
            told = ", ".join(f"{b.field}: {wording.field(b, who.language)}" for b in error.fields)
            said = say("invalid", who, fields=told)
        response = page("refused.html", desk, None, status, said=said)
        if isinstance(error, TooMany):
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    return tell


def back(default: str = "/queue", **added: str) -> BaseResponse:
    """To the page that a form came from, if that is one of ours."""
    return redirect(place_named(request.form.get("back", ""), default, **added), 303)


def blueprint(name: str, desk: Desk) -> Blueprint:
    """A door whose refusals are pages."""
    door = Blueprint(name, __name__)
    door.register_error_handler(ServiceError, refused(desk))
    return door


def _here() -> str:
    return place(request.path, request.args)


def _words(who: Reader) -> dict[str, Any]:
    return {
        "t": lambda key, **values: say(key, who, **values),
        "when": who.when,
        "day": who.day,
        "month": who.month,
        "num": who.number,
        "span": who.span,
        "level": desk_words.level,
        "pieces": pieces,
        "reason_said": lambda code: wording.reason(code, who.language),
        "complaint_said": lambda code: wording.complaint(code, who.language),
        "milder_said": lambda found: desk_words.milder(found, who),
        "lang_said": lambda name: say(f"lang_{name}", who),
        "rule_said": lambda name: desk_words.named(name, name, who),
        "head_said": lambda name: desk_words.named(f"head_{name}", name, who),
        "short_day": who.short_day,
        "time_said": lambda bound: (
            say("within", who, span=who.span(bound)) if bound else say("later", who)
        ),
        "same": str,
        "counted": MOST_COUNTED,
        "most": MOST_AT_ONCE,
        "query": lambda given, **more: urlencode({**given, **more}),
        "reason_codes": sorted(wording.REASONS),
        "stroke": _stroke(),
        "restored": restored if (restored := request.args.get("restored", "")).isdecimal() else "",
    }


def _stroke() -> tuple[str, int, str, str] | None:
    """What the last form decided at once: batch, how many, wave, and the page without this."""
    batch, _, rest = request.args.get("stroke", "").partition(".")
    count, _, wave = rest.partition(".")
    if not (is_id(batch) and count.isdecimal() and len(count) < 10 and (not wave or is_id(wave))):
        return None
    return batch, int(count), wave, _here()

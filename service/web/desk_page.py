"""What every page of the desk shares: its language, its words, its policy, its refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from service.cards import Moderator
from service.errors import Invalid, ServiceError, TooMany, Unauthenticated
from service.web import desk_words, wording
from service.web.desk_words import say
from service.web.docs import html_page
from service.web.faults import STATUS
from service.web.guards import Desk
from service.web.navigation import menu_of
from service.web.pieces import pieces

LANGUAGE_COOKIE: Final = "saring_language"
_SAID_AS: Final = {
    "stale": "conflict", "conflict": "conflict", "stale_form": "stale_form",
    "not_found": "not_found", "admin_needed": "forbidden", "forbidden": "forbidden",
}  # fmt: skip


def language() -> str:
    """The reader's choice, else what the browser asks for."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in wording.LANGUAGES else wording.language_of(request)


def page(
    template: str, desk: Desk, moderator: Moderator | None, status: int = 200, **values: Any
) -> Response:
    """A page of the desk: it may run our one script and load nothing from elsewhere."""
    spoken = language()
    response = html_page(
        f"desk/{template}",
        runs_script=True,
        language=spoken,
        moderator=moderator,
        menu=menu_of(moderator) if moderator else (),
        csrf=desk.forms.word(moderator.session) if moderator else "",
        here=request.full_path.rstrip("?"),
        **_words(spoken),
        **values,
    )
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def refused(desk: Desk) -> Callable[[ServiceError], BaseResponse]:
    """How this blueprint tells a person that something is refused."""

    def tell(error: ServiceError) -> BaseResponse:
        if isinstance(error, Unauthenticated):
            return redirect(f"/login?{urlencode({'next': _wanted()})}", 303)
        spoken, status = language(), STATUS[type(error)]
        said = say(_SAID_AS.get(error.slug, "error"), spoken)
        if isinstance(error, Invalid):
            told = ", ".join(f"{b.field}: {wording.field(b, spoken)}" for b in error.fields)
            said = say("invalid", spoken, fields=told)
        response = page("refused.html", desk, None, status, said=said)
        if isinstance(error, TooMany):
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    return tell


def back(default: str = "/queue", **added: str) -> BaseResponse:
    """To the page that a form came from, if that is one of ours."""
    wanted = request.form.get("back", "")
    place = wanted if is_ours(wanted) else default
    if added:
        place += ("&" if "?" in place else "?") + urlencode(added)
    return redirect(place, 303)


def is_ours(address: str) -> bool:
    """A path on this host: never another host's address in disguise."""
    plain = address.isascii() and address.isprintable() and "\\" not in address
    return plain and address.startswith("/") and not address.startswith("//")


def blueprint(name: str, desk: Desk) -> Blueprint:
    """A door whose refusals are pages."""
    door = Blueprint(name, __name__)
    door.register_error_handler(ServiceError, refused(desk))
    return door


def _wanted() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else "/queue"


def _words(spoken: str) -> dict[str, Any]:
    def when(moment: datetime | None) -> str:
        return desk_words.when(moment, spoken)

    def day(moment: datetime | None) -> str:
        return desk_words.day(moment, spoken)

    def num(value: float, decimals: int = 0) -> str:
        return desk_words.number(value, spoken, decimals)

    return {
        "t": partial(_say, spoken),
        "when": when,
        "day": day,
        "num": num,
        "level": desk_words.level,
        "pieces": pieces,
        "reason_said": lambda code: wording.reason(code, spoken),
        "lang_said": lambda name: say(f"lang_{name}", spoken),
        "same": str,
        "query": lambda given, **more: urlencode({**given, **more}),
        "reason_codes": sorted(wording.REASONS),
        "stroke": _stroke(),
        "restored": restored if (restored := request.args.get("restored", "")).isdigit() else "",
    }


def _stroke() -> tuple[str, int, str, str] | None:
    """What the last form decided at once: batch, how many, wave, and the page without this."""
    batch, _, rest = request.args.get("stroke", "").partition(".")
    count, _, wave = rest.partition(".")
    if not (batch and count.isdigit()):
        return None
    kept = [(name, value) for name, value in request.args.items() if name != "stroke"]
    return batch, int(count), wave, f"{request.path}?{urlencode(kept)}"


def _say(spoken: str, key: str, **values: object) -> str:
    return say(key, spoken, **values)

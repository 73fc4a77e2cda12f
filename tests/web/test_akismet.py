"""The Akismet door: who may speak, what is answered to the byte, what is stored and what is not."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from service.storage.tables import comments, rulings
from tests.doubles import FakeScorer

THANKS = b"Thanks for making the web a better place."
GUID = re.compile(r"[0-9a-f]{32}")
COMMENT = {
    "blog": "https://blog.example",
    "user_ip": "203.0.113.7",
    "comment_type": "comment",
    "comment_author": "Budi",
    "comment_author_email": "budi@example.com",
    "comment_content": "Terima kasih resepnya",
    "permalink": "https://blog.example/?p=4",
    "comment_parent": "0",
}
SPAM = {**COMMENT, "comment_content": "slot gacor hari ini"}
RUDE = {**COMMENT, "comment_content": "bodoh sekali"}


@pytest.fixture
def key(site):
    return site.keys.short_key


@pytest.fixture
def ask(app, key):
    """Call the door as most clients do, with the key in the form."""

    def call(path="/1.1/comment-check", form=None, *, signed=True, **more):
        fields = {**(form or {}), **({"api_key": key} if signed else {})}
        return app.test_client().post(path, data=fields, **more)

    return call


@pytest.fixture
def stored(app):
    """All stored comments, oldest first."""

    def rows():
        with app.extensions["saring"]["database"].read() as tx:
            return tx.execute(select(comments).order_by(comments.c.id)).all()

    return rows


@pytest.fixture
def ruled(app):
    """Every ruling as (verdict, labels, moderator), oldest first."""

    def rows():
        columns = rulings.c.verdict, rulings.c.labels, rulings.c.moderator
        with app.extensions["saring"]["database"].read() as tx:
            return [tuple(row) for row in tx.execute(select(*columns).order_by(rulings.c.id))]

    return rows


def test_it_works(ask):
    answer = ask(form=COMMENT)
    assert answer.status_code == 200
    assert answer.data == b"false"
    assert answer.content_type == "text/plain; charset=utf-8"
    assert GUID.fullmatch(answer.headers["X-akismet-guid"])
    trouble = {name for name in dict(answer.headers) if name.lower().startswith("x-akismet")}
    assert trouble == {"X-akismet-guid"}


def test_spam(ask):
    answer = ask(form=SPAM)
    assert answer.data == b"true"
    assert GUID.fullmatch(answer.headers["X-akismet-guid"])
    assert "X-akismet-pro-tip" not in answer.headers
    assert "X-akismet-error" not in answer.headers


def test_a_held_comment_is_an_error_to_wordpress_and_spam_to_the_rest(ask):
    answer = ask(form=RUDE)
    assert answer.data == b"true"
    assert answer.headers["X-akismet-error"] == "held for a moderator"
    assert GUID.fullmatch(answer.headers["X-akismet-guid"])


@pytest.mark.parametrize("reason", ["recheck_queue", "retry"])
def test_a_held_comment_asked_about_again_stays_held(ask, reason):
    ask(form=RUDE)
    answer = ask(form={**RUDE, "recheck_reason": reason})
    assert answer.data == b"hold"
    assert GUID.fullmatch(answer.headers["X-akismet-guid"])


def test_an_edit_is_a_comment_like_any(ask):
    assert ask(form={**RUDE, "recheck_reason": "edit"}).data == b"true"


@pytest.mark.parametrize("again", [{}, {"recheck_reason": "recheck_queue"}])
@pytest.mark.parametrize("form", [COMMENT, SPAM])
def test_retries_are_answered_the_same_and_stored_once(ask, stored, form, again):
    first = ask(form=form)
    for _ in range(2):
        repeated = ask(form={**form, **again})
        assert (repeated.data, repeated.headers) == (first.data, first.headers)
    assert len(stored()) == 1


# Keys


def verify(ask, form, **more):
    answer = ask("/1.1/verify-key", {"blog": COMMENT["blog"], **form}, signed=False, **more)
    return answer.data.decode(), "X-akismet-debug-help" in answer.headers


def test_verify_key(ask, key, site):
    assert verify(ask, {"key": key}) == ("valid", False)
    assert verify(ask, {"api_key": key}) == ("valid", False)
    assert verify(ask, {"key": key.upper()}) == ("valid", False)
    assert verify(ask, {"key": site.keys.key}) == ("valid", False)
    assert verify(ask, {}, headers={"Host": f"{key}.rest.example"}) == ("valid", False)
    assert verify(ask, {"key": key, "api_key": "0" * 12}) == ("valid", False)
    assert verify(ask, {"key": "0" * 12, "api_key": key}) == ("invalid", True)
    assert verify(ask, {"key": "nonsense"}) == ("invalid", True)
    assert verify(ask, {}) == ("invalid", True)


@pytest.mark.parametrize(
    ("form", "host", "good"),
    [
        ({"api_key": "KEY"}, "rest.example", True),
        ({}, "KEY.rest.example", True),
        ({}, "KEY.rest.example:8080", True),
        ({"key": "KEY"}, "rest.example", True),
        ({"key": "KEY"}, "000000000000.rest.example", True),
        ({"key": "000000000000"}, "KEY.rest.example", True),
        ({"api_key": "000000000000"}, "KEY.rest.example", False),
        ({}, "rest.example", False),
        ({}, "", False),
    ],
)
def test_where_a_key_may_stand(ask, key, form, host, good):
    sent = {**COMMENT, **{name: value.replace("KEY", key) for name, value in form.items()}}
    headers = {"Host": host.replace("KEY", key.upper())}
    answer = ask(form=sent, signed=False, headers=headers)
    assert answer.data == (b"false" if good else b"invalid")
    assert ("X-akismet-debug-help" in answer.headers) is not good
    assert GUID.fullmatch(answer.headers["X-akismet-guid"])


PATHS = [
    "/1.1/submit-spam", "/1.1/submit-ham", "/1.1/get-subscription", "/1.1/get-stats",
    "/1.1/deactivate", "/1.1/token", "/1.1/verify-wpcom-key", "/1.2/usage-limit", "/1.2/key-sites",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_key_is_invalid_everywhere(ask, path):
    answer = ask(path, COMMENT, signed=False)
    assert (answer.status_code, answer.data) == (200, b"invalid")


# What must be there


@pytest.mark.parametrize("path", ["/1.1/comment-check", "/1.1/submit-spam", "/1.1/submit-ham"])
@pytest.mark.parametrize("field", ["blog", "user_ip"])
@pytest.mark.parametrize("value", [None, "", " "])
def test_a_required_field(ask, stored, path, field, value):
    form = {name: text for name, text in {**COMMENT, field: value}.items() if text is not None}
    answer = ask(path, form)
    assert answer.status_code == 200
    assert answer.data == f"Missing required field: {field}.".encode()
    assert answer.headers["X-akismet-debug-help"] == f'Empty "{field}" value'
    assert ("X-akismet-guid" in answer.headers) is path.endswith("check")
    assert not stored()


@pytest.mark.parametrize("blog", ["not a site", "http://", "http://[", "://", "http://a b"])
def test_a_site_address_that_is_none(ask, blog):
    answer = ask(form={**COMMENT, "blog": blog})
    assert answer.data == b"invalid"
    assert answer.headers["X-akismet-debug-help"] == "We were unable to parse your blog URI"


@pytest.mark.parametrize(
    "blog",
    ["https://blog.example/path?x=1", "blog.example", "http://[::1]:8080", "http://é.example"],
)
def test_a_site_address_that_is_one(ask, blog):
    assert ask(form={**COMMENT, "blog": blog}).data == b"false"


def test_a_site_may_send_no_address(app, ask, clock):
    allow(app, clock, akismet_user_ip_optional=True)
    assert ask(form={**COMMENT, "user_ip": ""}).data == b"false"


def allow(app, clock, **rules):
    app.extensions["saring"]["rulebook"].change("default", "a test", rules)
    clock.forward(seconds=2)


# Test triggers


@pytest.mark.parametrize("is_test", [{}, {"is_test": "1"}])
@pytest.mark.parametrize(
    ("form", "body"),
    [
        ({"comment_author": "viagra-test-123"}, b"true"),
        ({"comment_author_email": "akismet-guaranteed-spam@example.com"}, b"true"),
        ({"comment_author": "viagra-test-123", "user_role": "administrator"}, b"true"),
        ({**SPAM, "user_role": "administrator"}, b"false"),
        ({**SPAM, "user_role": "Administrator"}, b"false"),
        ({**SPAM, "user_role": "editor, administrator"}, b"false"),
    ],
)
def test_triggers_leave_no_trace(ask, stored, form, body, is_test):
    answer = ask(form={**COMMENT, **form, **is_test})
    assert answer.data == body
    assert GUID.fullmatch(answer.headers["X-akismet-guid"])
    assert not stored()


@pytest.mark.parametrize(
    ("content", "body", "error"),
    [
        ("saring-test-accept", b"false", False),
        ("saring-test-hold", b"true", True),
        ("saring-test-reject", b"true", False),
    ],
)
@pytest.mark.parametrize("role", ["", "administrator"])
def test_our_own_test_strings(ask, stored, content, body, error, role):
    answer = ask(form={**COMMENT, "comment_content": content, "user_role": role})
    assert (answer.data, "X-akismet-error" in answer.headers) == (body, error)
    assert all(row.is_test for row in stored())


@pytest.mark.parametrize("yes", ["1", "true", "True"])
def test_a_test_is_judged_and_not_stored(ask, stored, yes):
    assert ask(form={**SPAM, "is_test": yes}).data == b"true"
    assert ask("/1.1/submit-ham", {**SPAM, "is_test": yes}).data == THANKS
    assert not stored()


@pytest.mark.parametrize("no", ["0", "false", "False", ""])
def test_what_is_no_test(ask, stored, no):
    ask(form={**SPAM, "is_test": no})
    assert len(stored()) == 1


def test_the_discard_tip_can_be_tried(ask):
    answer = ask(form={**COMMENT, "is_test": "1", "test_discard": "1"})
    assert (answer.data, answer.headers["X-akismet-pro-tip"]) == (b"true", "discard")
    assert "X-akismet-pro-tip" not in ask(form={**COMMENT, "test_discard": "1"}).headers


class CertainScorer(FakeScorer):
    """Sure of everything it knows."""

    def _one(self, text):
        found = super()._one(text)
        scores = {head: 0.995 if score > 0.5 else score for head, score in found.scores.items()}
        return replace(found, scores=scores)


@pytest.fixture
def scorer(request):
    return CertainScorer() if "discard" in request.node.name else FakeScorer()


@pytest.mark.parametrize(
    ("asked", "content", "tip"),
    [
        (True, "slot gacor terlarang", "discard"),
        (False, "slot gacor terlarang", None),
        (True, "slot gacor", None),
        (True, "kata terlarang", None),
        (True, "bodoh", None),
    ],
)
def test_discard_is_for_sites_that_ask_and_for_blatant_spam(ask, app, clock, asked, content, tip):
    allow(app, clock, akismet_discard=asked, banned_words=["terlarang"])
    answer = ask(form={**COMMENT, "comment_content": content})
    assert answer.data == b"true"
    assert answer.headers.get("X-akismet-pro-tip") == tip


# Bots, pingbacks, floods


@pytest.mark.parametrize(
    "trap",
    [
        {"POST_ak_hp_textarea": "isi"},
        {"honeypot_field_name": "surel2", "surel2": "isi"},
        {"honeypot_field_name": "akismet_api_honeypot_field", "akismet_api_honeypot_field": "x"},
    ],
)
def test_a_filled_honeypot(ask, trap):
    answer = ask(form={**COMMENT, **trap})
    assert (answer.data, answer.headers.get("X-akismet-error")) == (b"true", None)


def test_a_pingback_is_not_stored_before_it_was_fetched(ask, stored):
    form = {**COMMENT, "akismet_pre_check": "1", "comment_author": "", "comment_content": ""}
    assert ask(form=form).data == b"false"
    assert not stored()


def test_a_flood_is_put_off(ask, app, clock):
    allow(app, clock, author_per_minute=2)
    forms = [{**COMMENT, "comment_content": f"Terima kasih {n}"} for n in range(3)]
    assert [ask(form=form).data for form in forms[:2]] == [b"false", b"false"]
    answer = ask(form=forms[2])
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.data not in (b"true", b"false")
    assert GUID.fullmatch(answer.headers["X-akismet-guid"])
    assert ask(form=forms[1]).data == b"false", "a retry is no flood"
    assert ask(form={**forms[2], "recheck_reason": "retry"}).data == b"false"


# Corrections


def test_a_correction(ask, stored, ruled):
    ask(form=COMMENT)
    answer = ask("/1.1/submit-spam", COMMENT)
    assert (answer.status_code, answer.data) == (200, THANKS)
    assert not [name for name in dict(answer.headers) if name.lower().startswith("x-akismet")]
    assert ruled() == [("reject", ["spam"], "akismet")]
    ask("/1.1/submit-spam", COMMENT)
    assert len(ruled()) == 1
    ask("/1.1/submit-ham", COMMENT)
    assert [row[0] for row in ruled()] == ["reject", "accept"]
    assert len(stored()) == 1


def test_a_moderators_ham_is_never_called_spam_again(ask):
    assert ask(form=SPAM).data == b"true"
    ask("/1.1/submit-ham", SPAM)
    assert ask(form={**SPAM, "recheck_reason": "recheck_queue"}).data == b"false"
    assert ask(form=SPAM).data == b"false"
    assert ask(form={**SPAM, "permalink": "https://blog.example/?p=5"}).data == b"false"


def test_a_report_speaks_for_its_authors_copies_only(ask):
    ask(form=COMMENT)
    ask("/1.1/submit-spam", COMMENT)
    elsewhere = {**COMMENT, "permalink": "https://blog.example/?p=5"}
    assert ask(form=elsewhere).data == b"true"
    other = {"comment_author": "Siti", "comment_author_email": "siti@example.com"}
    assert ask(form={**elsewhere, **other}).data == b"false"


def test_a_persons_ruling_is_not_overridden_by_a_report(ask, app, site, stored, ruled):
    ask(form=SPAM)
    [row] = stored()
    review = app.extensions["saring"]["review"]
    known = app.extensions["saring"]["access"].named_site("default")
    review.rule(known, row.id, "accept", "ani")
    ask("/1.1/submit-spam", SPAM)
    assert [(verdict, by) for verdict, _, by in ruled()] == [("accept", "ani")]
    assert ask(form={**SPAM, "recheck_reason": "recheck_queue"}).data == b"false"


def test_a_person_can_make_a_report_their_own(ask, app, site, stored, ruled):
    ask(form=SPAM)
    ask("/1.1/submit-ham", SPAM)
    [row] = stored()
    known = app.extensions["saring"]["access"].named_site("default")
    for _ in range(2):
        app.extensions["saring"]["review"].rule(known, row.id, "accept", "ani")
    ask("/1.1/submit-spam", SPAM)
    assert [(verdict, by) for verdict, _, by in ruled()] == [
        ("accept", "akismet"),
        ("accept", "ani"),
    ]


def test_a_correction_of_something_never_seen_is_kept(ask, stored, ruled):
    assert ask("/1.1/submit-spam", COMMENT).data == THANKS
    assert ruled() == [("reject", ["spam"], "akismet")]
    assert ask(form={**COMMENT, "recheck_reason": "recheck_queue"}).data == b"true"
    assert len(stored()) == 1


def test_coral_corrects_in_json_without_a_site(app, key, ruled):
    body = {
        "comment_content": "halo", "comment_author_email": "a@example.com", "is_test": False,
        "user_ip": "", "comment_parent": None,
    }  # fmt: skip
    answer = app.test_client().post(
        "/1.1/submit-ham", json=body, headers={"Host": f"{key}.rest.example"}
    )
    assert (answer.status_code, answer.data) == (200, THANKS)
    assert ruled() == [("accept", [], "akismet")]


TYPED = 'O\'Neil: "murah" 100% \\ <b>tebal</b> & <3\nbaris'
SLASHED = 'O\\\'Neil: \\"murah\\" 100% \\\\ <b>tebal</b> & <3\r\nbaris'
ESCAPED = 'O\'Neil: "murah" 100% \\ <b>tebal</b> &amp; &lt;3\nbaris'


def test_three_spellings_are_one_comment(ask, stored, ruled):
    ask(form={**COMMENT, "comment_content": SLASHED, "comment_author": "O\\'Neil"})
    ask("/1.1/submit-spam", {**COMMENT, "comment_content": TYPED, "comment_author": "O'Neil"})
    again = {**COMMENT, "comment_content": ESCAPED, "comment_author": "O&#039;Neil"}
    assert ask(form={**again, "recheck_reason": "recheck_queue"}).data == b"true"
    [row] = stored()
    assert (row.content, row.author_name) == (TYPED, "O'Neil")
    assert len(ruled()) == 1


# Odd bodies


def post_bytes(app, body, kind="application/x-www-form-urlencoded", path="/1.1/comment-check"):
    return app.test_client().post(path, data=body, content_type=kind)


def test_bare_names_unknown_names_and_arrays(app, key, stored):
    body = (
        f"referrer&blog=http://x.example&blog=http%3A%2F%2Fy.example&user_ip=192.0.2.1&comment_author"
        f"&comment_content=halo+dunia&comment_context[]=a&comment_context%5B0%5D=b&a.b=1&c d=2&=3&&"
        f"&HTTP_X_REAL_IP=192.0.2.9&POST_email=rahasia%40example.com&api_key={key}"
    )
    assert post_bytes(app, body.encode()).data == b"false"
    assert stored()[0].content == "halo dunia"


@pytest.mark.parametrize(
    ("extra", "kind"),
    [
        (b"&blog_charset=ISO-8859-1", ""),
        (b"&charset=latin1", ""),
        (b"", "; charset=ISO-8859-1"),
        (b"", ""),
        (b"&blog_charset=unicode_escape", ""),
        (b"&blog_charset=nonsense", "; charset=UTF-8"),
    ],
)
def test_an_old_charset(app, key, stored, extra, kind):
    body = b"blog=http://x.example&user_ip=192.0.2.1&comment_content=caf%E9&api_key="
    kind = f"application/x-www-form-urlencoded{kind}"
    assert post_bytes(app, body + key.encode() + extra, kind).data == b"false"
    assert stored()[0].content == "café"


def test_what_no_database_keeps_is_left_out(app, key, stored):
    body = b"blog=http://x.example&user_ip=192.0.2.1&comment_content=ha%00l%07o&api_key="
    assert post_bytes(app, body + key.encode()).data == b"false"
    assert stored()[0].content == "halo"


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b"[" * 10_000, b"\xff"])
def test_json_that_is_none(app, key, body):
    answer = post_bytes(app, body, "application/json", "/1.1/submit-spam")
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"


def test_a_large_comment_is_judged_and_a_huge_body_refused(ask):
    assert ask(form={**COMMENT, "comment_content": "kata " * 50_000}).status_code == 200
    answer = ask(form={**COMMENT, "comment_content": "x" * 600_000})
    assert answer.status_code == 413
    assert GUID.fullmatch(answer.headers["X-akismet-guid"])


# The settings page and the second version


def test_the_settings_page(app, ask, key):
    assert app.test_client().get("/1.1/test").data == b"connected"
    told = ask("/1.1/get-subscription", {"key": key, "blog": COMMENT["blog"]}, signed=False).json
    assert told["status"] == "active"
    assert told.keys() == {
        "account_id", "account_type", "account_name", "status", "next_billing_date",
        "limit_reached",
    }  # fmt: skip
    assert ask("/1.1/deactivate").data == b"deactivated"
    assert ask("/1.1/token").data == b"invalid"
    assert ask("/1.1/verify-wpcom-key").data == b"invalid"
    assert app.test_client().get("/1.2/compatible-plugins").status_code == 404


def test_figures(ask, key):
    for form in (COMMENT, SPAM, RUDE):
        ask(form=form)
    ask("/1.1/submit-spam", COMMENT)
    ask("/1.1/submit-ham", SPAM)
    told = ask("/1.1/get-stats", {"key": key, "from": "6-months"}).json
    assert told == {
        "spam": 1, "ham": 2, "missed_spam": 1, "false_positives": 1, "accuracy": "33.33",
        "time_saved": 5, "breakdown": {},
    }  # fmt: skip
    usage = {"limit": "none", "usage": 3, "percentage": "0.00", "throttled": False}
    assert ask("/1.2/usage-limit").json == usage
    extended = ask("/1.2/usage-limit", {"extended": "true"}).json
    assert extended == {**usage, "notice_level": 0, "upgrade": False}


def test_sites_of_a_key(app, ask, key):
    ask(form=SPAM)
    told = app.test_client().get(f"/1.2/key-sites?api_key={key}").json
    [(month, rows)] = [(name, told[name]) for name in told if name[0].isdigit()]
    assert month == "2026-11"
    assert [(row["site"], row["spam"]) for row in rows] == [("default", "1")]
    assert (told["limit"], told["offset"], told["total"]) == (500, 0, 1)
    earlier = ask("/1.2/key-sites", {"month": "2026-10"}).json
    assert earlier["2026-10"][0]["api_calls"] == "0"
    table = ask("/1.2/key-sites", {"format": "csv"}).data.decode().splitlines()
    assert table[1:] == [
        "Site,Total API Calls,Spam,Ham,Missed Spam,False Positives,Is Revoked",
        "default,1,1,0,0,0,0",
    ]
    assert key not in table[0]


@pytest.mark.parametrize(("asked", "rows"), [("FAUL", 1), ("other", 0), ("", 1)])
def test_sites_are_filtered_by_name(ask, asked, rows):
    told = ask("/1.2/key-sites", {"filter": asked}).json
    assert (len(told["2026-11"]), told["total"]) == (rows, rows)
    table = ask("/1.2/key-sites", {"filter": asked, "format": "csv"}).text.splitlines()
    assert f"total: {rows})" in table[0]
    assert len(table) == 2 + rows


@pytest.mark.parametrize(
    ("name", "cell"), [("=1+2", "'=1+2"), ("@SUM(1)", "'@SUM(1)"), ('a,"b"', '"a,""b"""')]
)
def test_a_sites_name_is_no_formula(app, name, cell):
    key = app.extensions["saring"]["access"].add_site(name).short_key
    answer = app.test_client().get(f"/1.2/key-sites?format=csv&api_key={key}")
    assert answer.text.splitlines()[2] == f"{cell},0,0,0,0,0,0"


# Trouble of ours


def test_trouble_holds_and_carries_a_guid(app, ask, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("a bug")

    monkeypatch.setattr(type(app.extensions["saring"]["moderation"]), "submit_once", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = ask(form=COMMENT)
    assert answer.status_code == 500
    assert answer.data not in (b"true", b"false")
    assert GUID.fullmatch(answer.headers["X-akismet-guid"])


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/1.1/comment-check", 405), ("PUT", "/1.1/comment-check", 405),
    ("POST", "/1.1/nothing", 404), ("GET", "/1.2/nothing", 404),
])  # fmt: skip
def test_no_such_place_or_method(app, method, path, status):
    answer = app.test_client().open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (status, "text/plain")
    assert ("X-akismet-guid" in answer.headers) is path.endswith("check")


@pytest.mark.parametrize(
    ("field", "column", "most"),
    [
        ("comment_author", "author_name", 1_000),
        ("comment_author_url", "author_url", 2_000),
        ("permalink", "permalink", 2_000),
        ("comment_parent", "parent_id", 200),
        ("blog_lang", "locale", 200),
    ],
)
def test_nothing_is_cut_within_an_address(ask, stored, field, column, most):
    """Half of one is not known for one, and would not be masked."""
    mailbox = "budi.santoso@surat"
    text = f"https://{'x' * (most - len(mailbox) - 9)}/{mailbox}.example"
    assert ask(form={**COMMENT, field: text}).data == b"false"
    assert getattr(stored()[-1], column) == ""


@pytest.mark.parametrize("letter", ["a", "\u4e16"])
def test_what_is_too_long_to_be_a_comment_is_held_unread(ask, stored, ruled, letter):
    """WordPress keeps 65,525 bytes; half a megabyte would take seconds to judge."""
    most = 65_525 // len(letter.encode())
    longest = {**COMMENT, "comment_content": letter * most}
    assert ask(form=longest).data == b"false"
    assert len(stored()) == 1
    longer = {**COMMENT, "comment_content": letter * (most + 1)}
    answer = ask(form=longer)
    assert (answer.data, answer.headers["X-akismet-error"]) == (b"true", "held for a moderator")
    assert ask(form={**longer, "recheck_reason": "recheck_queue"}).data == b"hold"
    assert ask("/1.1/submit-spam", longer).data == THANKS
    assert len(stored()) == 1
    assert ruled() == []


def test_everything_beside_a_comment_has_an_end(ask, stored):
    endless = "x" * 100_000
    others = ("comment_author", "comment_author_url", "permalink", "comment_parent", "blog_lang")
    assert ask(form={**COMMENT, **dict.fromkeys(others, endless)}).status_code == 200
    (row,) = stored()
    assert max(len(value) for value in row if isinstance(value, str)) <= 2_000

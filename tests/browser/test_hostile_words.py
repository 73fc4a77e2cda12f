"""Script in every field of every door, on every page that shows it, in a real browser.

A script that runs sets a flag; what the policy stopped is told by the browser; both fail the test.
"""

from __future__ import annotations

import json

from tests.web.test_coral import PHASE, sign

FLAG = "window.ranqzx=1"
PAYLOADS = (
    f"<script>{FLAG}</script>",
    f"<img src=x onerror={FLAG}>",
    f'"><svg onload={FLAG}>',
    f"' autofocus onfocus='{FLAG}' x='",
    f"</textarea></title></style><script>{FLAG}</script>",
    f"javascript:{FLAG}",
    f"{{{{ 7*7 }}}} ${{{FLAG}}} <%= 1 %>",
    f"&lt;script&gt;{FLAG}&lt;/script&gt;",
    f"</script><script>{FLAG}//",
    f"<a href=javascript:{FLAG}>klik</a>",
)
WATCH = """
window.stopped = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.stopped.push(event.violatedDirective + " " + event.blockedURI));
"""
PAGES = (
    "/queue", "/queue?tab=all&limit=100", "/queue?tab=complaints", "/queue?tab=accepted",
    "/complaints", "/contradictions", "/scores", "/bulk?text=bodoh", "/dashboard", "/models",
    "/settings", "/settings/people", "/settings/sites", "/account", "/docs",
)  # fmt: skip


def comment(number: int, payload: str) -> dict[str, str]:
    return {
        "content": f"dasar bodoh {number} {payload}", "author_name": payload,
        "author_email": f"orang{number}@example.com", "author_url": f"https://x.example/{number}?\"'><x",
        "permalink": payload, "post_title": payload, "parent_id": payload[:200],
        "locale": payload[:35],
    }  # fmt: skip


def sent_by_every_door(app, site) -> list[str]:
    """Each payload in every field of every door; ids of comments."""
    client, short, ids = app.test_client(), site.keys.short_key, []
    for number, payload in enumerate(PAYLOADS):
        posted = site.post(json=comment(number, payload))
        assert posted.status_code == 201, posted.text
        ids.append(posted.json["id"])
        complaint = {"comment_id": ids[-1], "reason": "other", "detail": payload}
        assert site.post("/v1/complaints", json=complaint).status_code == 201
        form = {
            "api_key": short, "blog": "https://x.example", "user_ip": "203.0.113.1",
            "comment_content": f"bodoh {number} {payload}", "comment_author": payload,
            "comment_author_url": payload, "permalink": f"javascript:{FLAG}//{number}",
            "comment_parent": payload, "blog_lang": payload,
        }  # fmt: skip
        assert client.post("/1.1/comment-check", data=form).status_code == 200
        phase = {"comment": {"body": f"bodoh lagi {number} {payload}", "parentID": payload},
                 "story": {"url": payload}, "author": {"id": payload}}  # fmt: skip
        raw = json.dumps({**PHASE, **phase}).encode()
        signed = {"X-Coral-Signature": sign(site.keys.coral_secret, raw)}
        assert client.post("/coral", data=raw, headers=signed).status_code == 200
    return ids


def by_people(app, ids: list[str]) -> None:
    """What moderators and admins type: notes, names, words of rules."""
    core = app.extensions["saring"]
    default = core["access"].named_site("default")
    for number, payload in enumerate(PAYLOADS):
        verdict = ("accept", "reject")[number % 2]
        if number < 4:
            core["review"].rule(default, ids[number], verdict, "wati", labels=(), note=payload)
            core["access"].add_moderator(payload, "moderator", "kata sandi yang panjang")
        core["access"].add_site(payload)
    core["review"].set_standing(default, ids[5], "blocked", "wati")
    words = {"suspect_words": list(PAYLOADS[:3]), "shadow": {"banned_words": [PAYLOADS[0]]}}
    core["rulebook"].change("default", PAYLOADS[0], words)


def test_no_word_runs_as_a_script(app, site, newsroom):
    ids = sent_by_every_door(app, site)
    by_people(app, ids)
    page = newsroom.browser()
    page.add_init_script(WATCH)
    asked = [f"{place}{'&' if '?' in place else '?'}text={FLAG}" for place in PAGES[:2]]
    hostile = [
        f"/queue?{name}=%22%3E%3Csvg%20onload%3D{FLAG}%3E" for name in ("done", "stroke", "text")
    ]
    shown = 0
    for place in (*PAGES, *(f"/queue/{one}" for one in ids[:5]), *asked, *hostile):
        page.goto(newsroom.address + place, wait_until="load")
        shown += page.content().count("ranqzx")
        page.evaluate("for (const more of document.querySelectorAll('details')) more.open = true")
        assert page.evaluate("window.ranqzx") is None, place
        assert page.evaluate("window.stopped") == [], place
        scripts = page.evaluate("[...document.scripts].map((one) => one.src || one.text)")
        assert all(one.startswith(f"{newsroom.address}/static/") for one in scripts), place
        links = page.evaluate("[...document.querySelectorAll('[href]')].map((one) => one.href)")
        assert not [link for link in links if not link.startswith(("http:", "https:"))], place
        handlers = page.evaluate(
            "[...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames())"
            ".filter((name) => name.startsWith('on'))"
        )
        assert handlers == [], place
    assert shown > 200  # the words are there, as words


def test_the_demo_runs_nothing_either(newsroom, site):
    page = newsroom.stranger()
    page.add_init_script(WATCH)
    for payload in PAYLOADS[:3]:
        page.goto(f"{newsroom.address}/demo")
        page.fill("[name=content]", f"bodoh {payload}")
        page.fill("[name=author_name]", payload)
        page.fill("[name=author_email]", "budi@example.com")
        with page.expect_navigation():
            page.locator("form:has([name=content]) button").click()
        assert "ranqzx" in page.content()
        assert page.evaluate("window.ranqzx") is None
        assert page.evaluate("window.stopped") == []

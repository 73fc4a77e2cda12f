"""A moderator's day in a real browser: keys, undo, waves, conflicts, and no script at all."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from service.storage.tables import comments, rulings
from tests.web.desk import PASSWORD, client_of

HOSTILE = (
    "<script>document.title='x'</script><img src=x onerror=alert(1)> bodoh \u202eterbalik "
    + "e" + "\u0301" * 10_000
)  # fmt: skip
WAVE = "kamu semua bodoh sekali karena percaya pada janji pemerintah daerah itu {}"


def hold(site, count: int) -> list[str]:
    """Held comments, oldest first."""
    sent = [
        site.comment(content=f"dasar bodoh nomor {n}", author_email=f"orang{n}@example.com")
        for n in range(count)
    ]
    return sorted(answer.json["id"] for answer in sent)  # the clock stands still: by id


def roll_a_wave(site, count: int) -> list[str]:
    sent = [
        site.comment(content=WAVE.format(n), author_email=f"w{n}@example.com") for n in range(count)
    ]
    return [answer.json["id"] for answer in sent]


def verdicts(site, ids: list[str]) -> list[str]:
    return [site.get(f"/v1/comments/{comment}").json["verdict"] for comment in ids]


def settle(page: Page) -> None:
    """Wait until everything that was decided has been told to the server."""
    expect(page.locator("html")).to_have_attribute("data-unsent", "0")


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_it_works(newsroom, site):
    ids = hold(site, 1)
    page = newsroom.browser()
    expect(page.locator("article.card.current")).to_have_attribute("data-id", ids[0])
    press(page, "a")
    expect(page.locator("article.card")).to_have_class("card decided accept")
    settle(page)
    assert verdicts(site, ids) == ["accept"]


def test_thirty_cards_by_keyboard_over_two_pages_and_back(newsroom, site):
    ids = hold(site, 30)
    page = newsroom.browser()
    for number in range(30):
        expect(page.locator("article.card.current")).to_have_attribute("data-id", ids[number])
        press(page, "arst1234"[number % 8])
    settle(page)
    expected = ["accept" if n % 8 == 0 else "reject" for n in range(30)]
    assert verdicts(site, ids) == expected
    press(page, "z" * 30)
    settle(page)
    assert verdicts(site, ids) == ["hold"] * 30


def test_undo_outlives_a_reload(newsroom, site):
    ids = hold(site, 2)
    page = newsroom.browser()
    press(page, "rs")
    settle(page)
    page.reload()
    press(page, "zz")
    settle(page)
    expect(page.locator("article.card:not(.decided)")).to_have_count(2)
    assert verdicts(site, ids) == ["hold", "hold"]


def test_what_is_taken_back_by_the_next_page_is_shown_there(newsroom, site):
    ids = hold(site, 1)
    page = newsroom.browser()
    press(page, "r")
    settle(page)
    page.reload()
    page.route("**/v1/queue/*/ruling*", lambda route: route.abort())
    press(page, "z")
    expect(page.locator("html")).to_have_attribute("data-unsent", "1")
    page.reload()
    page.unroute("**/v1/queue/*/ruling*")
    expect(page.locator("article.card:not(.decided)")).to_have_count(1)
    assert verdicts(site, ids) == ["hold"]


def test_j_and_k_walk_and_x_selects_a_range(newsroom, site):
    ids = hold(site, 6)
    page = newsroom.browser()
    press(page, "jx")
    press(page, "jjj")
    page.keyboard.press("Shift+X")
    expect(page.locator("#picked")).to_have_text("4 dipilih")
    press(page, "r")
    settle(page)
    assert verdicts(site, ids) == ["hold", "reject", "reject", "reject", "reject", "hold"]
    press(page, "z")
    settle(page)
    assert verdicts(site, ids) == ["hold"] * 6


def test_a_wave_in_one_key_and_back(newsroom, site):
    ids = roll_a_wave(site, 40)
    page = newsroom.browser()
    expect(page.locator("article.card")).to_have_count(1)
    expect(page.locator(".copies")).to_have_text("40 salinan")
    press(page, "g")
    settle(page)
    assert set(verdicts(site, ids)) == {"reject"}
    press(page, "z")
    settle(page)
    assert set(verdicts(site, ids)) == {"hold"}


def test_two_browsers_conflict_visibly(newsroom, site):
    ids = hold(site, 2)
    wati, budi = newsroom.browser("wati"), newsroom.browser("budi")
    press(wati, "r")
    settle(wati)
    press(budi, "a")
    notice = budi.locator(".conflict-notice")
    expect(notice).to_contain_text("Orang lain telah memutuskan ini: ditolak.")
    assert verdicts(site, ids) == ["reject", "hold"]


def test_a_selection_tells_which_card_somebody_else_decided(newsroom, site):
    ids = hold(site, 3)
    wati, budi = newsroom.browser("wati"), newsroom.browser("budi")
    press(wati, "r")
    settle(wati)
    press(budi, "xjxa")
    settle(budi)
    told = budi.locator("article.card", has=budi.locator(".conflict-notice"))
    expect(told).to_have_attribute("data-id", ids[0])
    expect(told).to_contain_text("Orang lain telah memutuskan ini: ditolak.")
    assert verdicts(site, ids) == ["reject", "accept", "hold"]


def test_what_the_server_refuses_is_told_on_the_card(newsroom, site):
    ids = hold(site, 2)
    page = newsroom.browser()
    assert (
        site.app.test_client().delete(f"/v1/comments/{ids[0]}", headers=site.key).status_code == 204
    )
    press(page, "r")
    expect(page.locator(".conflict-notice")).to_have_text("Tidak ada apa-apa di sini.")
    expect(page.locator("article.card.decided")).to_have_count(0)


def test_others_see_what_is_being_looked_at(newsroom, site):
    hold(site, 2)
    newsroom.browser("wati").wait_for_load_state("networkidle")
    budi = newsroom.browser("budi")
    budi.keyboard.press("j")
    expect(budi.locator("article.card .claim").first).to_have_text("wati sedang melihat ini")


def test_new_arrivals_announce_themselves_and_move_nothing(newsroom, site, clock):
    ids = hold(site, 2)
    page = newsroom.browser()
    clock.forward(seconds=1)
    site.comment(content="dasar bodoh baru", author_email="baru@example.com")
    press(page, "j")
    expect(page.locator("#arrived")).to_have_text("1 baru · tampilkan")
    shown = page.locator("article.card").evaluate_all("cards => cards.map(c => c.dataset.id)")
    assert shown == ids


def test_without_a_network_nothing_is_lost_or_done_twice(newsroom, site):
    ids = hold(site, 3)
    page = newsroom.browser()
    page.context.set_offline(True)
    press(page, "ars")
    expect(page.locator("#toast")).to_contain_text("Tidak ada sambungan")
    assert verdicts(site, ids) == ["hold"] * 3
    page.context.set_offline(False)
    settle(page)
    assert verdicts(site, ids) == ["accept", "reject", "reject"]


def test_a_note_and_a_blocked_author(newsroom, site):
    ids = hold(site, 1)
    page = newsroom.browser()
    press(page, "b")
    press(page, "n")
    page.keyboard.type("sudah diperingatkan")
    page.keyboard.press("Escape")
    press(page, "r")
    settle(page)
    sent = site.comment(content="halo", author_email="orang0@example.com")
    assert sent.json["verdict"] == "reject"
    page.goto(f"{newsroom.address}/queue/{ids[0]}")
    expect(page.get_by_text("sudah diperingatkan")).to_be_visible()


def test_keys_are_explained(newsroom, site):
    page = newsroom.browser()
    press(page, "?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_two_languages(newsroom, site):
    hold(site, 1)
    page = newsroom.browser()
    expect(page.locator("html")).to_have_attribute("lang", "id")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".act.accept")).to_contain_text("Accept")
    page.get_by_role("button", name="Indonesia").click()
    expect(page.locator(".act.accept")).to_contain_text("Terima")


def test_without_javascript(newsroom, site):
    ids = [*roll_a_wave(site, 6), *hold(site, 2)]
    page = newsroom.browser(java_script_enabled=False)
    page.locator("article.card").nth(1).get_by_role(
        "button", name="Tolak", exact=False
    ).first.click()
    assert verdicts(site, ids)[6:] == ["reject", "hold"]
    page.get_by_role("button", name="Urungkan").click()
    assert verdicts(site, ids)[6:] == ["hold", "hold"]
    page.get_by_role("button", name="Tolak segelombang").click()
    assert set(verdicts(site, ids)[:6]) == {"reject"}
    page.get_by_role("button", name="Urungkan").click()
    assert set(verdicts(site, ids)[:6]) == {"hold"}


def test_without_javascript_all_of_a_session_comes_back(newsroom, site, clock):
    ids = hold(site, 3)
    page = newsroom.browser(java_script_enabled=False)
    for _ in ids:
        clock.forward(seconds=1)
        page.locator("article.card").first.locator(".main-acts .reject").first.click()
    assert verdicts(site, ids) == ["reject"] * 3
    page.get_by_role("link", name="Putusan saya").click()
    for left in (3, 2, 1):
        expect(page.locator(".doings button")).to_have_count(left)
        page.locator(".doings button").last.click()
    assert verdicts(site, ids) == ["hold"] * 3


def test_a_spot_check_is_ruled_on_blind_or_after_looking(newsroom, site):
    newsroom.core["rulebook"].change("default", "wati", {"sample_per_mille": 1000.0})
    for number in range(2):
        site.comment(content=f"main slot {number}", author_email=f"s{number}@example.com")
    page = newsroom.browser()
    page.goto(f"{newsroom.address}/queue?tab=samples")
    first, second = page.locator("article.card").all()
    expect(first).not_to_contain_text("judi")
    press(page, "r")
    expect(second).not_to_contain_text("judi")
    press(page, "e")
    expect(second.locator(".why")).to_contain_text("judi")
    expect(second.locator(".content mark")).to_have_text("slot")
    press(page, "r")
    settle(page)
    with newsroom.core["database"].read() as tx:
        saw = tx.execute(select(rulings.c.saw_score).order_by(rulings.c.id)).scalars().all()
    assert saw == [False, True]


def test_a_cases_page_has_the_keys_that_its_buttons_show(newsroom, site):
    ids = hold(site, 1)
    page = newsroom.browser()
    page.goto(f"{newsroom.address}/queue/{ids[0]}")
    with page.expect_navigation():
        press(page, "s")
    assert verdicts(site, ids) == ["reject"]
    with page.expect_navigation():
        press(page, "z")
    assert verdicts(site, ids) == ["hold"]


def test_a_complaint_is_answered_from_the_top_of_the_queue(newsroom, site, clock):
    ids = hold(site, 2)
    published = site.comment(content="Semoga damai", author_email="s@example.com").json["id"]
    page = newsroom.browser()
    complaint = {"comment_id": published, "reason": "slander", "detail": "itu fitnah"}
    site.post("/v1/complaints", json=complaint)
    press(page, "j")  # the pulse goes with it: nothing moves, the complaint is announced
    expect(page.locator("#arrived")).to_have_text("1 baru · tampilkan")
    page.locator("#arrived a").click()
    first = page.locator("article.card").first
    expect(first.locator(".due")).to_have_text("batas waktu 48 jam lagi")
    expect(first.locator(".complaint")).to_contain_text("itu fitnah")
    press(page, "r")
    settle(page)
    assert verdicts(site, [*ids, published]) == ["hold", "hold", "reject"]
    page.goto(f"{newsroom.address}/complaints")
    expect(page.get_by_text("1 dijawab tepat waktu")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("header.bar")).to_be_hidden()
    expect(page.locator("table.record")).to_be_visible()


def test_a_slider_says_what_it_means_before_it_is_saved(newsroom, site):
    hold(site, 3)
    page = newsroom.browser()
    page.goto(f"{newsroom.address}/settings")
    page.locator("#banned_words").fill("bodoh")
    expect(page.locator("#told")).to_contain_text("3 komentar diputar ulang")
    slider = page.locator('input[type=range][data-for="hold_per_mille"]')
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#hold_per_mille")).to_have_value("32")
    slider.evaluate("s => { s.value = 31.2784; s.dispatchEvent(new Event('input')) }")
    expect(page.locator("#hold_per_mille")).to_have_value("31,5")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_text("Versi 1 berlaku.")).to_be_visible()


def test_a_search_goes_on_by_itself_until_it_finds(newsroom, site, monkeypatch):
    monkeypatch.setattr("service.storage.queue.LOOKED_THROUGH", 3)
    hold(site, 11)
    site.comment(content="bodoh jarumjerami", author_email="z@example.com")
    page = newsroom.browser()
    page.goto(f"{newsroom.address}/queue?text=jarumjerami")
    expect(page.locator("article.card")).to_have_count(1)


def test_many_at_once_with_the_effect_seen_first(newsroom, site):
    ids = hold(site, 4)
    page = newsroom.browser()
    page.goto(f"{newsroom.address}/bulk?text=bodoh")
    expect(page.get_by_role("heading", name="4 komentar yang menunggu cocok")).to_be_visible()
    page.get_by_role("button", name="Tolak semua 4").click()
    assert verdicts(site, ids) == ["reject"] * 4
    page.get_by_role("button", name="Urungkan").click()
    assert verdicts(site, ids) == ["hold"] * 4


def test_dragging_over_the_dots_chooses_a_range(newsroom, site):
    hold(site, 3)
    page = newsroom.browser()
    page.goto(f"{newsroom.address}/scores")
    box = page.locator("#dots").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 60, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Baca dan putuskan").click()
    expect(page.get_by_role("button", name="Tolak semua 3")).to_be_visible()


LONG_WORD = "bodoh " + "w" * 60_000
TAGS = "<b>\u202eBudi</b><script>document.title='x'</script>"


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("content", [HOSTILE, LONG_WORD], ids=["signs", "60 kB word"])
def test_hostile_text_runs_hides_and_covers_nothing(newsroom, site, content, width):
    above = hold(site, 1)[0]
    site.comment(
        content=content, author_name=TAGS + "M" * 150, post_title=TAGS + "M" * 400,
        permalink="https://kabar.example/" + "m" * 400, parent_id=above,
    )  # fmt: skip
    hostile = site.comment(content="bodoh " + TAGS, parent_id=TAGS).json["id"]
    page = newsroom.browser(viewport={"width": width, "height": 844})
    page.goto(f"{newsroom.address}/queue?tab=held")
    expect(page.locator("article.card")).to_have_count(3)
    card = page.locator("article.card", has_text="bodoh").nth(1)
    box, buttons = (card.locator(place).bounding_box() for place in (".content", ".main-acts"))
    assert box["height"] < 300
    assert box["y"] + box["height"] <= buttons["y"]
    expect(page.locator(".given .sign").first).to_have_text("U+202E")
    card.locator(".more summary").click()
    card.locator("textarea").fill(TAGS + "n" * 1_500)
    card.locator(".main-acts .reject").first.click()
    settle(page)
    second = page.locator("article.card").nth(1).get_attribute("data-id")
    for path in (f"/queue/{second}", f"/queue/{hostile}", "/queue?tab=all", "/done",
                 f"/queue?{urlencode({'text': TAGS, 'article': TAGS, 'author': TAGS})}",
                 f"/bulk?{urlencode({'text': 'w' * 150, 'article': 'm' * 150})}"):  # fmt: skip
        page.goto(newsroom.address + path)
        assert "Saring" in page.title()
        assert page.locator("main :is(img, b, i, script:not([src]))").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_nothing_leaves_for_a_third_party(newsroom, site):
    site.comment(
        content="bodoh http://elsewhere.example/x.png", permalink="https://elsewhere.example/"
    )
    page, asked = newsroom.browser(), []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/queue", "/scores", "/bulk?text=b", "/dashboard", "/models", "/settings"):
        page.goto(newsroom.address + path)
    assert asked
    assert all(url.startswith(newsroom.address) for url in asked)


# Every page of the desk, by its route, with the queries that show all of its parts. A route that
# is not named here fails the test below.
QUERIES = {
    "/queue": ["", "?tab=all&text=bodoh&limit=3", "?tab=complaints", "?tab=samples",
    "?tab=second"],
    "/queue/<uuid:comment_id>": [], "/scores": ["?least=0.1"], "/bulk": ["", "?text=bodoh",
    "?tab=accepted&text=promo"], "/contradictions": [""], "/dashboard": [""], "/models": [""],
    "/complaints": [""], "/done": [""], "/account": [""], "/settings": [""],
    "/settings/people": [""], "/settings/sites": [""], "/login": [],
}  # fmt: skip
PAGES = [path + query for path, queries in QUERIES.items() for query in queries]


def test_every_page_of_the_desk_is_among_these(app):
    core = app.extensions["saring"]
    core["access"].add_moderator("wati", "admin", PASSWORD)
    client = client_of(app, "wati")
    pages = set()
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint.partition(".")[0] in desk_doors(app):
            path = rule.rule.replace("<uuid:comment_id>", str(uuid4()))
            if "<" in path or client.get(path, follow_redirects=True).mimetype == "text/html":
                pages.add(rule.rule)
    assert pages - {"/dashboard/<name>.csv"} == set(QUERIES)


def desk_doors(app) -> set[str]:
    """The doors whose refusals are pages of the desk."""
    told = {name for name, by in app.error_handler_spec.items() if name and by[None]}
    return {name for name in told if app.blueprints[name].url_prefix is None}


def a_lived_in_desk(newsroom, site, ids: list[str]) -> None:
    """A complaint, a block, a shadow and two opinions, so that every part of a page is there."""
    site.post(
        "/v1/complaints", json={"comment_id": ids[0], "reason": "slander", "detail": "x" * 90}
    )
    core = newsroom.core
    here = core["access"].named_site("default")
    core["review"].set_standing(here, ids[-1], "blocked", "wati")
    core["rulebook"].change("default", "wati", {"sample_per_mille": 1000.0})
    core["rulebook"].change("default", "wati", {"shadow": {"banned_words": ["damai"]}})
    sampled = site.comment(content="Semoga damai", author_email="s@example.com").json["id"]
    for name in ("wati", "budi"):
        core["review"].rule(here, sampled, "accept", name)
    contradict(site, core["review"], here)


def unlikely(newsroom) -> None:
    """Every reason at a low score: the longest word beside a number."""
    with newsroom.core["database"].begin() as tx:
        for row in tx.execute(select(comments.c.id, comments.c.decision)).all():
            reasons = [{**one, "weight": 0.3} for one in row.decision["reasons"]]
            mine = update(comments).where(comments.c.id == row.id)
            tx.execute(mine.values(decision={**row.decision, "reasons": reasons}))


def contradict(site, review, here) -> None:
    """Two near copies, one accepted and one rejected."""
    promo = "Promo pulsa murah tiap hari Jumat hubungi kami segera {}"
    for number, verdict in enumerate(("accept", "reject")):
        sent = site.comment(content=promo.format(number), author_email=f"p{number}@example.com")
        review.rule(here, sent.json["id"], verdict, ("wati", "budi")[number])


# Colours do not depend on words: each scheme and each language once.
@pytest.mark.parametrize(("scheme", "language"), [("light", "id"), ("dark", "en")])
def test_axe_finds_nothing(newsroom, site, scheme, language):
    axe = Axe()
    ids = [*roll_a_wave(site, 6), *hold(site, 1)]  # axe takes as long as there are cards
    a_lived_in_desk(newsroom, site, ids)
    page = newsroom.browser(color_scheme=scheme, bypass_csp=True)
    cookie = {"name": "saring_language", "value": language, "url": newsroom.address}
    page.context.add_cookies([cookie])
    for path in (*PAGES, f"/queue/{ids[-1]}", f"/queue/{uuid4()}"):
        page.goto(newsroom.address + path)
        found = axe.run(page).response["violations"]
        told = [(f["id"], f["nodes"][0]["html"][:200]) for f in found]
        assert not told, (path, told)
    page.context.clear_cookies()
    page.goto(f"{newsroom.address}/login")
    assert not axe.run(page).response["violations"]


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_its_window(newsroom, site, width):
    ids = hold(site, 2)
    a_lived_in_desk(newsroom, site, ids)
    unlikely(newsroom)
    page = newsroom.browser(viewport={"width": width, "height": 844})
    for path in (*PAGES, f"/queue/{ids[0]}"):
        page.goto(newsroom.address + path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert page.evaluate(SPILLS) == [], path
        assert page.evaluate(OUT_OF_SIGHT) == [], path
        if path.startswith("/settings/"):
            assert page.evaluate(SIDEWAYS) == [], path


def test_the_menu_is_one_line_in_the_longer_language_too(newsroom, site):
    page = newsroom.browser(viewport={"width": 1250, "height": 844})  # 1280, the name longer by 30
    chosen = {"name": "saring_language", "value": "en", "url": newsroom.address}
    page.context.add_cookies([chosen])
    page.goto(newsroom.address + "/dashboard")
    assert page.locator("header.bar").bounding_box()["height"] < 70


# The links of bars that are chosen, and cannot be seen.
OUT_OF_SIGHT = """() => [...document.querySelectorAll("nav [aria-current]")]
  .filter(one => {
    const link = one.getBoundingClientRect(), bar = one.parentElement.getBoundingClientRect();
    return link.left < bar.left - 1 || link.right > bar.right + 1;
  }).map(one => one.outerHTML)"""
SIDEWAYS = """() => [...document.querySelectorAll(".scroll")]
  .filter(one => one.scrollWidth > one.clientWidth).map(one => one.ariaLabel)"""
# What juts out of the card or panel that it lies in, scrolling regions and drawings apart.
SPILLS = """() => [...document.querySelectorAll("article.card *, .panel *, .filter-form *")]
  .filter(one => one.checkVisibility())
  .filter(one => !one.closest(".scroll, .visually-hidden, svg, .content, textarea, select"))
  .filter(one => one.getBoundingClientRect().right
    > one.closest("article.card, .panel, .filter-form").getBoundingClientRect().right + 1)
  .map(one => one.outerHTML.slice(0, 120))"""

"""A moderator's day in a real browser: keys, undo, waves, conflicts, and no script at all."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

HOSTILE = (
    "<script>document.title='x'</script><img src=x onerror=alert(1)> bodoh \u202eterbalik "
    + "e" + "\u0301" * 10_000 + " " + "w" * 20_000
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
    page.get_by_role("button", name="Bahasa Indonesia").click()
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
    expect(page.locator("#hold_per_mille")).to_have_value("30,5")
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


def test_hostile_text_runs_hides_and_covers_nothing(newsroom, site):
    site.comment(content=HOSTILE, author_name="<b>\u202eBudi", post_title="<i>x")
    page = newsroom.browser(viewport={"width": 390, "height": 844})
    assert "Saring" in page.title()
    assert page.locator("article.card img, article.card script, article.card b").count() == 0
    box, buttons = (page.locator(place).bounding_box() for place in (".content", ".main-acts"))
    assert box["height"] < 300
    assert box["y"] + box["height"] <= buttons["y"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator(".sign").first).to_have_text("U+202E")


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


PAGES = ("/queue", "/queue?tab=all&text=bodoh", "/queue?tab=complaints", "/queue?tab=second",
         "/scores?least=0.1", "/bulk?text=bodoh", "/contradictions", "/dashboard", "/complaints",
         "/settings", "/settings/people", "/settings/sites", "/account")  # fmt: skip


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


def contradict(site, review, here) -> None:
    """Two near copies, one accepted and one rejected."""
    promo = "Promo pulsa murah tiap hari Jumat hubungi kami segera {}"
    for number, verdict in enumerate(("accept", "reject")):
        sent = site.comment(content=promo.format(number), author_email=f"p{number}@example.com")
        review.rule(here, sent.json["id"], verdict, ("wati", "budi")[number])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(newsroom, site, scheme):
    axe = Axe()
    ids = [*roll_a_wave(site, 6), *hold(site, 3)]
    a_lived_in_desk(newsroom, site, ids)
    page = newsroom.browser(color_scheme=scheme, bypass_csp=True)
    for path in (*PAGES, f"/queue/{ids[-1]}", "/queue/00000000-0000-7000-8000-000000000000"):
        page.goto(newsroom.address + path)
        found = axe.run(page).response["violations"]
        told = [(f["id"], f["nodes"][0]["html"][:200]) for f in found]
        assert not told, (path, told)
    page.context.clear_cookies()
    page.goto(f"{newsroom.address}/login")
    assert not axe.run(page).response["violations"]


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_its_window(newsroom, site, width):
    a_lived_in_desk(newsroom, site, hold(site, 2))
    page = newsroom.browser(viewport={"width": width, "height": 844})
    for path in PAGES:
        page.goto(newsroom.address + path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path

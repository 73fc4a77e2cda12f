"""Comments in company, through the core: floods, repeats, waves, rulings, spot checks."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from service.access import Access
from service.comments import Arrival, Case, Site
from service.errors import Conflict, Invalid, Missing, TooMany
from service.moderation import Moderation
from service.rates import Rate
from service.review import Review
from service.rulebook import Rulebook
from service.scoring.scorer import Threshold
from service.storage import tabs, verdicts
from service.storage.engine import Database
from tests.conftest import SECRET, Clock
from tests.doubles import FakeScorer

SPAM = "Ayo bapak ibu semua daftar sekarang di bandar kami pasti menang setiap hari loh nomor {}"


class Silence:
    def phase(self, name, seconds): ...
    def judged(self, decision): ...
    def scorer_failed(self, error): ...


class Newsroom:
    """One site with everything that acts on it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.clock = clock
        self.chance = 1.0
        self.access = Access(database, SECRET, clock)
        self.access.add_site("kabar")
        self.moderation = Moderation(
            database, FakeScorer(), SECRET, clock, Silence(), lambda: self.chance
        )
        self.review = Review(database, clock)
        self.rulebook = Rulebook(database, lambda: self.moderation.scorer, clock)
        self.number = 0

    @property
    def site(self) -> Site:
        return self.access.named_site("kabar")

    def set(self, **changes) -> None:
        self.rulebook.change("kabar", "test", changes)

    def post(self, content: str, author: str = "", **fields) -> Case:
        """A comment by somebody new, unless an author is named."""
        self.number += 1
        name = author or f"orang-{self.number}"
        email = f"{name}@example.com"
        arrival = Arrival(content, author_name=name, author_email=email, **fields)
        return self.moderation.submit(self.site, arrival)

    def verdict(self, case: Case) -> tuple[str, str]:
        return case.decision.verdict, case.decision.rule


@pytest.fixture
def newsroom(database: Database, clock: Clock) -> Newsroom:
    return Newsroom(database, clock)


def codes(case: Case) -> list[str]:
    return [reason.code for reason in case.decision.reasons]


def test_it_works(newsroom):
    case = newsroom.post("Semoga perundingan damai ini berhasil.")
    assert newsroom.verdict(case) == ("accept", "nothing-against-it")
    assert codes(case) == []


def test_a_host_longer_than_any_is_stored(newsroom):
    """PostgreSQL's index takes 2,704 bytes of it; a comment must not be put off for ever."""
    host = random.Random(3).randbytes(3_000).hex()
    site = f"https://{host[:1_900]}.com/"
    case = newsroom.post(f"lihat {host}.com dan {host}.xyz", author_url=site)
    arrival = Arrival(f"lihat di {host}.net", author_name="budi", author_email="budi@example.com")
    newsroom.moderation.edit(newsroom.site, case.id, arrival)


def test_a_flood_is_refused_until_the_minute_is_over(newsroom):
    newsroom.set(author_per_minute=3)
    for number in range(3):
        newsroom.post(f"komentar panjang yang ke {number}", "budi")
    with pytest.raises(TooMany) as refused:
        newsroom.post("komentar panjang lagi", "budi")
    assert refused.value.retry_after == 60
    newsroom.post("komentar orang lain", "ani")
    newsroom.clock.forward(seconds=61)
    newsroom.post("komentar panjang lagi", "budi")


def test_the_operator_limits_what_one_site_posts(newsroom):
    newsroom.moderation._rate_limit = (2, 60)
    newsroom.post("komentar pertama")
    newsroom.post("komentar kedua")
    with pytest.raises(TooMany) as refused:
        newsroom.post("komentar ketiga")
    assert refused.value.retry_after == 60
    newsroom.clock.forward(seconds=61)
    newsroom.post("komentar keempat")


def test_one_network_floods_under_many_names(newsroom):
    newsroom.set(network_per_minute=2)
    for number in range(2):
        newsroom.post(f"komentar {number}", author_ip="203.0.113.9")
    with pytest.raises(TooMany):
        newsroom.post("komentar 3", author_ip="203.0.113.9")


def test_an_editor_who_posts_fast_has_earned_it(newsroom):
    newsroom.set(author_per_minute=3, trusted_after=2)
    newsroom.post("komentar pertama redaksi", "redaksi")
    newsroom.post("komentar kedua redaksi", "redaksi")
    cases = [newsroom.post(f"jawaban redaksi untuk pembaca {n}", "redaksi") for n in range(9)]
    assert {case.decision.verdict for case in cases} == {"accept"}


def test_the_same_text_by_the_same_author_elsewhere_is_held(newsroom):
    newsroom.post("Baca juga tulisan saya soal ini", "budi", permalink="/satu")
    again = newsroom.post("Baca juga tulisan saya soal ini", "budi", permalink="/dua")
    assert newsroom.verdict(again) == ("hold", "repeat")


def test_banned_and_suspect_words_find_their_disguises(newsroom):
    newsroom.set(banned_words=["bandar"], suspect_words=["hoaks"], allowed_words=["bandar udara"])
    assert newsroom.verdict(newsroom.post("ikut 𝐛𝐚𝐧𝐝𝐚𝐫 kami")) == ("reject", "banned-word")
    assert newsroom.verdict(newsroom.post("ini h o a k s semua")) == ("hold", "suspect-word")
    assert newsroom.post("antre di bandar udara").decision.verdict == "accept"


def test_a_blocked_mail_domain_rejects_whoever_writes_and_a_trusted_author_is_spared(newsroom):
    first = newsroom.post("komentar biasa", "budi")
    newsroom.set(blocked_email_domains=["example.com"])
    case = newsroom.post("komentar biasa saja", "ani")
    assert (newsroom.verdict(case), codes(case)) == (
        ("reject", "blocked-mail-domain"),
        ["BLOCKED_AUTHOR"],
    )
    newsroom.review.set_standing(newsroom.site, first.id, "trusted", "moderator")
    assert newsroom.post("komentar lain", "budi").decision.verdict == "accept"


def test_a_throw_away_mailbox_is_told_and_held_where_the_site_says_so(newsroom):
    def post(text: str) -> Case:
        arrival = Arrival(text, author_name="Ani", author_email="ani@guerrillamail.com")
        return newsroom.moderation.submit(newsroom.site, arrival)

    told = post("komentar pertama")
    assert (told.decision.verdict, codes(told)) == ("accept", ["NEW_COMMENTER"])
    preview = newsroom.rulebook.preview(newsroom.site, {"hold_disposable_email": True}, days=1)
    assert preview.changes == {("accept", "hold"): 1}
    newsroom.set(hold_disposable_email=True)
    assert newsroom.verdict(post("komentar kedua")) == ("hold", "disposable-email")


def test_bad_rules_are_refused_and_nothing_is_saved(newsroom):
    with pytest.raises(Invalid):
        newsroom.set(banned_words=["baik", "/(a)\\1/"])
    assert newsroom.site.rules.version == 0


def wave(newsroom: Newsroom, count: int) -> list[Case]:
    return [newsroom.post(SPAM.format(number)) for number in range(count)]


def test_from_the_nth_copy_on_a_wave_is_held_together(newsroom):
    cases = wave(newsroom, 8)
    assert [case.decision.verdict for case in cases] == ["accept"] * 4 + ["hold"] * 4
    assert {case.decision.rule for case in cases[4:]} == {"wave"}


def test_one_ruling_rules_all_of_a_wave_and_what_comes_within_a_day(newsroom):
    cases = wave(newsroom, 8)
    batch = newsroom.review.rule_wave(newsroom.site, cases[0].id, "reject", "ani")
    shown = [newsroom.moderation.case(newsroom.site, case.id) for case in cases]
    assert {case.ruling for case in shown} == {"reject"}
    assert newsroom.verdict(newsroom.post(SPAM.format("baru"))) == ("reject", "wave-ruled")
    restored = newsroom.review.undo_wave(newsroom.site, cases[0].id, batch)
    shown = [newsroom.moderation.case(newsroom.site, case.id) for case in cases]
    assert restored == 8
    assert {case.ruling for case in shown} == {None}
    newsroom.review.rule_wave(newsroom.site, cases[0].id, "reject", "ani")
    newsroom.clock.forward(hours=25)
    assert newsroom.post(SPAM.format("esok")).decision.rule != "wave-ruled"


TEMPLATE = "Awalnya cuma coba coba di {} eh malah keterusan karena tiap malam pasti ada hasilnya"


def test_a_brand_in_disguise_does_not_make_a_copy_a_quotation(newsroom):
    brands = ("koko88", "𝐑𝐀𝐉𝐀𝟕𝟕", "b e n t o 5 5", "nаgа33", "m.a.w.a.r 8 8", "LUNA99", "zeta-21")
    cases = [newsroom.post(TEMPLATE.format(brand)) for brand in brands]
    assert {case.decision.rule for case in cases[5:]} == {"wave"}


REMEDY = f"{TEMPLATE} dan obat manjur"  # rejected by its words


def rejected_wave(newsroom: Newsroom, count: int = 6) -> list[Case]:
    cases = [newsroom.post(REMEDY.format(f"raja{number}{number}")) for number in range(count)]
    assert {case.decision.verdict for case in cases} == {"reject"}
    return cases


@pytest.mark.parametrize(
    "words",
    [
        "Min, tolong hapus komentar ini: {}",
        "Admin tolong dihapus, komentar begini muncul terus: {}",
        "Kenapa yang seperti ini dibiarkan oleh redaksi? Bikin malas baca komentar:\n{}",
        'Please remove this one, it is under every article: "{}"',
        "Sudah saya laporkan juga kemarin {}",
        "> {}\nIni judol lagi, mohon diblokir akunnya",
    ],
)
def test_a_reader_who_quotes_a_wave_to_complain_is_held(newsroom, words):
    rejected_wave(newsroom)
    case = newsroom.post(words.format(REMEDY.format("koko99")))
    assert newsroom.verdict(case) == ("hold", "quotes-another")
    assert "NEAR_COPY" in codes(case)
    assert newsroom.verdict(newsroom.post(REMEDY.format("baru22"))) == ("reject", "wave")


def test_many_readers_who_complain_alike_are_held_as_one_card(newsroom, database):
    rejected_wave(newsroom)
    words = "Min, tolong hapus komentar ini, muncul terus di tiap berita: " + REMEDY
    cases = [newsroom.post(words.format(f"naga{number}{number}")) for number in range(1, 9)]
    assert {case.decision.verdict for case in cases} == {"hold"}
    with database.read() as tx:
        assert tabs.counts(tx)["held"] == 1
    newsroom.review.rule_wave(newsroom.site, cases[0].id, "reject", "ani")
    assert newsroom.verdict(newsroom.post(words.format("naga99"))) == ("reject", "wave-ruled")


@pytest.mark.parametrize(
    "words",
    [
        "Selamat pagi semuanya, hari ini cuaca cerah sekali di kota kami: {}",
        "Admin terima kasih artikelnya bagus sekali sangat bermanfaat untuk semua pembaca: {}",
        "{} dan jangan lupa makan siang bersama keluarga tercinta di rumah",
        "Hapus keraguanmu, laporkan kemenanganmu di slot terbaik: {}",  # no complaint by itself
        "Min, tolong hapus komentar ini: {} https://raja99.com/daftar",
        "Tolong hapus: {}",
    ],
)
def test_a_copy_with_filler_is_no_quotation(newsroom, words):
    rejected_wave(newsroom)
    case = newsroom.post(words.format(REMEDY.format("koko99")))
    assert (case.decision.verdict, case.decision.rule != "quotes-another") == ("reject", True)


def test_an_honest_comment_is_no_part_of_the_wave_that_copies_it_with_a_link(newsroom):
    words = "Semoga korban gempa di Cianjur segera mendapat bantuan dan diberi ketabahan"
    honest = newsroom.post(words, "ani")
    links = ("https://raja{}.com", "di raja{}{}", "d i  r a j a {} {}", "main di 𝐑𝐀𝐉𝐀𝟕{}")
    cases = [newsroom.post(f"{words} {links[n % 4].format(n, n)}") for n in range(8)]
    assert {case.decision.rule for case in cases[5:]} == {"wave"}
    newsroom.review.rule_wave(newsroom.site, cases[0].id, "reject", "moderator")
    assert newsroom.moderation.case(newsroom.site, honest.id).ruling is None
    assert newsroom.verdict(newsroom.post(f"{words} ya Allah", "budi"))[0] == "accept"
    assert newsroom.verdict(newsroom.post(f"{words} https://raja9.com"))[1] == "wave-ruled"


def test_a_persons_word_on_a_text_is_final(newsroom):
    case = newsroom.post("jual obat di sini")
    assert newsroom.verdict(case) == ("reject", "score-reject")
    newsroom.review.rule(newsroom.site, case.id, "accept", "ani")
    again = newsroom.post("jual obat di sini")
    assert newsroom.verdict(again) == ("accept", "ruled-before")
    assert again.decision.decided_by == "moderator"


def test_a_person_is_blocked_without_an_address(newsroom):
    case = newsroom.post("komentar biasa saja", "budi")
    newsroom.review.set_standing(newsroom.site, case.id, "blocked", "ani")
    assert newsroom.verdict(newsroom.post("komentar lain", "budi")) == ("reject", "author-standing")
    newsroom.review.set_standing(newsroom.site, case.id, "", "ani")
    assert newsroom.post("komentar lain lagi", "budi").decision.verdict == "accept"


def test_a_stale_ruling_is_a_conflict_and_the_same_one_is_not(newsroom):
    case = newsroom.post("jual obat murah")
    newsroom.review.rule(newsroom.site, case.id, "accept", "ani", seen_version=0)
    newsroom.review.rule(newsroom.site, case.id, "accept", "budi", seen_version=0)
    with pytest.raises(Conflict):
        newsroom.review.rule(newsroom.site, case.id, "reject", "budi", seen_version=0)


def test_rulings_on_nothing_are_missing(newsroom):
    for act in _acts_on_nothing(newsroom):
        with pytest.raises(Missing):
            act()


def _acts_on_nothing(newsroom: Newsroom) -> list[Callable[[], object]]:
    review, site = newsroom.review, newsroom.site
    return [
        lambda: review.rule(site, "none", "accept", "ani"),
        lambda: review.undo(site, "none"),
        lambda: review.rule_wave(site, "none", "reject", "ani"),
        lambda: review.undo_wave(site, "none", "batch"),
        lambda: review.set_standing(site, "none", "blocked", "ani"),
    ]


def test_notes_are_masked_and_labels_checked(newsroom):
    case = newsroom.post("jual obat murah")
    with pytest.raises(Invalid):
        newsroom.review.rule(newsroom.site, case.id, "reject", "ani", labels=("nonsense",))


def test_spot_checks_state_the_live_error_rates(newsroom):
    newsroom.chance = 0.0
    good, missed = newsroom.post("komentar baik"), newsroom.post("iklan yang lolos")
    wrong = newsroom.post("cerita soal obat nenek")
    for case, ruling in ((good, "accept"), (missed, "reject"), (wrong, "accept")):
        newsroom.review.rule(newsroom.site, case.id, ruling, "ani")
    errors = newsroom.review.live_errors(newsroom.site)["id"]
    assert (errors.missed.errors, errors.missed.checked) == (1, 2)
    assert (errors.wrongly_rejected.errors, errors.wrongly_rejected.checked) == (1, 1)
    assert newsroom.review.live_errors() == newsroom.review.live_errors(newsroom.site)


def test_only_the_latest_spot_checks_count(newsroom, monkeypatch):
    newsroom.chance = 0.0
    monkeypatch.setattr(verdicts, "CHECKS_COUNTED", 2)
    for text, ruling in (("pertama", "reject"), ("kedua", "accept"), ("ketiga", "accept")):
        newsroom.clock.forward(seconds=1)
        newsroom.review.rule(newsroom.site, newsroom.post(text).id, ruling, "ani")
    for site in (newsroom.site, None):
        missed = newsroom.review.live_errors(site)["id"].missed
        assert (missed.errors, missed.checked) == (0, 2)


@pytest.mark.parametrize(
    ("errors", "checked", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0)],
)
def test_wilson_intervals(errors, checked, low, high):
    assert Rate(errors, checked).interval == (
        pytest.approx(low, abs=1e-4),
        pytest.approx(high, abs=1e-4),
    )


def test_a_preview_shows_what_other_rules_would_have_done(newsroom):
    newsroom.post("jual obat murah sekali")
    newsroom.post("komentar baik saja")
    newsroom.post("berita ini hoaks belaka")
    found = newsroom.rulebook.preview(newsroom.site, {"suspect_words": ["hoaks"]}, days=2)
    assert (found.comments, found.held, found.changes) == (3, 1, {("accept", "hold"): 1})
    assert found.held_a_day == 0.5
    assert newsroom.site.rules.version == 0


def test_the_same_rules_replay_to_the_same_answers(newsroom):
    wave(newsroom, 7)
    newsroom.post("jual obat murah")
    assert newsroom.rulebook.preview(newsroom.site, {}, days=1).changes == {}


def test_a_shadow_is_recorded_and_not_acted_on(newsroom):
    newsroom.set(shadow={"banned_words": ["hoaks"]})
    case = newsroom.post("berita ini hoaks belaka")
    assert (case.decision.verdict, case.decision.shadow) == ("accept", "reject")


def test_a_shadow_keeps_the_hours_of_the_night(newsroom):
    class Careful(FakeScorer):
        def thresholds(self, reject_per_mille, hold_per_mille, **options):
            least = 0.0 if hold_per_mille == 900 else 0.5
            return {"spam": Threshold(hold=least, reject=1.0)}

    newsroom.moderation.take_up(Careful())
    night = {"night_from": 0, "night_to": 12, "time_zone": "UTC"}  # it is nine in the morning
    newsroom.set(**night, shadow={"night_hold_per_mille": 900})
    case = newsroom.post("katanya begitu")
    assert (case.decision.verdict, case.decision.shadow) == ("accept", "hold")


def test_what_is_judged_again_is_judged_by_the_shadow_too(newsroom):
    newsroom.set(suspect_words=["hoaks"], shadow={"suspect_words": [], "banned_words": ["hoaks"]})
    case = newsroom.post("berita ini hoaks belaka")
    assert (case.decision.verdict, case.decision.shadow) == ("hold", "reject")
    newsroom.set(suspect_words=["berita"])
    assert newsroom.moderation.rejudge_held() == 1
    assert newsroom.moderation.case(newsroom.site, case.id).decision.shadow == "reject"


def test_what_waits_is_judged_again_when_the_rules_change(newsroom):
    newsroom.set(suspect_words=["hoaks"])
    case = newsroom.post("berita ini hoaks belaka")
    assert newsroom.moderation.rejudge_held() == 0
    newsroom.set(suspect_words=[])
    assert newsroom.moderation.rejudge_held() == 1
    assert newsroom.moderation.case(newsroom.site, case.id).decision.verdict == "accept"


def test_a_ruling_is_never_judged_again(newsroom):
    newsroom.set(suspect_words=["hoaks"])
    case = newsroom.post("berita ini hoaks belaka")
    newsroom.review.rule(newsroom.site, case.id, "hold", "ani")
    newsroom.set(suspect_words=[])
    assert newsroom.moderation.rejudge_held() == 0

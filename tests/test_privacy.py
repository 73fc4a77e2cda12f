"""The one door: what is masked, what is hashed, and that nothing else gets through."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import astuple, replace
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from service.comments import Arrival
from service.privacy import arrival_digest, author_key, fingerprint, mask, seal

SECRET = b"0123456789abcdef0123456789abcdef"
OTHER_SECRET = b"fedcba9876543210fedcba9876543210"


def test_it_works():
    text = "Tulis ke budi@example.com atau buka 192.0.2.7, terima kasih."
    assert mask(text) == "Tulis ke [email] atau buka [ip], terima kasih."


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("budi@example.com", "[email]"),
        ("BUDI@EXAMPLE.COM", "[email]"),
        ("budi.santoso+koran@mail.example.co.id", "[email]"),
        ("<budi@example.com>", "<[email]>"),
        ("(budi@example.com)", "([email])"),
        ("budi@example.com.", "[email]."),
        ("budi@example.com, ani@example.com", "[email], [email]"),
        ("budi@example.com;ani@example.com", "[email];[email]"),
        ("a@b.co@c.de", "[email]@c.de"),
        ("mailto:budi@example.com", "mailto:[email]"),
        ("https://budi@example.com/", "https://[email]/"),
        ("https://x.example/?to=budi@example.com&a=1", "https://x.example/?to=[email]&a=1"),
        ("https://x.example/?to=budi%40example.com", "https://x.example/?to=[email]"),
        ("budi&#64;example.com", "[email]"),
        ("budi&#064;example.com", "[email]"),
        ("budi&#x40;example.com", "[email]"),
        ("budi&#X40;example.com", "[email]"),
        ("budi&commat;example.com", "[email]"),
        ("budi＠example.com", "[email]"),
        ("budi﹫example.com", "[email]"),
        ("budi@example．com", "[email]"),
        ("budi@example。com", "[email]"),
        ("用户@例子.广告", "[email]"),
        ("jörg@müller.example", "[email]"),
        ("joerg@xn--mller-kva.example", "[email]"),
        ('"budi santoso"@example.com', "[email]"),
        ('kata "budi santoso"@example.com itu', "kata [email] itu"),
        ("budi@[192.0.2.7]", "[email]"),
        ("budi@[IPv6:2001:db8::7]", "[email]"),
        ("o'brien@example.com", "[email]"),
        ("baris\nbudi@example.com\nbaris", "baris\n[email]\nbaris"),
        ("192.0.2.7", "[ip]"),
        ("192.0.2.7:8080", "[ip]:8080"),
        ("192.000.002.007", "[ip]"),
        ("0192.0.02.0007", "[ip]"),
        ("0xC0.0x00.0x02.0x07", "[ip]"),
        ("192[.]0[.]2[.]7", "[ip]"),
        ("192(dot)0(dot)2(dot)7", "[ip]"),
        ("192[titik]0[titik]2[titik]7", "[ip]"),
        ("dari 192。0。2。7 ya", "dari [ip] ya"),
        ("１９２．０．２．７", "[ip]"),
        ("https://x.example/?ip=192%2E0%2E2%2E7", "https://x.example/?ip=[ip]"),
        ("http://192.0.2.7/x", "http://[ip]/x"),
        ("192.0.2.0/24", "[ip]/24"),
        ("dari 192.0.2.7.", "dari [ip]."),
        ("2001:db8::7", "[ip]"),
        ("2001:DB8:0:0:0:0:0:7", "[ip]"),
        ("[2001:db8::7]:443", "[[ip]]:443"),
        ("fe80::1%eth0", "[ip]"),
        ("dari 2001:db8::7.", "dari [ip]."),
        ("IP:2001:db8::7 ya", "IP:[ip] ya"),
        ("IPv6:::1", "IPv6:[ip]"),
        ("*_192.0.2.7_* __2001:db8::7__", "*_[ip]_* __[ip]__"),
        ("budi@हिन्दी.com", "[email]"),
        ("budi@ไม้ไผ่.example ya", "[email] ya"),
        ("budi@u\u0308ber.example", "[email]"),
        ("::ffff:192.0.2.7", "::ffff:[ip]"),
        ("::1", "[ip]"),
        ("https://x.example/?ip=2001%3Adb8%3A%3A7&a=1", "https://x.example/?ip=[ip]&a=1"),
        ("https://x.example/?ip=2001%3adb8%3a%3a7", "https://x.example/?ip=[ip]"),
        ("a%40b%40example.com", "a%40[email]"),
        ("ip 192.0.2.7, 2001:db8::7 dan budi@example.com", "ip [ip], [ip] dan [email]"),
    ],
)
def test_addresses_are_masked(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Halo semua",
        "@budi setuju",
        "lihat @kompascom",
        "harga @ Rp 10.000",
        "a @ b",
        "@",
        "@@@@",
        "budi@localhost",
        "versi 1.2.3",
        "versi 1.2.3.4.5",
        "999.999.999.999",
        "0256.0.2.7",
        "1.000.000.000",
        "Rp 1.250.000.000,-",
        "Rp. 192.168.001.010",
        "pasal 1。2。3",
        "Rp 1.234.567.890,00",
        "pukul 10:30:15",
        "ayat 2:3",
        "std::vector",
        "lho:::",
        "https://example.com/a?b=c",
        "https://example.com/?t=10%3A30%3A15",
        "https://example.com/?u=https%3A%2F%2Fexample.org",
    ],
)
def test_what_is_no_address_stays(text):
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("bu\u200bdi@exa\u200bmple.com ya", "[email] ya"),
        ("b\u00adudi@example.co\u2060m.id", "[email]"),
        ("budi@example.com\u200b", "[email]\u200b"),
        ("budi@exa&#109;ple.com", "[email]"),
        ("&#98;&#117;&#x64;&#105&#64;&#101;&#120;&#46;&#99;&#111;, ya", "[email], ya"),
        ("&quot;budi s&quot;@example.com", "[email]"),
        ("budi&period;s&commat;example&period;com", "[email]"),
        ("%62%75di%40ex%61mple%2ecom ok", "[email] ok"),
        ("?x=%2562udi%2540example%252ecom&y=1", "?x=[email]&y=1"),
        ("BUDI%2BX%40EXAMPLE%2ECOM", "[email]"),
        ("192.0\u200b.2.7", "[ip]"),
        ("192&#46;0&#46;2&#46;7 ya", "[ip] ya"),
        ("%31%39%32.0.2.7", "[ip]"),
        ("2001:db8::\u200b7 x", "[ip] x"),
        ("2001：db8：：7 x", "[ip] x"),
        ("192\u20240\u20242\u20247", "[ip]"),
        ("IP saya...192.0.2.7, ya", "IP saya...[ip], ya"),
        ("budi@example\u2024com", "[email]"),
        ("ⓑⓤⓓⓘ@ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ ya", "[email] ya"),
        ("budi@𝐞𝐱𝐚𝐦𝐩𝐥𝐞.𝐜𝐨𝐦", "[email]"),
        ("bu\u3164di@example.com", "[email]"),
        ("budi\u200b@example.com dan ani@example.org", "[email] dan [email]"),
    ],
)
def test_addresses_behind_veils_are_masked(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "👨\u200d👩\u200d👧 halo 50% & 3 &amp; 4 @ rumah",
        "R&D@office &copy; 2026 100%25",
        "https://x.example/?u=https%3A%2F%2Fy.example%2F%3Fa%3D1%26b%3D2",
        "pukul 10%3a30%3a15 &#58; &bogus; &#0; &#x110000; %",
        "ⓑⓤⓓⓘ ⒜ ⑩ １２：３０ ﹫ 𝐡𝐚𝐥𝐨 ＠ｂｕｄｉ",
    ],
)
def test_what_hides_nothing_keeps_its_veils(text):
    assert mask(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "x@ex\ufffdmple.ka@b.example", "a@\u2603@b.example", "x@[email]", "a@::7",
        'a"b"c{"@b.example &"@b.example',
    ],
)  # fmt: skip
def test_what_stands_before_an_address_is_not_masked_the_second_time(text):
    assert mask(mask(text)) == mask(text)


def test_masking_twice_changes_nothing():
    once = mask("budi@example.com 192.0.2.7 2001:db8::7")
    assert mask(once) == once


class Counted(str):
    """A text that counts how often it is looked at."""

    looks = 0

    def __getitem__(self, place):
        self.looks += 1
        return super().__getitem__(place)


def test_what_an_address_hid_is_masked_with_it():
    assert mask("&a@b.p%3A:\x007") == "&[email][ip]\x007"


@pytest.mark.parametrize("piece", ["@", "a@", '"', '"@', "a.", "%40", "&#64;", "a@b.", "a%40", "a"])
def test_hostile_text_is_looked_at_once(piece):
    text = Counted(piece * 3_000 + "@")
    mask(text)
    assert text.looks <= 2 * len(text)


local = st.from_regex(r"[a-z0-9]([a-z0-9._+'!-]{0,20}[a-z0-9])?", fullmatch=True)
label = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
domain = st.builds("{}.{}".format, label, st.sampled_from(["com", "co.id", "example", "xn--p1ai"]))
emails = st.builds("{}@{}".format, local, domain)
ips = st.ip_addresses().map(str)
around = st.text(st.sampled_from(" \n\t,;!?()<>[]{}\"'/=&.:…“”—ü字"), max_size=8)


@given(around, emails, around)
def test_no_email_survives(before, email, after):
    assert email not in mask(f"{before}{email}{after}")


@given(st.text(), emails, st.text())
def test_no_email_survives_in_any_text(before, email, after):
    assume(not re.match(r"[\w-]", after))
    assert email not in mask(f"{before} {email}{after}")


@given(emails)
def test_no_percent_encoded_email_survives(email):
    encoded = quote(email, safe="")
    assert encoded not in mask(f"https://x.example/?e={encoded}&b=1")


@given(emails, st.sampled_from(["\u200b", "\u00ad", "\u2060", "\ufe0f"]), st.integers(1, 40))
def test_no_email_survives_with_unseen_letters_in_it(email, unseen, place):
    veiled = f"{email[:place]}{unseen}{email[place:]}"
    assert mask(f"{veiled} ya") in ("[email] ya", f"[email]{unseen} ya")


@given(emails)
def test_no_email_survives_as_entities(email):
    assert mask("".join(f"&#{ord(letter)};" for letter in email)) == "[email]"


@given(st.text(st.sampled_from(" \n,;!?()<>\"'/=&—"), max_size=8), ips, around | st.just("."))
@example("", "2001:db8::7", ".")
def test_no_ip_survives(before, ip, after):
    assume(not re.match(r"[\w:%]|[.]\d", after))
    assert ip not in mask(f"{before}{ip}{after}")


@given(ips.filter(lambda ip: ":" in ip))
def test_no_percent_encoded_ip_survives(ip):
    encoded = quote(ip, safe="")
    assert encoded not in mask(f"https://x.example/?ip={encoded}&b=1")
    assert encoded.lower() not in mask(f"https://x.example/?ip={encoded.lower()}&b=1")


@given(st.text())
def test_any_text_can_be_masked(text):
    masked = mask(text)
    assert mask(masked) == masked


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("budi@example.com", "BUDI@EXAMPLE.COM"),
        ("budi@example.com", "  budi@example.com\n"),
        ("budi@example.com", "ｂｕｄｉ@example.com"),
        ("budi@example.com", "budi＠example.com"),
        ("budi@example.com", "budi@example.com."),
        ("budi@müller.example", "budi@xn--mller-kva.example"),
        ("budi@müller.example", "budi@MU\u0308LLER.example"),
        ("jörg@example.com", "jo\u0308rg@example.com"),
        ("budi@STRASSE.example", "budi@strasse.example"),
    ],
)
def test_one_mailbox_has_one_key(one, other):
    assert author_key(one, "s", SECRET) == author_key(other, "s", SECRET)
    assert re.fullmatch("[0-9a-f]{32}", author_key(one, "s", SECRET))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("budi@example.com", "ani@example.com"),
        ("budi@example.com", "budi@example.org"),
        ("budi@example.com", "budi+koran@example.com"),
        ("b.udi@example.com", "budi@example.com"),
    ],
)
def test_other_mailboxes_have_other_keys(one, other):
    assert author_key(one, "s", SECRET) != author_key(other, "s", SECRET)


def test_keys_mean_nothing_on_another_site_or_installation():
    keys = {
        author_key("budi@example.com", site, secret)
        for site in ("one", "two")
        for secret in (SECRET, OTHER_SECRET)
    }
    assert len(keys) == 4


def test_no_address_has_no_key():
    assert author_key("", "s", SECRET) == author_key("  ", "s", SECRET) == ""


@given(emails)
def test_case_makes_no_difference(email):
    assert author_key(email, "s", SECRET) == author_key(email.upper(), "s", SECRET)


@given(st.text())
def test_any_text_has_a_key(text):
    author_key(text, "s", SECRET)


ARRIVAL = Arrival(
    content="Tulis ke budi@example.com dari 192.0.2.7",
    author_name="Budi budi@example.com",
    author_email="budi@example.com",
    author_url="https://example.com/?me=budi@example.com",
    author_ip="192.0.2.7",
    permalink="https://example.com/a?to=budi%40example.com",
    post_title="Surat budi@example.com",
    parent_id="budi@example.com",
    locale="id_ID",
)


def sealed(site_id="s", secret=SECRET, **changes):
    return seal(replace(ARRIVAL, **changes), site_id, secret)


def test_nothing_sealed_holds_an_address():
    everything = repr(astuple(sealed()))
    assert "budi" not in everything.replace("Budi", "")
    assert "192.0.2.7" not in everything


def test_an_arrival_never_shows_what_it_holds():
    assert repr(ARRIVAL) == "Arrival(honeypot_filled=False, submitted_after_ms=None)"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", " 192.0.2.7 ", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("2001:db8::7", "2001:0DB8:0:0:0:0:0:7", True),
        ("2001:db8::7", "2001:db8::ffff", True),
        ("2001:db8::7", "2001:db8:0:1::7", False),
        ("fe80::1%eth0", "fe80::1", True),
        ("2001:db8::7", "192.0.2.7", False),
    ],
)
def test_network_keys(one, other, same):
    keys = [sealed(author_ip=ip).network_key for ip in (one, other)]
    assert (keys[0] == keys[1]) is same
    assert all(keys)


@pytest.mark.parametrize("ip", ["", "no address", "999.1.1.1", "192.0.2.7.9"])
def test_what_is_no_ip_has_no_network_key(ip):
    assert sealed(author_ip=ip).network_key == ""


def test_network_keys_are_per_site_and_installation():
    keys = {sealed(site, key).network_key for site in "st" for key in (SECRET, OTHER_SECRET)}
    assert len(keys) == 4


@given(st.ip_addresses(v=4))
def test_a_network_key_is_no_plain_hash(ip: ipaddress.IPv4Address):
    assert str(ip) not in repr(sealed(author_ip=str(ip)))


@pytest.mark.parametrize(
    ("changes", "by_name", "by_author"),
    [
        ({}, True, True),
        ({"content": "lain"}, False, False),
        ({"permalink": "lain"}, False, False),
        ({"parent_id": "9"}, False, False),
        ({"author_name": "Ani"}, False, True),
        ({"author_email": "ani@example.com"}, True, False),
        ({"author_email": "BUDI@example.com"}, True, True),
        ({"author_ip": "192.0.2.9", "author_url": "", "post_title": "x"}, True, True),
    ],
)
def test_twins_follow_the_duplicate_rule_of_wordpress(changes, by_name, by_author):
    one, other = sealed(), sealed(**changes)
    assert (one.twin_by_name == other.twin_by_name) is by_name
    assert (one.twin_by_author == other.twin_by_author) is by_author


def first_bits(submission):
    return {submission.twin_by_name >> 47, submission.twin_by_author >> 47}


def test_twins_of_a_page_lie_together_whoever_writes_what():
    one = sealed(permalink="https://news.example/a")
    same = sealed(permalink="https://news.example/a", content="lain", author_name="Ani")
    assert first_bits(one) == first_bits(same)
    assert len(first_bits(one)) == 1
    assert first_bits(one) != first_bits(sealed(permalink="https://news.example/b"))


def test_without_a_page_twins_are_spread_over_all_bits():
    alone = [first_bits(sealed(permalink="", content=str(number))) for number in range(50)]
    assert len(set().union(*alone)) > 40


def test_twins_fit_a_signed_64_bit_column():
    for number in range(200):
        twins = sealed(content=str(number))
        assert 0 <= twins.twin_by_name < 2**63
        assert 0 <= twins.twin_by_author < 2**63


def test_digests_of_requests():
    one = arrival_digest(ARRIVAL, "s", SECRET)
    assert one == arrival_digest(ARRIVAL, "s", SECRET)
    assert one != arrival_digest(replace(ARRIVAL, author_name="Ani"), "s", SECRET)
    assert one != arrival_digest(ARRIVAL, "t", SECRET)
    assert fingerprint("k", "s", SECRET) != fingerprint("k", "t", SECRET)

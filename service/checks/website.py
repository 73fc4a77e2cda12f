"""Names that are search words, websites that are shops, praise that fits any page.

Who sells links puts the words to be found by into the name field and the shop into the website
field, and writes a line of praise to get it published: the name is the text of the link that
search engines read. A person has a name and, perhaps, a page of their own. Nothing here is proof
by itself; see `service.checks.links` for how it adds up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from service.checks.folding import Folded, fold
from service.checks.words import WORD

_TRADE = (
    "jual menjual jasa murah termurah harga sewa penyewaan rental grosir distributor supplier "
    "pemasok pinjaman pinjol kredit cicilan obat kontraktor borongan ekspedisi cargo slot slots "
    "gacor togel kasino maxwin rtp situs login daftar gratis promo diskon terpercaya terbaik "
    "terlengkap resmi percetakan konveksi catering souvenir properti furnitur bengkel sedot bor "
    "renovasi arsitek cheap cheapest affordable discount coupon buy casino betting viagra "
    "cialis pills pharmacy loans payday insurance mortgage refinance seo backlink backlinks "
    "agency services service rentals movers moving plumber plumbing electrician repair cleaning "
    "cleaners contractor roofing flooring renovation landscaping towing locksmith dentist "
    "dental lawyer lawyers attorney escort escorts hosting download apk software crypto bitcoin "
    "forex trading wholesale manufacturer suppliers supplements cbd vape replica handbags "
    "outlet furniture sofa curtains carpets mattress online website websites marketing "
    "advertising hotels flights visa consultancy consultants solutions products essay tuition "
    "courses"
)
TRADE: Final = frozenset(_TRADE.split())
"""Words that nobody is called by, and that many a name sold for its link has."""

_PERHAPS = (
    "best top agen agent bandar judi poker toto dana loan sale price cash bonus shop store toko "
    "travel umroh link beli company near me price prices deals free buyer seller dealer design "
    "designer interior doctor clinic klinik hospital school academy kursus mebel mobil rumah "
    "villa villas tour tours"
)
PERHAPS: Final = frozenset(_PERHAPS.split())
"""Search words that are also names (Dana, Toto, George Best): only two of them tell."""

_LONG_WORDS = (
    "murah grosir gacor togel casino kasino viagra cialis backlink maxwin pinjaman cheap "
    "payday escort pharmacy betting supplier wholesale distributor discount rental movers "
    "plumb cleaning repair insurance"
)
_WITHIN: Final = tuple(_LONG_WORDS.split())
_STARTS: Final = ("jual", "jasa", "toko", "sewa", "harga", "obat", "slot", "situs", "daftar", "seo")
_SHOPS = "shop store casino bet poker loan loans sale deals discount trade market bid"
_SHOP_DOMAINS: Final = frozenset(_SHOPS.split())
_PLATFORM_NAMES = (
    "facebook instagram twitter youtube tiktok linkedin medium github quora reddit pinterest "
    "tumblr google blogger blogspot wordpress substack kompasiana kaskus threads telegram "
    "tokopedia shopee bukalapak gravatar wikipedia about"
)
_PLATFORMS: Final = frozenset(_PLATFORM_NAMES.split())

# What can be said under any article without having read it.
_PRAISE: Final = re.compile(
    r"\b(?:"
    r"(?:great|nice|good|awesome|amazing|wonderful|excellent|fantastic|superb|brilliant|"
    r"informative|helpful|useful|valuable|interesting|insightful|fabulous|outstanding) "
    r"(?:\w+ )?(?:post|posts|article|articles|blog|site|website|content|info|information|job|work|"
    r"piece|share|sharing|read|reading|tips|stuff|topic|one)|"
    r"thank(?:s| you)(?: so much| a lot| very much)? for (?:\w+ ){0,2}"
    r"(?:sharing|posting|share|post|article|info|information|content|tips|blog)|"
    r"keep (?:it up|up|sharing|posting|writing|blogging)|"
    r"i (?:will|ll|am going to|would like to) (?:\w+ )?(?:share|bookmark|come back|be back|visit|"
    r"recommend|return)|(?:have )?bookmark(?:ed|ing)|stumbled (?:up)?on|came across (?:your|this)|"
    r"(?:searching|looking) for (?:\w+ ){0,4}(?:this|such|something|content|information)|"
    r"your (?:\w+ )?(?:blog|site|website|web|article|articles|post|posts|content|writing|page)|"
    r"helped me|easy to (?:understand|follow|read)|look(?:ing)? forward to (?:\w+ )?(?:more|next|"
    r"your|reading)|well written|learn(?:ed|t)? a lot|very (?:informative|helpful|useful)|"
    r"visit (?:my|our)|check (?:out )?(?:my|our)|"
    r"this (?:kind|type) of (?:content|information|post)|"
    r"(?:terima ?kasih|makasih|thanks|trims)(?: \w+){0,3} (?:info|infonya|informasi|informasinya|"
    r"artikel|artikelnya|sharing|sharingnya|ilmu|ilmunya|berbagi|tips|tipsnya)|"
    r"(?:sangat|sungguh|amat|begitu|cukup) (?:bermanfaat|membantu|informatif|menarik|berguna|"
    r"lengkap|inspiratif|bagus)|(?:bermanfaat|membantu|informatif) (?:sekali|banget)|"
    r"(?:artikel|postingan|tulisan|blog|website|informasi|info|konten)(?:nya)? (?:yang |ini )?"
    r"(?:sangat |cukup )?(?:bagus|keren|menarik|mantap|bermanfaat|membantu|lengkap|informatif)|"
    r"ditunggu (?:\w+ )?(?:artikel|postingan|tulisan|update|konten|kunjungan)|"
    r"(?:artikel|postingan|konten) (?:\w+ )?(?:berikutnya|selanjutnya)|"
    r"kunjung(?:i|an) (?:balik|juga|website|web|situs|blog)|mampir (?:juga )?ke|salam kenal|"
    r"menambah wawasan|izin (?:share|copas|bookmark|menyimak)|sukses (?:selalu|terus)|"
    r"semoga (?:makin |semakin |terus )?(?:bermanfaat|sukses|berkembang)"
    r")\b"
)
_LONGEST_PRAISE: Final = 70
_KEYWORD_PHRASE = re.compile(r"\S+ (?:\S+ )*(?:in|for|near|untuk|di|dekat) \S+")


def observations(name: str, website: str, text: Folded, title: str) -> Iterator[str]:
    """What speaks against a comment with a link: see `service.checks.links.EVIDENCE`.

    ``website`` is the address in the website field, or of a link in the text.
    """
    words = WORD.findall(fold(name).text)
    trade = sum(word in TRADE for word in words)
    keyword = trade > 0 or sum(word in PERHAPS for word in words) > 1 or _is_phrase(name)
    if keyword:
        yield "keyword for a name"
    if trade > 1 or (trade and _is_phrase(name)):
        yield "nothing but keywords"
    if keyword and _is_anchor(words, website):
        yield "name is the address"
    if is_shop(website):
        yield "shop for a website"
    if is_deep(website):
        yield "deep page"
    if is_empty_praise(text.text, title):
        yield "empty praise"


def is_shop(website: str) -> bool:
    """Whether an address has words of trade in it, or a top-level domain for shops."""
    host = host_of(website)
    if not host or is_platform(host):
        return False
    labels = re.split(r"[.-]", host)
    sells = any(label in TRADE or label.startswith(_STARTS) for label in labels)
    return sells or labels[-1] in _SHOP_DOMAINS or any(word in host for word in _WITHIN)


def is_deep(website: str) -> bool:
    """Whether an address leads to one page of a site; a person gives the front door."""
    host = host_of(website)
    if not host or is_platform(host):
        return False
    path = urlsplit(website).path.strip("/")
    return path.count("/") > 0 or path.count("-") > 1 or path.endswith((".html", ".php"))


def is_platform(host: str) -> bool:
    """Whether many people have their own page under this host."""
    return host == "x.com" or not _PLATFORMS.isdisjoint(host.split("."))


def is_empty_praise(text: str, title: str) -> bool:
    """Praise twice over in a short folded text, and no word of the article's title."""
    spoken = WORD.findall(text)
    if not 3 < len(spoken) <= _LONGEST_PRAISE:
        return False
    plain = " ".join(spoken)
    if sum(1 for _ in _PRAISE.finditer(plain)) < 2:
        return False
    about = {word for word in WORD.findall(fold(title).text) if len(word) > 3}
    return about.isdisjoint(spoken)


@lru_cache(maxsize=64)
def host_of(website: str) -> str:
    """The host of an address without ``www``; empty if it has none.

    The last few are remembered: a comment's article and website are asked for several times.
    """
    if not website:
        return ""
    try:
        host = urlsplit(website).hostname or ""
    except ValueError:
        return ""
    return fold(host).text.removeprefix("www.")


def _is_phrase(name: str) -> bool:
    """ "sumur bor di bekasi", "sofa cleaning in karama": a search, not somebody."""
    return _KEYWORD_PHRASE.fullmatch(name.strip().lower()) is not None


def _is_anchor(words: list[str], website: str) -> bool:
    """Whether every word of a name stands in the address, whatever parts them there."""
    telling = [word for word in words if len(word) > 2 and not word.isdigit()]
    place = "".join(WORD.findall(fold(website).text))
    return bool(telling) and all(word in place for word in telling)

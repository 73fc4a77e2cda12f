"""Every sentence that the API says to people, in Indonesian and English, by its stable code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Request

from service.errors import FieldError

LANGUAGES: Final = ("en", "id")

Sentences = Mapping[str, str]

REASONS: Final[Mapping[str, Sentences]] = {
    "SPAM": {"en": "Reads like advertising or spam.", "id": "Terbaca seperti iklan atau spam."},
    "GAMBLING": {"en": "Promotes online gambling.", "id": "Mempromosikan judi online."},
    "TOXIC": {
        "en": "Rude or hateful towards someone.",
        "id": "Kasar atau penuh kebencian terhadap orang lain.",
    },
    "IDENTITY_ATTACK": {
        "en": "Attacks people for who they are: faith, ethnicity, gender or the like.",
        "id": "Menyerang orang karena agama, suku, ras, gender, atau semacamnya (SARA).",
    },
    "THREAT": {"en": "Threatens someone.", "id": "Mengancam orang lain."},
    "PROFANITY": {"en": "Swears.", "id": "Memakai kata-kata kotor."},
    "LINKS": {"en": "Carries links that speak against it.", "id": "Memuat tautan mencurigakan."},
    "REPEAT_POST": {
        "en": "The same author has posted this before.",
        "id": "Penulis yang sama pernah mengirim ini.",
    },
    "NEAR_COPY": {
        "en": "Nearly the same as other recent comments, or quotes one.",
        "id": "Hampir sama dengan komentar lain baru-baru ini, atau mengutipnya.",
    },
    "FLOOD": {
        "en": "Too many comments in a short time.",
        "id": "Terlalu banyak komentar sekaligus.",
    },
    "BANNED_WORD": {"en": "Contains a banned word.", "id": "Memuat kata terlarang."},
    "SUSPECT_WORD": {"en": "Contains a suspect word.", "id": "Memuat kata yang dicurigai."},
    "BLOCKED_AUTHOR": {
        "en": "The author, or the mail domain they use, is blocked.",
        "id": "Penulis ini, atau domain surelnya, diblokir.",
    },
    "HONEYPOT": {
        "en": "A field that no person can see was filled in.",
        "id": "Kolom yang tidak terlihat oleh orang telah diisi.",
    },
    "TOO_FAST": {
        "en": "Sent sooner than a person can write.",
        "id": "Dikirim lebih cepat daripada orang bisa menulis.",
    },
    "OBFUSCATED_TEXT": {
        "en": "Letters are disguised to get past filters.",
        "id": "Huruf-hurufnya disamarkan agar lolos dari penyaring.",
    },
    "MIXED_SCRIPT": {
        "en": "Mixes alphabets within words.",
        "id": "Mencampur beberapa aksara dalam satu kata.",
    },
    "LANGUAGE_UNSURE": {
        "en": "Too short, unreadable or in a language the model does not know.",
        "id": "Terlalu pendek, tidak terbaca, atau dalam bahasa yang tidak dikenal model.",
    },
    "NEW_COMMENTER": {
        "en": "First comment by this author, or a throw-away mailbox.",
        "id": "Komentar pertama penulis ini, atau kotak surel sekali pakai.",
    },
    "PERSONAL_DATA": {
        "en": "Contains somebody's personal data.",
        "id": "Memuat data pribadi seseorang.",
    },
    "NOT_SCORED": {
        "en": "The model could not judge it; a person will.",
        "id": "Model tidak dapat menilainya; moderator yang akan menilai.",
    },
    "SAMPLE_CHECK": {"en": "Drawn for a spot check.", "id": "Terpilih untuk pemeriksaan acak."},
    "COMPLAINT": {"en": "A reader complained about it.", "id": "Ada pembaca yang mengadukannya."},
}

COMPLAINTS: Final[Mapping[str, Sentences]] = {
    "false": {"en": "It is not true.", "id": "Isinya tidak benar (bohong)."},
    "slander": {"en": "Slander.", "id": "Fitnah atau pencemaran nama baik."},
    "hatred": {
        "en": "Prejudice or hatred for faith, ethnicity, race or group.",
        "id": "Prasangka atau kebencian terkait SARA.",
    },
    "violence": {"en": "Calls for violence.", "id": "Menganjurkan kekerasan."},
    "discrimination": {
        "en": "Demeans people for sex, language, poverty, illness or disability.",
        "id": "Merendahkan orang karena jenis kelamin, bahasa, kemiskinan, sakit, atau cacat.",
    },
    "obscene": {"en": "Sadistic or obscene.", "id": "Sadis atau cabul."},
    "privacy": {"en": "Exposes somebody's private data.", "id": "Membuka data pribadi seseorang."},
    "spam": {"en": "Advertising or gambling.", "id": "Iklan atau promosi judi."},
    "other": {"en": "Something else.", "id": "Lainnya."},
}

FIELDS: Final[Mapping[str, Sentences]] = {
    "required": {"en": "This field is required.", "id": "Wajib diisi."},
    "type": {"en": "This is not the kind of value wanted here.", "id": "Jenis nilainya keliru."},
    "too_long": {"en": "At most {limit} characters.", "id": "Paling banyak {limit} karakter."},
    "too_long_bytes": {"en": "At most {limit} bytes.", "id": "Paling banyak {limit} bita."},
    "too_many_items": {"en": "At most {limit} items.", "id": "Paling banyak {limit} butir."},
    "control_characters": {
        "en": "Control characters are not accepted.",
        "id": "Karakter kendali tidak diterima.",
    },
    "email": {
        "en": "This is not an e-mail address, like name@example.com.",
        "id": "Ini bukan alamat surel, seperti nama@example.com.",
    },
    "url": {
        "en": "A web address starts with http:// or https://.",
        "id": "Alamat web diawali http:// atau https://.",
    },
    "budget": {"en": "0 to 1,000 comments in 1,000.", "id": "0 sampai 1.000 dari 1.000 komentar."},
    "count": {"en": "A count from 0 to 1,000,000.", "id": "Cacah dari 0 sampai 1.000.000."},
    "hour": {"en": "An hour from 0 to 23.", "id": "Jam dari 0 sampai 23."},
    "time_zone": {
        "en": "A time zone, like Asia/Jakarta.",
        "id": "Zona waktu, seperti Asia/Jakarta.",
    },
    "origin": {
        "en": "Each is https://HOST or http://HOST:PORT in small letters, with nothing behind it.",
        "id": "Masing-masing https://HOST atau http://HOST:PORT, huruf kecil, tanpa jalur.",
    },
    "webhook_url": {
        "en": "https://HOST/…; http only with --allow-private; no user, password or fragment.",
        "id": "https://HOST/…; http hanya dengan --allow-private; tanpa nama, sandi, atau fragmen.",
    },
    "number": {
        "en": "A whole number of at most {limit}.",
        "id": "Bilangan bulat paling besar {limit}.",
    },
    "choice": {"en": "Not one of the choices.", "id": "Bukan salah satu pilihan yang ada."},
    "uuid": {"en": "This is not an id.", "id": "Ini bukan id."},
    "one_comment": {
        "en": "Name the comment by either comment_id or permalink.",
        "id": "Sebutkan komentarnya dengan salah satu: comment_id atau permalink.",
    },
    "address": {
        "en": "No e-mail or IP address here.",
        "id": "Alamat surel atau IP tidak boleh di sini.",
    },
    "unknown_rule": {"en": "There is no such rule.", "id": "Tidak ada aturan bernama itu."},
    "empty": {"en": "An empty entry.", "id": "Butir kosong."},
    "no_word": {
        "en": "An entry needs a letter or a digit.",
        "id": "Butir harus memuat huruf atau angka.",
    },
    "wildcard": {
        "en": "A * stands only at the end of a word, like slot*; more is a /pattern/.",
        "id": "Tanda * hanya di akhir kata, seperti slot*; selebihnya pakai /pola/.",
    },
    "too_many": {"en": "At most {limit} entries.", "id": "Paling banyak {limit} butir."},
    "too_many_words": {
        "en": "At most {limit} words in one entry.",
        "id": "Paling banyak {limit} kata dalam satu butir.",
    },
    "pattern": {
        "en": "This pattern cannot be read; /…/ takes RE2's regular expressions.",
        "id": "Pola ini tidak terbaca; /…/ menerima ekspresi reguler RE2.",
    },
    "pattern_look_around": {
        "en": "Patterns cannot look around, as in (?=…); RE2 has no such thing.",
        "id": "Pola tidak dapat melihat sekitar, seperti (?=…); RE2 tidak mengenalnya.",
    },
    "pattern_back_reference": {
        "en": "Patterns cannot refer back, as in \\1; RE2 has no such thing.",
        "id": "Pola tidak dapat merujuk balik, seperti \\1; RE2 tidak mengenalnya.",
    },
    "pattern_too_large": {
        "en": "This pattern becomes too large; write smaller repetitions.",
        "id": "Pola ini menjadi terlalu besar; perkecil pengulangannya.",
    },
    "pattern_matches_nothing": {
        "en": "This pattern also matches where nothing stands; it would match every text.",
        "id": "Pola ini juga cocok dengan teks kosong; semua komentar akan kena.",
    },
    "domain": {
        "en": "A domain, like example.com; it stands for those below it.",
        "id": "Domain, seperti example.com; berlaku juga untuk yang di bawahnya.",
    },
    "score": {"en": "A score from 0 to 1.", "id": "Skor dari 0 sampai 1."},
    "day": {"en": "A day, like 2026-11-23.", "id": "Tanggal, seperti 2026-11-23."},
    "short_password": {
        "en": "A password takes at least 10 characters.",
        "id": "Kata sandi paling sedikit 10 karakter.",
    },
    "month": {"en": "A month, like 2026-11.", "id": "Bulan, seperti 2026-11."},
    "page_size": {"en": "1 to 100 cards.", "id": "1 sampai 100 kartu."},
    "label": {
        "en": "Labels are spam, toxic, off_topic and other.",
        "id": "Label yang ada: spam, toxic, off_topic, other.",
    },
    "one_of": {
        "en": "Give one of the alternatives, and only one.",
        "id": "Berikan tepat satu dari pilihan yang ada.",
    },
}

PROBLEMS: Final[Mapping[str, Sentences]] = {
    "invalid": {
        "en": "Some fields are missing or wrong; each is listed.",
        "id": "Ada isian yang kosong atau keliru; semuanya tercantum.",
    },
    "bad_json": {
        "en": "The body is not JSON in UTF-8, or is nested too deep.",
        "id": "Isi permintaan bukan JSON UTF-8, atau terlalu bersarang.",
    },
    "bad_form": {
        "en": "The body is not a form in UTF-8.",
        "id": "Isi permintaan bukan formulir UTF-8.",
    },
    "not_an_object": {
        "en": "The body must be a JSON object.",
        "id": "Isi permintaan harus berupa objek JSON.",
    },
    "incomplete_body": {
        "en": "The body is shorter than its Content-Length.",
        "id": "Isi permintaan lebih pendek daripada Content-Length.",
    },
    "unsupported_media_type": {
        "en": "This door reads application/json or, for a comment, an HTML form.",
        "id": "Yang diterima: application/json atau, untuk komentar, formulir HTML.",
    },
    "too_large": {"en": "The body is too large.", "id": "Isi permintaan terlalu besar."},
    "unauthenticated": {
        "en": "A valid site key is needed: Authorization: Bearer KEY.",
        "id": "Perlu kunci situs yang sah: Authorization: Bearer KUNCI.",
    },
    "forbidden": {
        "en": "This key is not good for this door; use the full key of 40 digits.",
        "id": "Kunci ini tidak berlaku di sini; pakailah kunci penuh 40 digit.",
    },
    "moderator_needed": {
        "en": "A moderator's token or session is needed.",
        "id": "Perlu token atau sesi moderator.",
    },
    "signed_out": {"en": "You are signed out.", "id": "Anda sudah keluar."},
    "admin_needed": {
        "en": "Only administrators may do this.",
        "id": "Hanya admin yang boleh melakukan ini.",
    },
    "stale_form": {
        "en": "The form is too old or not ours; load the page again.",
        "id": "Formulir sudah lama atau bukan milik kami; muat ulang halamannya.",
    },
    "stale": {
        "en": "Someone ruled on this meanwhile; look again.",
        "id": "Orang lain telah memutuskan ini; lihat lagi.",
    },
    "bad_cursor": {
        "en": "This cursor is not one of ours.",
        "id": "Penanda halaman ini bukan dari kami.",
    },
    "not_found": {"en": "There is nothing here.", "id": "Tidak ada apa-apa di sini."},
    "method_not_allowed": {"en": "Not with this method.", "id": "Metode ini tidak dilayani."},
    "duplicate": {
        "en": "The same comment was posted here before.",
        "id": "Komentar yang sama sudah pernah dikirim.",
    },
    "several_comments": {
        "en": "Several comments have this permalink; name one by comment_id.",
        "id": "Ada beberapa komentar dengan permalink ini; sebutkan salah satu dengan comment_id.",
    },
    "idempotency_key_in_use": {
        "en": "Another request with this Idempotency-Key is under way.",
        "id": "Permintaan lain dengan Idempotency-Key ini sedang diproses.",
    },
    "idempotency_key_reused": {
        "en": "This Idempotency-Key was used for another comment.",
        "id": "Idempotency-Key ini sudah dipakai untuk komentar lain.",
    },
    "too_many": {
        "en": "Too many requests; try again later.",
        "id": "Terlalu banyak permintaan; coba lagi nanti.",
    },
    "unavailable": {
        "en": "The service cannot do this just now; try again soon.",
        "id": "Layanan sedang tidak dapat melakukannya; coba lagi sebentar.",
    },
    "internal": {
        "en": "Something broke on our side; it has been recorded.",
        "id": "Ada yang rusak di pihak kami; sudah dicatat.",
    },
    "bad_request": {"en": "The request cannot be read.", "id": "Permintaan tidak terbaca."},
}


def language_of(request: Request) -> str:
    """Indonesian or English, as Accept-Language prefers; English where it says neither."""
    if "Accept-Language" not in request.headers:
        return "en"
    return request.accept_languages.best_match(LANGUAGES, "en")


def reason(code: str, language: str) -> str:
    """The sentence for a reason code."""
    return REASONS[code][language]


def complaint(code: str, language: str) -> str:
    """The sentence for a complaint's reason."""
    return COMPLAINTS[code][language]


def field(error: FieldError, language: str) -> str:
    """The sentence for one bad field."""
    limit = f"{error.limit:,}" if error.limit is not None else ""
    return FIELDS[error.code][language].format(
        limit=limit.replace(",", ".") if language == "id" else limit
    )


def problem(slug: str, language: str) -> str:
    """The sentence for a refusal."""
    return PROBLEMS.get(slug, PROBLEMS["bad_request"])[language]

"""Every sentence of the desk, in Indonesian and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from service.comments import Counterfactual
from service.web.desk.reader import Reader

# (English, Indonesian); where English counts, "one|many".
_SAID: Final[Mapping[str, tuple[str, str]]] = {
    "queue": ("Queue", "Antrean"),
    "scores": ("Score range", "Rentang skor"),
    "bulk": ("Decide many", "Putuskan banyak"),
    "contradictions": ("Disputed", "Berselisih"),
    "contradictions_lead": (
        "Near copies that were ruled both ways, and comments on which moderators disagree. "
        "Open one to change a ruling or to take it back; what agrees again leaves this list. "
        "Only the {most} newest comments with a ruling are compared.",
        "Salinan mirip yang diputuskan berbeda, dan komentar yang putusannya tidak disepakati. "
        "Buka satu untuk mengubah atau mengurungkan putusan; yang sudah sepakat hilang dari daftar "
        "ini. Hanya {most} komentar terbaru yang sudah diputuskan dibandingkan.",
    ),
    "contradictions_sum": (
        "{count} text to look at again.|{count} texts to look at again.",
        "{count} teks perlu dilihat lagi.",
    ),
    "no_contradictions": (
        "No two rulings contradict each other.",
        "Tidak ada putusan yang bertentangan.",
    ),
    "alike_more": (
        "{count} more like these is not shown.|{count} more like these are not shown.",
        "{count} lagi yang serupa tidak ditampilkan.",
    ),
    "look_again": ("Look again", "Lihat lagi"),
    "newer_ones": ("Newer ones", "Yang lebih baru"),
    "older_ones": ("Older ones", "Yang lebih lama"),
    "done": ("My rulings", "Putusan saya"),
    "done_lead": (
        "What you decided in the last seven days, which is as long as a session lasts. Each can be "
        "taken back.",
        "Yang Anda putuskan dalam tujuh hari terakhir, selama sesi berlaku. Semuanya dapat "
        "diurungkan.",
    ),
    "done_nothing": ("You have decided nothing yet.", "Anda belum memutuskan apa pun."),
    "comments_count": ("{count} comment|{count} comments", "{count} komentar"),
    "record": ("Complaint record", "Catatan aduan"),
    "dashboard": ("Figures", "Angka"),
    "settings": ("Settings", "Setelan"),
    "models": ("Models", "Model"),
    "in_force": ("The model that judges", "Model yang menilai"),
    "origin_shipped": ("came with the software", "bawaan perangkat lunak"),
    "origin_made": ("made by this installation", "dibuat oleh instalasi ini"),
    "no_model": ("There is none: every comment is held.", "Tidak ada: semua komentar ditahan."),
    "kind_promote": ("put in force", "diberlakukan"),
    "kind_rollback": ("gone back to", "kembali ke"),
    "before_it": ("before it {version}", "sebelumnya {version}"),
    "forced": ("forced past the gate", "dipaksa melewati gerbang"),
    "shadow": ("A candidate beside it", "Calon di sampingnya"),
    "shadow_since": (
        "{version} has been judging beside since {since} (by {by}). Nothing it says is acted on.",
        "{version} ikut menilai sejak {since} (oleh {by}). Putusannya tidak berpengaruh.",
    ),
    "shadow_waits": ("It has judged nothing yet.", "Belum ada yang dinilainya."),
    "no_shadow": (
        "No candidate judges beside. An operator starts one with saring model shadow VERSION.",
        "Tidak ada calon. Operator memulainya dengan saring model shadow VERSI.",
    ),
    "decided": ("Decided", "Diputuskan"),
    "would_be": ("candidate: {verdict}", "calon: {verdict}"),
    "shadow_ruled": (
        "Of {ruled} comment that a person ruled on, the model in force was right on {champion} "
        "and the candidate on {candidate}.|Of {ruled} comments that people ruled on, the model in "
        "force was right on {champion} and the candidate on {candidate}.",
        "Dari {ruled} komentar yang diputuskan orang, model yang berlaku benar pada {champion} "
        "dan calon pada {candidate}.",
    ),
    "differing": ("Where they differ, the gravest first", "Yang berbeda, terberat lebih dulu"),
    "no_difference": ("They agree on all of them.", "Semuanya sama."),
    "ruled_as": ("ruled:", "putusan:"),
    "drift": ("Has the site moved?", "Apakah situs berubah?"),
    "drift_lead": (
        "A sample of each week's comments that were not rejected, compared with the earliest week "
        "and with training time. 0 is no change, 0.1 worth a look, from 0.25 on an alarm.",
        "Sampel komentar tiap minggu yang tidak ditolak, dibandingkan dengan minggu paling awal "
        "dan saat pelatihan. 0 berarti sama, 0,1 patut dilihat, mulai 0,25 peringatan.",
    ),
    "week_from": ("Week from", "Minggu mulai"),
    "sampled_comments": ("Sampled", "Sampel"),
    "overruled_share": ("Overruled by people", "Dibatalkan orang"),
    "most_moved": ("Moved most", "Paling berubah"),
    "most_from_training": ("Farthest from training", "Terjauh dari pelatihan"),
    "alarm": ("Alarm", "Peringatan"),
    "no_weeks": ("Nothing measured yet.", "Belum ada yang diukur."),
    "measure_language": ("languages", "bahasa"),
    "measure_unknown": ("unknown words", "kata asing"),
    "measure_overruled": ("overruled by people", "dibatalkan orang"),
    "moved": (
        "Comments no longer look as they did: see Models.",
        "Komentar tidak lagi seperti dulu: lihat Model.",
    ),
    "sign_in": ("Sign in", "Masuk"),
    "sign_out": ("Sign out", "Keluar"),
    "name": ("Name", "Nama"),
    "password": ("Password", "Kata sandi"),
    "sign_in_lead": (
        "For moderators. An administrator makes accounts.",
        "Untuk moderator. Akun dibuat oleh admin.",
    ),
    "skip": ("Skip to the cards", "Langsung ke kartu"),
    "tab_held": ("Held", "Ditahan"),
    "tab_complaints": ("Complaints", "Aduan"),
    "tab_second": ("Second looks", "Lihat kedua"),
    "tab_waves": ("Waves", "Gelombang"),
    "tab_samples": ("Samples", "Sampel"),
    "tab_accepted": ("Accepted", "Diterima"),
    "tab_rejected": ("Rejected", "Ditolak"),
    "tab_all": ("All", "Semua"),
    "order": ("Order", "Urutan"),
    "order_oldest": ("oldest first", "terlama dulu"),
    "order_newest": ("newest first", "terbaru dulu"),
    "order_teaches": ("teaches the model most", "paling mengajari model"),
    "filters": ("Filters", "Saringan"),
    "site": ("Site", "Situs"),
    "any": ("any", "semua"),
    "reason": ("Reason", "Alasan"),
    "language": ("Language", "Bahasa"),
    "lang_id": ("Indonesian", "Indonesia"),
    "lang_en": ("English", "Inggris"),
    "lang_mixed": ("mixed", "campuran"),
    "lang_other": ("other", "lainnya"),
    "article": ("Article", "Artikel"),
    "author": ("Author", "Penulis"),
    "text": ("Text contains", "Teks memuat"),
    "score_from": ("Score from", "Skor dari"),
    "score_to": ("to", "sampai"),
    "since": ("From day", "Sejak tanggal"),
    "until": ("to day", "sampai tanggal"),
    "apply": ("Show", "Tampilkan"),
    "clear": ("Clear filters", "Hapus saringan"),
    "empty": ("Nothing waits here.", "Tidak ada yang menunggu di sini."),
    "empty_filtered": ("Nothing matches these filters.", "Tidak ada yang cocok."),
    "next_page": ("Next cards", "Kartu berikutnya"),
    "first_page": ("Back to the first cards", "Kembali ke awal"),
    "accept": ("Accept", "Terima"),
    "reject": ("Reject", "Tolak"),
    "spam": ("Spam", "Spam"),
    "toxic": ("Toxic", "Kasar"),
    "undo": ("Undo", "Urungkan"),
    "block": ("Block author", "Blokir penulis"),
    "blocked": ("blocked", "diblokir"),
    "trusted": ("trusted", "dipercaya"),
    "trust": ("Trust author", "Percayai penulis"),
    "unblock": ("Lift", "Cabut"),
    "note": ("Note", "Catatan"),
    "select": ("Select", "Pilih"),
    "whole_wave": ("Reject whole wave", "Tolak segelombang"),
    "accept_wave": ("Accept whole wave", "Terima segelombang"),
    "help": ("Keys", "Tombol"),
    "all_reasons": ("Scores and all reasons", "Skor dan semua alasan"),
    "reject_because": ("Reject because", "Tolak karena"),
    "label_spam": ("spam or advertising", "spam atau iklan"),
    "label_toxic": ("rude or hateful", "kasar atau kebencian"),
    "label_off_topic": ("off topic", "di luar topik"),
    "label_other": ("another reason", "alasan lain"),
    "nothing_against": ("Nothing speaks against it.", "Tidak ada yang memberatkan."),
    "likely": ("Likely", "Mungkin sekali"),
    "maybe": ("Maybe", "Mungkin"),
    "unlikely": ("Unlikely", "Kecil kemungkinan"),
    "threshold": ("threshold", "ambang"),
    "weight": ("weight", "bobot"),
    "head_spam": ("spam", "spam"),
    "head_gambling": ("gambling", "judi"),
    "head_toxicity": ("toxicity", "kekasaran"),
    "head_severe_toxicity": ("severe toxicity", "kekasaran berat"),
    "head_identity_attack": ("identity attack", "kebencian kelompok"),
    "head_insult": ("insult", "hinaan"),
    "head_profanity": ("profanity", "kata kotor"),
    "head_threat": ("threat", "ancaman"),
    "head_sexually_explicit": ("sexually explicit", "seksual"),
    "blind": (
        "A spot check: what the machine made of it, and others said, is shown once you have ruled, "
        "so that its error rate is honest.",
        "Pemeriksaan acak: penilaian mesin dan orang lain baru tampak setelah Anda memutuskan, "
        "agar galatnya terukur jujur.",
    ),
    "reveal": ("Show it now", "Tampilkan sekarang"),
    "reads_as": ("Reads as", "Terbaca"),
    "in_reply_to": ("In reply to", "Membalas"),
    "open_article": ("open article", "buka artikel"),
    "no_article": ("no article given", "artikel tidak disebut"),
    "history": (
        "{accepted} accepted · {rejected} rejected · first seen {first}",
        "{accepted} diterima · {rejected} ditolak · sejak {first}",
    ),
    "anonymous": ("no address given", "tanpa alamat"),
    "copies": ("{count} copy|{count} copies", "{count} salinan"),
    "waiting": ("{count} waiting", "{count} menunggu"),
    "looked_at_by": ("{name} is looking at this", "{name} sedang melihat ini"),
    "decided_by": ("{name}: {verdict}", "{name}: {verdict}"),
    "machine": ("Machine", "Mesin"),
    "without_links": (
        "Without this link: {verdict}|Without these {count} links: {verdict}",
        "Tanpa tautan ini: {verdict}",
    ),
    "without_words": (
        "Without this: {verdict}|Without these {count} parts: {verdict}",
        "Tanpa bagian ini: {verdict}",
    ),
    "verdict_accept": ("accepted", "diterima"),
    "verdict_hold": ("held", "ditahan"),
    "verdict_reject": ("rejected", "ditolak"),
    "sample": ("spot check", "pemeriksaan acak"),
    "arrived": ("{count} new · show", "{count} baru · tampilkan"),
    "stale": (
        "Someone else decided this meanwhile: {verdict}. Yours was not applied.",
        "Orang lain telah memutuskan ini: {verdict}. Putusan Anda tidak dipakai.",
    ),
    "saved": ("{what} · Undo with z", "{what} · Urungkan dengan z"),
    "undone": ("Taken back", "Diurungkan"),
    "retrying": (
        "No connection. {count} decisions wait and are sent again.",
        "Tidak ada sambungan. {count} putusan menunggu dan dikirim ulang.",
    ),
    "nothing_to_undo": ("Nothing to take back.", "Tidak ada yang dapat diurungkan."),
    "page_done": ("All cards on this page are decided.", "Semua kartu di halaman ini selesai."),
    "selected": ("{count} selected", "{count} dipilih"),
    "unselect": ("Clear selection", "Batal pilih"),
    "wrong_password": ("The name or the password is wrong.", "Nama atau kata sandi keliru."),
    "too_many": (
        "Too many tries. Wait {seconds} second.|Too many tries. Wait {seconds} seconds.",
        "Terlalu banyak percobaan. Tunggu {seconds} detik.",
    ),
    "stale_form": (
        "This form is too old. Look again, then decide.",
        "Formulir ini sudah terlalu lama. Lihat lagi, lalu putuskan.",
    ),
    "conflict": (
        "Someone decided this meanwhile. Look again, then decide.",
        "Orang lain telah memutuskan ini. Lihat lagi, lalu putuskan.",
    ),
    "not_found": ("There is nothing here.", "Tidak ada apa-apa di sini."),
    "forbidden": ("Only administrators may do this.", "Hanya admin yang boleh melakukan ini."),
    "error": ("That did not work.", "Itu tidak berhasil."),
    "back_to_queue": ("Back to the queue", "Kembali ke antrean"),
    "case": ("Comment", "Komentar"),
    "rulings": ("What people ruled", "Putusan orang"),
    "no_rulings": ("Nobody has ruled on this yet.", "Belum ada yang memutuskan."),
    "bulk_lead": (
        "See first what one decision would touch; all of it can be taken back.",
        "Lihat dulu apa yang terkena satu putusan; semuanya dapat diurungkan.",
    ),
    "bulk_what": ("Decide on", "Putuskan yang"),
    "bulk_held": (
        "{count} waiting comment matches.|{count} waiting comments match.",
        "{count} komentar yang menunggu cocok.",
    ),
    "bulk_accepted": (
        "{count} accepted comment matches.|{count} accepted comments match.",
        "{count} komentar yang diterima cocok.",
    ),
    "bulk_rejected": (
        "{count} rejected comment matches.|{count} rejected comments match.",
        "{count} komentar yang ditolak cocok.",
    ),
    "bulk_by_people": (
        "On {count} of them a person has ruled; that would be overruled.",
        "{count} di antaranya sudah diputuskan orang; putusan itu akan diganti.",
    ),
    "bulk_at_once": ("{most} are decided at once.", "Sekali putus {most}."),
    "bulk_sample": ("One of them:|{count} of them:", "{count} di antaranya:"),
    "bulk_nothing": (
        "Choose filters above to see what they find.",
        "Pilih saringan di atas untuk melihat hasilnya.",
    ),
    "bulk_accept": ("Accept the {count}|Accept all {count}", "Terima semua {count}"),
    "bulk_reject": ("Reject the {count}|Reject all {count}", "Tolak semua {count}"),
    "bulk_done": (
        "{count} comment decided.|{count} comments decided.",
        "{count} komentar diputuskan.",
    ),
    "bulk_undone": (
        "{count} comment is as before.|{count} comments are as before.",
        "{count} komentar kembali seperti semula.",
    ),
    "scores_lead": (
        "Each waiting comment is a dot at its highest score. "
        "Choose a range, read a sample, decide.",
        "Tiap komentar yang menunggu adalah titik pada skor tertingginya. "
        "Pilih rentang, baca sampel, putuskan.",
    ),
    "read_these": ("Read and decide these", "Baca dan putuskan"),
    "complaint_of": ("A reader complains:", "Aduan pembaca:"),
    "due_in": ("due in {span}", "batas waktu {span} lagi"),
    "overdue_by": ("overdue by {span}", "lewat {span}"),
    "answers_it": (
        "Your ruling answers the complaint.",
        "Putusan Anda menjawab aduan ini.",
    ),
    "second_lead": (
        "Spot checks that a colleague has ruled on. Rule without knowing how; "
        "from both, agreement is counted.",
        "Sampel yang sudah diputuskan seorang rekan. Putuskan tanpa tahu putusannya; "
        "dari keduanya dihitung kesepakatan.",
    ),
    "record_lead": (
        "Complaints about readers' comments, each to be answered within 2 × 24 hours "
        "(Dewan Pers, Pedoman Pemberitaan Media Siber).",
        "Aduan atas komentar pembaca, masing-masing wajib dijawab dalam 2 × 24 jam "
        "(Dewan Pers, Pedoman Pemberitaan Media Siber).",
    ),
    "month": ("Month", "Bulan"),
    "received": ("Received", "Diterima pada"),
    "due": ("Due", "Batas waktu"),
    "answered": ("Answered", "Dijawab pada"),
    "outcome": ("Outcome", "Hasil"),
    "detail": ("What was said", "Isi aduan"),
    "in_time": ("in time", "tepat waktu"),
    "late": ("late", "terlambat"),
    "waits": ("waits", "menunggu"),
    "overdue": ("overdue", "lewat waktu"),
    "verdict_erased": ("erased", "dihapus"),
    "complaints_sum": (
        "{received} complaint received: {in_time} answered in time, {late} late, {waiting} waiting"
        "|{received} complaints received: {in_time} answered in time, {late} late, "
        "{waiting} waiting",
        "{received} aduan masuk: {in_time} dijawab tepat waktu, {late} terlambat, "
        "{waiting} menunggu",
    ),
    "no_complaints": ("No complaints in this month.", "Tidak ada aduan pada bulan ini."),
    "printed_at": ("As of {when}", "Per {when}"),
    "withdrawn": ("taken back {when}", "dicabut {when}"),
    "looked_through": (
        "Nothing so far; there is more to look through.",
        "Belum ada yang cocok; masih ada yang perlu dicari.",
    ),
    "look_further": ("Look further", "Cari lagi"),
    "days": ("Day", "Hari"),
    "last_days": ("The last 30 days, today included.", "30 hari terakhir, termasuk hari ini."),
    "comments_came": ("comments came in", "komentar masuk"),
    "half_decided": (
        "until half of what was held is decided",
        "sampai separuh yang ditahan diputuskan",
    ),
    "complaints_wait": ("complaints wait", "aduan menunggu"),
    "agree_tile": ("of second looks agree", "lihat kedua sepakat"),
    "none_yet": ("Nothing to count yet.", "Belum ada yang dapat dihitung."),
    "error_kind": ("Error", "Galat"),
    "found_of_checked": ("found of checked", "ditemukan dari diperiksa"),
    "interval": ("95 % interval", "Selang 95 %"),
    "agreement": ("Moderators' agreement", "Kesepakatan moderator"),
    "agreement_lead": (
        "Spot checks that two people ruled on without knowing of each other.",
        "Sampel yang diputuskan dua orang tanpa saling tahu.",
    ),
    "first_said": ("First", "Pertama"),
    "second_said": ("Second", "Kedua"),
    "complaints_48": ("Complaints and the 2 × 24 hours", "Aduan dan 2 × 24 jam"),
    "answered_half": ("Half were answered within {span}.", "Separuh dijawab dalam {span}."),
    "half_and_most": (
        "Half within {half}, nine in ten within {most}.",
        "Separuh dalam {half}, sembilan dari sepuluh dalam {most}.",
    ),
    "within": ("within {span}", "dalam {span}"),
    "later": ("later", "lebih lama"),
    "volumes": ("Comments by verdict", "Komentar menurut putusan"),
    "as_table": ("As a table", "Sebagai tabel"),
    "as_csv": ("as CSV", "sebagai CSV"),
    "by_reason": ("Reasons", "Alasan"),
    "by_language": ("Languages", "Bahasa"),
    "by_model": ("Model versions", "Versi model"),
    "live_errors": ("Live error rate", "Galat langsung"),
    "live_errors_lead": (
        "From spot checks that people ruled on, with 95 % intervals.",
        "Dari pemeriksaan acak yang diputuskan orang, dengan selang 95 %.",
    ),
    "missed": ("missed", "lolos"),
    "wrongly_rejected": ("wrongly rejected", "salah tolak"),
    "checked": ("checked", "diperiksa"),
    "no_checks": ("No spot checks yet.", "Belum ada pemeriksaan acak."),
    "time_to_decision": ("Time to decision", "Waktu sampai diputuskan"),
    "count": ("Count", "Jumlah"),
    "total": ("total", "jumlah"),
    "rules": ("Rules", "Aturan"),
    "group_budgets": ("Budgets", "Anggaran"),
    "lead_budgets": (
        "How many good comments in 1,000 the machine may get wrong. Thresholds follow.",
        "Dari 1.000 komentar baik, berapa yang boleh keliru. Ambang mengikutinya.",
    ),
    "group_words": ("Words", "Kata"),
    "lead_words": (
        "One a line: a word, a phrase, slot* or /pattern/. Disguises are seen through.",
        "Satu per baris: kata, frasa, slot*, atau /pola/. Samaran ditembus.",
    ),
    "group_night": ("Night", "Malam"),
    "lead_night": (
        "Other budgets from hour to hour, as when nobody is at the desk. Equal hours: no night.",
        "Anggaran lain dari jam ke jam, misalnya saat tak ada yang berjaga. Jam sama: tanpa malam.",
    ),
    "group_limits": ("Limits", "Batas"),
    "lead_limits": ("0 switches a limit off.", "0 mematikan batas."),
    "group_mail": ("Mail domains", "Domain surel"),
    "lead_mail": (
        "Checked at the door; the domain goes no further. One a line.",
        "Diperiksa di pintu; domain tidak disimpan. Satu per baris.",
    ),
    "group_keeping": ("Retention", "Masa simpan"),
    "lead_keeping": (
        "Older comments are erased by saring purge. 0: as the operator set it for all sites.",
        "Komentar yang lebih lama dihapus oleh saring purge. 0: menurut operator.",
    ),
    "retention_all": (
        "The operator keeps comments for {days} day.|The operator keeps comments for {days} days.",
        "Operator menyimpan komentar selama {days} hari.",
    ),
    "retention_none": ("The operator has set no limit.", "Operator tidak menetapkan batas."),
    "group_further": ("Further rules", "Aturan lain"),
    "lead_further": ("", ""),
    "reject_per_mille": (
        "Good comments that the machine may reject, in 1,000",
        "Komentar baik yang boleh ditolak mesin, dari 1.000",
    ),
    "hold_per_mille": (
        "Good comments that may wait for a person, in 1,000",
        "Komentar baik yang boleh menunggu moderator, dari 1.000",
    ),
    "sample_per_mille": (
        "Spot checks, in 1,000 accepted or rejected",
        "Pemeriksaan acak, dari 1.000 yang diterima atau ditolak",
    ),
    "night_reject_per_mille": (
        "May be rejected at night, in 1,000",
        "Boleh ditolak pada malam hari, dari 1.000",
    ),
    "night_hold_per_mille": (
        "May wait at night, in 1,000",
        "Boleh menunggu pada malam hari, dari 1.000",
    ),
    "night_from": ("Night begins at hour", "Malam mulai jam"),
    "night_to": ("Night ends at hour", "Malam berakhir jam"),
    "time_zone": ("Time zone", "Zona waktu"),
    "banned_words": ("Banned: reject", "Terlarang: tolak"),
    "suspect_words": ("Suspect: hold", "Dicurigai: tahan"),
    "allowed_words": ("Allowed: neither", "Diizinkan: tidak keduanya"),
    "blocked_email_domains": ("Blocked mail domains", "Domain surel yang diblokir"),
    "allowed_email_domains": ("Allowed mail domains", "Domain surel yang diizinkan"),
    "mask_personal_data": (
        "Mask telephone, identity and card numbers and homes in stored comments",
        "Samarkan nomor telepon, NIK, kartu, dan rumah dalam komentar yang disimpan",
    ),
    "hold_disposable_email": ("Hold throw-away mailboxes", "Tahan surel sekali pakai"),
    "hold_links_from": ("Hold from so many links", "Tahan mulai sekian tautan"),
    "trusted_after": (
        "Trusted after so many accepted",
        "Dipercaya setelah sekian komentar diterima",
    ),
    "wave_from": ("A wave from so many near copies", "Gelombang mulai sekian salinan mirip"),
    "author_per_minute": ("Comments a minute, one author", "Komentar semenit, satu penulis"),
    "network_per_minute": ("Comments a minute, one network", "Komentar semenit, satu jaringan"),
    "retention_days": ("Erase after so many days", "Hapus setelah sekian hari"),
    "learn_thresholds": ("Rulings here move the thresholds", "Putusan di sini menggeser ambang"),
    "toxicity_rejects": ("Toxicity may reject", "Kekasaran boleh menolak"),
    "require_name_email": ("Name and e-mail are required", "Nama dan surel wajib"),
    "hold_first_time": ("Hold every first comment", "Tahan setiap komentar pertama"),
    "akismet_discard": (
        "Let Akismet clients discard blatant spam",
        "Klien Akismet boleh membuang spam yang nyata",
    ),
    "akismet_user_ip_optional": (
        "Akismet clients may send no IP address",
        "Klien Akismet boleh tanpa alamat IP",
    ),
    "allowed_origins": ("Pages that may post themselves", "Halaman yang boleh mengirim sendiri"),
    "preview_lead": (
        "Change something to see what it would have done in the last days.",
        "Ubah sesuatu untuk melihat akibatnya pada hari-hari terakhir.",
    ),
    "counting": ("Replaying the last days …", "Memutar ulang hari-hari terakhir …"),
    "run_shadow": ("Run as shadow", "Jalankan sebagai bayangan"),
    "shadow_rules": ("Shadow rules", "Aturan bayangan"),
    "shadow_lead": (
        "Judged beside and recorded, never acted on.",
        "Ikut menilai dan dicatat, tidak pernah dipakai.",
    ),
    "no_shadow_rules": ("No shadow runs.", "Tidak ada bayangan."),
    "rule": ("Rule", "Aturan"),
    "now_in_force": ("In force", "Berlaku"),
    "in_shadow": ("Shadow", "Bayangan"),
    "shadow_did": (
        "In 7 days {count} comment {given} would have been {instead}.|"
        "In 7 days {count} comments {given} would have been {instead}.",
        "Dalam 7 hari {count} komentar yang {given} akan {instead}.",
    ),
    "shadow_did_nothing": (
        "In 7 days no verdict would have been another.",
        "Dalam 7 hari tidak ada putusan yang akan berbeda.",
    ),
    "adopt_shadow": ("Put in force", "Berlakukan"),
    "end_shadow": ("End the shadow", "Akhiri bayangan"),
    "rules_past": ("Changes", "Perubahan"),
    "rules_as_shipped": ("As shipped; never changed.", "Bawaan; belum pernah diubah."),
    "version": ("version {number}", "versi {number}"),
    "no_sites": ("There is no site yet.", "Belum ada situs."),
    "acts": ("What to do", "Tindakan"),
    "token": ("API token", "Token API"),
    "new_token": ("New API token", "Token API baru"),
    "revoke_tokens": ("Revoke tokens", "Cabut token"),
    "reopen": ("Let in again, with a new password", "Buka lagi, dengan kata sandi baru"),
    "standings": ("Blocked and trusted authors", "Penulis yang diblokir dan dipercaya"),
    "standings_lead": (
        "By pseudonym: nobody needs to see an address for it.",
        "Dengan nama samaran: alamat tidak perlu dilihat siapa pun.",
    ),
    "no_standings": ("Nobody is blocked or trusted.", "Tidak ada yang diblokir atau dipercaya."),
    "set_by": ("By, since", "Oleh, sejak"),
    "keys_lead": (
        "Keys are shown once and stored as hashes. Rotating ends the old ones at once.",
        "Kunci ditampilkan sekali dan disimpan sebagai hash. Mengganti mengakhiri yang lama.",
    ),
    "account": ("Your account", "Akun Anda"),
    "your_zone": ("Time zone of dates here", "Zona waktu tanggal di sini"),
    "new_password": ("New password, 10 characters or more", "Kata sandi baru, minimal 10 karakter"),
    "old_password": ("Present password", "Kata sandi sekarang"),
    "change_password": ("Change password", "Ganti kata sandi"),
    "password_changed": (
        "Changed. Your other sessions have ended.",
        "Diganti. Sesi Anda yang lain berakhir.",
    ),
    "sign_out_all": ("Sign out everywhere", "Keluar di semua tempat"),
    "try_rules": ("Try on the last 7 days", "Coba pada 7 hari terakhir"),
    "save": ("Save", "Simpan"),
    "saved_rules": ("Version {version} is in force.", "Versi {version} berlaku."),
    "preview": (
        "About {held} held a day, {minutes} minutes of work; {missed} spam missed, {wrong} good "
        "rejected ({comments} comments replayed, days: {days}).",
        "Sekitar {held} ditahan per hari, {minutes} menit kerja; {missed} spam lolos, {wrong} baik "
        "ditolak ({comments} komentar diputar ulang, hari: {days}).",
    ),
    "moderators": ("Moderators", "Moderator"),
    "role": ("Role", "Peran"),
    "role_admin": ("admin", "admin"),
    "role_moderator": ("moderator", "moderator"),
    "disabled": ("shut out", "ditutup"),
    "disable": ("Shut out", "Tutup akses"),
    "reset": ("New password", "Kata sandi baru"),
    "add": ("Add", "Tambah"),
    "add_moderator": ("Add a moderator", "Tambah moderator"),
    "sites": ("Sites", "Situs"),
    "add_site": ("Add a site", "Tambah situs"),
    "rotate": ("Rotate keys", "Ganti kunci"),
    "shown_once": ("Shown once. Keep it now.", "Ditampilkan sekali. Simpan sekarang."),
    "key": ("Key", "Kunci"),
    "short_key": ("Short key", "Kunci pendek"),
    "coral_secret": ("Coral secret", "Rahasia Coral"),
    "invalid": ("Something is wrong in: {fields}", "Ada yang keliru pada: {fields}"),
    "k_next": ("next, previous card", "kartu berikut, sebelumnya"),
    "k_digits": ("reject with reason 1 to 4", "tolak dengan alasan 1 sampai 4"),
    "k_select": ("select; with Shift a range", "pilih; dengan Shift serentang"),
    "k_undo": ("take back, again and again", "urungkan, berulang kali"),
    "close": ("Close", "Tutup"),
}


def say(key: str, reader: Reader, **values: object) -> str:
    """A sentence of the desk; whole numbers in it are written, and counted, as the reader does."""
    sentence = _SAID[key][reader.language == "id"]
    counts = [value for value in values.values() if isinstance(value, int)]
    sentence = reader.plural(sentence, counts[0] if counts else 2)
    written = {k: reader.number(v) if isinstance(v, int) else v for k, v in values.items()}
    return sentence.format(**written) if values else sentence


def milder(found: Counterfactual, reader: Reader) -> str:
    """What would change a verdict, as a sentence."""
    key = "without_links" if found.links else "without_words"
    verdict = say(f"verdict_{found.verdict}", reader)
    return say(key, reader, count=len(found.without), verdict=verdict)


def named(key: str, name: str, reader: Reader) -> str:
    """What is said for a rule or a head; a later release's may have its bare name only."""
    return say(key, reader) if key in _SAID else name.replace("_", " ")


def level(score: float) -> str:
    """The word beside a score: a number alone tells a newsroom too little."""
    return "likely" if score >= 0.8 else "maybe" if score >= 0.4 else "unlikely"

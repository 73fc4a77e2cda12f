"""Character tables for `training.obfuscate`: what stands in for which letter."""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase, digits

_LETTERS = ascii_uppercase + ascii_lowercase


def _pairs(table: str) -> dict[str, str]:
    """Read ``a=xyz`` items separated by spaces."""
    return {item[0]: item[2:] for item in table.split()}


LOOK_ALIKES = _pairs(
    "a=аɑα b=Ьƅ c=сϲ d=ԁ e=еҽ g=ɡց h=һհ i=іıɩ j=јϳ k=кκ l=ӏІ m=м n=ոп o=оοօ p=рρ q=ԛգ r=гᴦ "
    "s=ѕ t=тτ u=υս v=ѵν w=ԝω x=хχ y=уү z=ᴢ A=АΑ B=ВΒ C=СϹ D=Ꭰ E=ЕΕ F=Ϝ G=Ԍ H=НΗ I=ІΙ J=Ј K=КΚ "
    "L=Ꮮ M=МΜ N=Ν O=ОΟՕ P=РΡ Q=Ԛ R=Ꭱ S=ЅՏ T=ТΤ U=Սሀ V=Ѵ W=Ԝ X=ХΧ Y=ΥҮ Z=ΖᏃ 0=ОО 3=ЗӠ 4=Ч 6=б"
)
OTHER_SCRIPTS = _pairs(
    "a=аαａ@ b=вβъｂ c=ςсⅽ d=ժｄđ e=єεеｅ f=ƒғｆ g=ցｇɢ h=ђнհｈ i=їιіｉ j=јʝｊ k=қкκｋ "
    "l=ℓӏｌ m=мɱｍ n=пηոｎ o=σоօｏ p=ρрｐ q=զｑ r=ягｒ s=ѕʂｓ t=тτｔ u=υцµｕ v=νѵｖ w=ωшｗ "
    "x=хχｘ y=уγｙ z=ʐｚ A=ΑДＡ B=ВΒＢ C=СᏟＣ D=ᎠＤ E=ΣЕＥ G=ᏀＧ H=НＨ I=ΙＩ K=ΚＫ L=ᏞＬ "
    "M=МＭ N=ИΝＮ O=ФОＯ P=РＰ R=ЯＲ S=ЅＳ T=ТＴ U=ЦＵ W=ШＷ X=ЖＸ Y=ҮＹ"
)
LEET = _pairs(
    "a=4@ b=8 e=33€ g=9 i=1! l=1 o=00 s=5$ t=7 z=2 A=4@ B=8 E=3 G=6 I=1! O=0 S=5$ T=7 Z=2"
)
UPSIDE_DOWN = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz1234567890.,!?'\"()[]<>&_",
        "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎzƖᄅƐㄣϛ9ㄥ860˙'¡¿,„)(][><⅋‾",
        strict=True,
    )
)
ZERO_WIDTH = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u2063")
EMOJI = (*"🔥💰✨🎰💎🚀⭐💯🎉👑🍀❤💸🥳⚡🌟", "❤️", "✔️")

# First code points of the mathematical alphabets; each runs A-Z then a-z without a gap.
_MATHEMATICAL = (0x1D400, 0x1D468, 0x1D4D0, 0x1D56C, 0x1D5A0, 0x1D5D4, 0x1D608, 0x1D63C, 0x1D670)
# The same for digits, where the alphabet has them; the others keep plain digits.
_MATHEMATICAL_DIGITS = {0x1D400: 0x1D7CE, 0x1D5A0: 0x1D7E2, 0x1D5D4: 0x1D7EC, 0x1D670: 0x1D7F6}
_SMALL_CAPITALS = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ"
_SUPERSCRIPTS = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖᑫʳˢᵗᵘᵛʷˣʸᶻ"


def _run(start: int, letters: str) -> dict[str, str]:
    return {letter: chr(start + offset) for offset, letter in enumerate(letters)}


def _either_case(styled: str) -> dict[str, str]:
    lower = dict(zip(ascii_lowercase, styled, strict=True))
    return lower | {letter.upper(): sign for letter, sign in lower.items()}


def _mathematical(start: int) -> dict[str, str]:
    numbers = _MATHEMATICAL_DIGITS.get(start)
    return _run(start, _LETTERS) | (_run(numbers, digits) if numbers else {})


FANCY: tuple[dict[str, str], ...] = (
    *(_mathematical(start) for start in _MATHEMATICAL),
    _run(0xFF21, ascii_uppercase) | _run(0xFF41, ascii_lowercase) | _run(0xFF10, digits),
    _run(0x24B6, _LETTERS) | _run(0x2460, "123456789") | {"0": "⓪"},
    _either_case("".join(_run(0x1F130, ascii_lowercase).values())),
    _either_case("".join(_run(0x1F170, ascii_lowercase).values())),
    _either_case("".join(_run(0x1F150, ascii_lowercase).values())),
    _either_case("".join(_run(0x249C, ascii_lowercase).values())),
    _either_case(_SMALL_CAPITALS),
    _either_case(_SUPERSCRIPTS),
)

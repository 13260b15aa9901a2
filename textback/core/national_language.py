"""National language tables of the GSM 7-bit alphabet (3GPP TS 23.038, annex A).

Keys are national language identifiers. Each table says only where it differs: a locking shift
table from the default alphabet (annex A.3; Spanish has none), a single shift table from the
default extension table, to which each of these adds (annex A.2).
"""

from collections.abc import Mapping

TURKISH, SPANISH, PORTUGUESE = 1, 2, 3


def _of(codes: str, characters: str) -> dict[int, str]:
    return dict(zip(bytes.fromhex(codes), characters, strict=True))


LOCKING_SHIFT: Mapping[int, Mapping[int, str]] = {
    TURKISH: _of("04 07 0B 0C 1C 1D 40 60", "€ıĞğŞşİç"),
    PORTUGUESE: _of("04 06 07 08 09 0B 0C 0E 0F", "êúíóçÔôÁá")
    | _of("12 13 14 15 16 17 18 19 1A 1C 1D 1E", "ªÇÀ∞^\\€Ó|ÂâÊ")
    | _of("24 40 5B 5C 5D 60 7B 7C 7D", "ºÍÃÕÚ~ãõ`"),
}
SINGLE_SHIFT: Mapping[int, Mapping[int, str]] = {
    TURKISH: _of("47 49 53 63 67 69 73", "ĞİŞçğış"),
    SPANISH: _of("09 41 49 4F 55 61 69 6F 75", "çÁÍÓÚáíóú"),
    PORTUGUESE: _of("05 09 0B 0C 0E 0F 1F", "êçÔôÁáÊ")
    | _of("12 13 15 16 17 18 19", "ΦΓΩΠΨΣΘ")
    | _of("41 49 4F 55 5B 5C 61 69 6F 75 7B 7C 7F", "ÀÍÓÚÃÕÂíóúãõâ"),
}

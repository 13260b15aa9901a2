"""Packing septets into octets and back (3GPP TS 23.038, clause 6.1.2.1)."""


def pack(septets: bytes, fill_bits: int = 0) -> bytes:
    """Unpacked septets, one a byte, as octets, after `fill_bits` zero bits."""
    bits = 0
    for index, septet in enumerate(septets):
        bits |= septet << (7 * index + fill_bits)
    return bits.to_bytes((7 * len(septets) + fill_bits + 7) // 8, "little")


def unpack(octets: bytes, count: int, fill_bits: int = 0) -> bytes:
    """`count` septets out of `octets`, one a byte, past `fill_bits`; missing bits read as zero."""
    bits = int.from_bytes(octets, "little") >> fill_bits
    return bytes((bits >> (7 * index)) & 0x7F for index in range(count))

"""SMS PDUs, in hex as AT commands carry them (3GPP TS 23.040 and TS 27.005)."""

from textback.modem.pdu.address import Address, NumberType, parse_number
from textback.modem.pdu.dcs import Alphabet, DataCoding
from textback.modem.pdu.deliver import Deliver, Envelope, encode_deliver
from textback.modem.pdu.errors import PduError
from textback.modem.pdu.incoming import Unreadable, decode_any, decode_incoming, read_incoming
from textback.modem.pdu.status_report import Delivery, StatusReport, encode_status_report
from textback.modem.pdu.submit import Submit, SubmitPdu, decode_submit, encode_submit
from textback.modem.pdu.timestamp import Timestamp
from textback.modem.pdu.user_data import Concat, UserData, join_text
from textback.modem.pdu.waiting import Indication, Waiting
from textback.modem.pdu.wap_push import WAP_PUSH_PORT, WapPush, read_wap_push

__all__ = [
    "WAP_PUSH_PORT",
    "Address",
    "Alphabet",
    "Concat",
    "DataCoding",
    "Deliver",
    "Delivery",
    "Envelope",
    "Indication",
    "NumberType",
    "PduError",
    "StatusReport",
    "Submit",
    "SubmitPdu",
    "Timestamp",
    "Unreadable",
    "UserData",
    "Waiting",
    "WapPush",
    "decode_any",
    "decode_incoming",
    "decode_submit",
    "encode_deliver",
    "encode_status_report",
    "encode_submit",
    "join_text",
    "parse_number",
    "read_incoming",
    "read_wap_push",
]

"""`textback sms`: SMS PDUs by hand."""

import json
import os
import secrets
from typing import Any

import click

from textback.cli.failing import fail
from textback.core.segments import split
from textback.modem.pdu import (
    WAP_PUSH_PORT,
    Deliver,
    Indication,
    PduError,
    StatusReport,
    Submit,
    Timestamp,
    UserData,
    decode_any,
    decode_submit,
    encode_submit,
    read_wap_push,
)


@click.group()
def sms() -> None:
    """Encode and decode SMS PDUs."""


@sms.command()
@click.option("--to", required=True, metavar="NUMBER", help="The recipient, as +15551234567.")
@click.option(
    "--reference",
    type=click.IntRange(0, 255),
    help="Ties the parts of a long text together.  [default: random]",
)
@click.argument("text")
def encode(to: str, reference: int | None, text: str) -> None:
    """Print the SUBMIT PDUs that carry TEXT, as JSON.

    Example: textback sms encode --to +15551234567 "See you at 5 €"
    """
    reference = secrets.randbelow(256) if reference is None else reference
    try:
        pdus = encode_submit(to, text, reference=reference)
    except ValueError as error:
        fail(str(error), os.EX_DATAERR)
    _print(
        {
            "encoding": split(text).encoding,
            "segments": len(pdus),
            "pdus": [{"pdu": pdu.hex, "length": pdu.length} for pdu in pdus],
        }
    )


@sms.command()
@click.option("--submit", is_flag=True, help="Read it as SUBMIT whatever its type bits say.")
@click.argument("pdu")
def decode(submit: bool, pdu: str) -> None:
    """Print what a PDU says, as JSON: DELIVER, STATUS-REPORT or SUBMIT, with the SMSC first.

    A PDU that cannot be read ends with exit code 65 and the octet at fault.

    Example: textback sms decode 0001000B915155214365F700000568656C6C6F
    """
    try:
        _print(_described(decode_submit(pdu) if submit else decode_any(pdu)))
    except PduError as error:
        fail(f"not a readable PDU: {error}", os.EX_DATAERR)


def _described(message: Deliver | StatusReport | Submit) -> dict[str, Any]:
    smsc = message.smsc.text if message.smsc else None
    if isinstance(message, StatusReport):
        return {
            "type": "status-report",
            "smsc": smsc,
            "recipient": message.recipient.text,
            "reference": message.reference,
            "status": message.status,
            "delivery": message.delivery,
            "timestamp": _moment(message.sent_at),
            "discharged": _moment(message.done_at),
        }
    head: dict[str, Any]
    if isinstance(message, Submit):
        head = {"type": "submit", "smsc": smsc, "recipient": message.recipient.text}
        head |= {"reference": message.reference, "status_report": message.status_report}
    else:
        head = {"type": "deliver", "smsc": smsc, "sender": message.sender.text}
        head |= {"timestamp": _moment(message.sent_at), "scts": message.sent_at.raw}
        head |= {"protocol": message.envelope.protocol, "waiting": _waits(message.waiting)}
    return head | {"class": message.coding.message_class} | _body(message.user_data)


def _body(data: UserData) -> dict[str, Any]:
    concat = data.concat
    place = concat and {
        "reference": concat.reference,
        "total": concat.total,
        "number": concat.number,
    }
    push = read_wap_push(data.octets) if data.port == WAP_PUSH_PORT else None
    return {
        "encoding": data.alphabet,
        "text": data.text,
        "concat": place,
        "port": data.port,
        "pushed": push and push.content_type,
    }


def _waits(indication: Indication | None) -> dict[str, Any] | None:
    if indication is None:
        return None
    return {
        "for": indication.of,
        "active": indication.active,
        "discard": indication.discard,
    }


def _moment(timestamp: Timestamp) -> str | None:
    return timestamp.at.isoformat() if timestamp.at else None


def _print(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))

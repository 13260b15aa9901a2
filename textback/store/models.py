"""The tables."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, Enum, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.schema import MetaData

from textback.core.calls import Outcome, Voicemail
from textback.core.lines import MatchBy
from textback.core.links import Fact, LinkState
from textback.core.messages import Direction, Kind, MessageState, PartState
from textback.store.database import UtcDateTime


def _enum(kind: type[StrEnum]) -> Enum:
    """A StrEnum kept as its value in a plain string column, so that adding one is no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        dict[str, str]: JSON(),
        dict[str, Fact]: JSON(),
        list[str]: JSON(),
        list[dict[str, str]]: JSON(),
        Outcome: _enum(Outcome),
        Voicemail: _enum(Voicemail),
        Direction: _enum(Direction),
        Kind: _enum(Kind),
        MessageState: _enum(MessageState),
        PartState: _enum(PartState),
        LinkState: _enum(LinkState),
        MatchBy: _enum(MatchBy),
    }


class Setting(Base):
    """One of the office's settings, or of the program's own secrets, as a plain string."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Staff(Base):
    """A person of the practice who may sign in."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(128))
    password_hash: Mapped[str] = mapped_column(String(255))
    admin: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class SignedIn(Base):
    """One browser that is signed in. Only a hash of its token is kept."""

    __tablename__ = "signed_in"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class FailedSignIn(Base):
    """A refused sign-in, kept for a while to slow down guessing."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (Index(None, "username", "at"), Index(None, "address", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class Line(Base):
    """A line of the office: which calls are its own (core.lines.LineMatch), and its rules."""

    __tablename__ = "line"
    __table_args__ = (UniqueConstraint("match_by", "pattern"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_by: Mapped[MatchBy]
    pattern: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(128))
    rules: Mapped[dict[str, str]]  # core.lines.rules_to_fields


class Conversation(Base):
    """Everything between the office and one number.

    `number` is E.164, or the sender's name where a text came from no number. `waiting_since` is
    when the oldest text arrived that nobody has answered. `modem` is the one whose SIM the person
    knows it by, "" before the first text.
    """

    __tablename__ = "conversation"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(128), default="")
    line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id"))
    modem: Mapped[str] = mapped_column(String(64), default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    open: Mapped[bool] = mapped_column(default=True)
    waiting_since: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)

    line: Mapped[Line | None] = relationship()
    owner: Mapped[Staff | None] = relationship()


class OptOut(Base):
    """A number that said STOP. Never erased: opting in again sets `ended_at`."""

    __tablename__ = "opt_out"

    number: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Call(Base):
    """A judged call, and what was decided about texting the caller.

    A call in voicemail is kept before it ends (`ended` is False). Of outbound calls (direction OUT)
    only those to a number that has a conversation are kept; `caller` is then who was called.
    """

    __tablename__ = "call"
    __table_args__ = (UniqueConstraint("pbx", "uniqueid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pbx: Mapped[str] = mapped_column(String(64))
    uniqueid: Mapped[str] = mapped_column(String(150))
    linkedid: Mapped[str] = mapped_column(String(150))
    direction: Mapped[Direction]
    ended: Mapped[bool]
    caller: Mapped[str] = mapped_column(String(128))
    caller_name: Mapped[str] = mapped_column(String(128))
    did: Mapped[str] = mapped_column(String(128))
    withheld: Mapped[bool]
    outcome: Mapped[Outcome]
    person_reached: Mapped[bool]
    voicemail: Mapped[Voicemail]
    lost_in: Mapped[str] = mapped_column(String(32))
    queue: Mapped[str] = mapped_column(String(128))
    trunk: Mapped[str] = mapped_column(String(128))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id"))
    rang: Mapped[list[str]]
    answered_by: Mapped[str] = mapped_column(String(128))
    answered_at: Mapped[datetime | None]
    forwarded: Mapped[bool]
    would_text: Mapped[bool]  # by what happened in the call alone, and its reason
    reason: Mapped[str] = mapped_column(String(64))
    texted: Mapped[bool]  # what the policy decided then, and its reason
    decision: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime] = mapped_column(index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"), index=True)
    events: Mapped[list[dict[str, str]]]


class Gap(Base):
    """A time in which nobody listened to a PBX. `recovered` counts the calls found afterwards in
    its own records, None where there are no such records or they could not be read.
    """

    __tablename__ = "gap"

    id: Mapped[int] = mapped_column(primary_key=True)
    pbx: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    looked_up: Mapped[bool]
    recovered: Mapped[int | None]
    detail: Mapped[str] = mapped_column(String(255))


class Message(Base):
    """A text. Its state moves only through store.messages.move.

    `modem` is the one that has it in hand, sent or received it; of a queued text the one that sent
    a part of it, "" before that. `instead_of` is the one it was meant for, where another sent it.
    """

    __tablename__ = "message"
    __table_args__ = (
        # The outbox asks for what is queued; SENDING and UNCONFIRMED are asked for at start.
        Index(None, "state", "priority", "id"),
        Index(None, "conversation_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    direction: Mapped[Direction]
    kind: Mapped[Kind]
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[MessageState]
    detail: Mapped[str] = mapped_column(String(255), default="")  # why it failed or waits
    at: Mapped[datetime]  # when it was written, or received
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    priority: Mapped[int] = mapped_column(default=0)  # the lowest goes first
    not_before: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    modem: Mapped[str] = mapped_column(String(64), default="")
    instead_of: Mapped[str] = mapped_column(String(64), default="")
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]  # when a report said what became of it

    conversation: Mapped[Conversation] = relationship()
    author: Mapped[Staff | None] = relationship()
    parts: Mapped[list["Part"]] = relationship(order_by="Part.position", back_populates="message")

    @property
    def planned_parts(self) -> list["Part"]:
        """Those that the network has not taken yet, in order."""
        return [part for part in self.parts if part.state is PartState.PLANNED]

    @property
    def has_begun(self) -> bool:
        """Whether the network took a part of it: only the same SIM can complete it."""
        return len(self.planned_parts) < len(self.parts)


class Part(Base):
    """One SMS of an outgoing text: its PDU, and the reference the network gave it (TP-MR)."""

    __tablename__ = "part"
    __table_args__ = (
        UniqueConstraint("message_id", "position"),
        Index(None, "modem", "reference"),
        Index(None, "modem", "sent_at"),  # what a SIM sent lately
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    position: Mapped[int]
    pdu: Mapped[str] = mapped_column(Text)
    length: Mapped[int]  # octets of the TPDU, as AT+CMGS wants it
    state: Mapped[PartState]
    modem: Mapped[str] = mapped_column(String(64), default="")
    reference: Mapped[int | None]
    sent_at: Mapped[datetime | None]
    handed_at: Mapped[datetime | None]  # when its turn came: from then on it may have left
    # A modem that remembers what it sent gets a part into its own storage first: `by_storage`;
    # nothing leaves before the place there is committed.
    by_storage: Mapped[bool] = mapped_column(default=False)
    storage: Mapped[str] = mapped_column(String(8), default="")
    storage_index: Mapped[int | None]

    message: Mapped[Message] = relationship(back_populates="parts")


class Fragment(Base):
    """One received SMS, kept raw before it is deleted from the SIM, until its text is whole."""

    __tablename__ = "fragment"
    __table_args__ = (
        Index(None, "sender", "pdu_hash"),
        Index(None, "sender", "concat_reference", "concat_total"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    modem: Mapped[str] = mapped_column(String(64))
    sender: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime | None]  # the service centre's stamp; None where it is absurd
    pdu_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    pdu: Mapped[str] = mapped_column(Text)
    concat_reference: Mapped[int]
    concat_total: Mapped[int]
    concat_number: Mapped[int]
    received_at: Mapped[datetime]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)


class Link(Base):
    """What the engine last said of itself, of a PBX or of a modem."""

    __tablename__ = "link"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)  # engine, pbx, modem
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[LinkState]
    detail: Mapped[str] = mapped_column(String(255))
    warning: Mapped[str] = mapped_column(String(255), default="")
    facts: Mapped[dict[str, Fact]] = mapped_column(
        default=dict
    )  # what is worth knowing of the other side
    since: Mapped[datetime]
    seen_at: Mapped[datetime]  # when the engine last wrote this row
    up_at: Mapped[datetime | None]  # when the link was last known to be up
    binds_until: Mapped[datetime | None]  # of a modem: how long its texts wait for it alone


class SpentPin(Base):
    """A PIN that was tried on a SIM, hashed; `sim` is its ICCID, or the modem's IMEI."""

    __tablename__ = "spent_pin"

    id: Mapped[int] = mapped_column(primary_key=True)
    sim: Mapped[str] = mapped_column(String(32), index=True)
    pin_hash: Mapped[str] = mapped_column(String(255))


class Audit(Base):
    """Who did what. Rows are only ever added."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(128))
    detail: Mapped[str] = mapped_column(Text)


class Topic(Base):
    """A counter for each kind of change, so that a process can tell what another one changed."""

    __tablename__ = "topic"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    version: Mapped[int] = mapped_column(default=0)

"""What is worth knowing of a modem, by the names that pages and commands show it under."""

from textback.core.links import Fact
from textback.modem.bring_up import ModemInfo
from textback.modem.status import ModemStatus


def identity(info: ModemInfo, port: str) -> dict[str, Fact]:
    """Who it is, and what stays so; None is what it does not tell."""
    told: dict[str, Fact] = {
        "port": port,
        "manufacturer": info.manufacturer,
        "model": info.model,
        "firmware": info.firmware,
        "driven_as": info.data.title,
        "imei": info.imei,
        "iccid": info.iccid,
        "own_number": info.own_number,
        "smsc": info.service_centre,
        "status_reports": info.status_reports,
    }
    return {name: None if value == "" else value for name, value in told.items()}


def condition(status: ModemStatus) -> dict[str, Fact]:
    """How it is now."""
    receiving = status.receiving
    return {
        "registered": status.registered,
        "registration": status.registration.value,
        "operator": status.operator or None,
        "technology": status.technology or None,
        "signal": status.signal,
        "storage_used": receiving.used if receiving else None,
        "storage_capacity": receiving.capacity if receiving else None,
        "storages": ", ".join(f"{s.name} {s.used} of {s.capacity}" for s in status.storages)
        or None,
    }

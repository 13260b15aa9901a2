"""Calls that began and ended while nobody listened: read from CEL or CDR after the event."""

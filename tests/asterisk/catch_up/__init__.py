"""Calls nobody listened to, read afterwards."""

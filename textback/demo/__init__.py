"""The real engine and the real web on a simulated PBX and a simulated modem."""

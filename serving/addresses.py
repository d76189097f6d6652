"""Addresses to listen on, and whether another program already does."""

import socket


def bound_port(host: str, port: int) -> int | None:
    """The port that a server would get at this address (0 asks for any); None if another program listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return None
        return int(probe.getsockname()[1])

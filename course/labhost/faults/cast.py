"""Who plays in a fault: the names that a deed of the agent, its symptom and its repair are told in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cast:
    """``client`` asks ``server`` on ``port``, over ``network`` of their lab host, by its name or its ``alias``.

    ``outsider``, a machine on the LAN with address ``lan``, asks the lab host on ``published``, the port that leads to
    the server. ``other`` is a third container on the network.
    """

    client: str = "client"
    server: str = "web"
    port: int = 80
    network: str = "front"
    alias: str = "shop"
    other: str = "app"
    published: int = 8080
    outsider: str = "laptop"
    lan: str = ""

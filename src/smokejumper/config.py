"""smokejumper.toml, the environment, and tokens: whom a command is about, and with which rights it asks.

A token's value never leaves this module but as a header.
"""

import msgspec


class Endpoints(msgspec.Struct, frozen=True, kw_only=True):
    """Where services are asked; the variables of flyctl that move them are honoured (superfly/flyctl `config.go`)."""

    api: str = "https://api.fly.io"
    """GraphQL, logs, releases, metrics (`FLY_API_BASE_URL`)."""
    machines: str = "https://api.machines.dev"
    """The Machines API (`FLY_FLAPS_BASE_URL`)."""
    fly_status: str = "https://status.flyio.net"
    supabase_status: str = "https://status.supabase.com"


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment of the application: production, staging ..."""

    name: str
    app: str
    """The Fly app."""
    org: str = ""
    url: str = ""
    """The front door, `https://acme.fly.dev`; empty: what Fly says is its hostname."""
    supabase: str = ""
    """The project's ref, where one is known."""


class Token:
    """A token of Fly: where it was found, and the header that it makes."""

    def __init__(self, value: str, source: str) -> None:
        self._value = value
        self.source = source

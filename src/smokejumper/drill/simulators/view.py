"""A scenario at the time that its clock shows, and who may see what of it."""

from dataclasses import dataclass

from starlette.requests import Request

from smokejumper.drill.clock import Clock
from smokejumper.drill.scenario import RIGHTS, Grant, Right, Scenario
from smokejumper.model.fly import Machine

UNKNOWN = "Authenticate: token validation error"
"""Of a token that is none, or no longer one (superfly/flyctl issues)."""


class Refused(Exception):  # noqa: N818 - an answer rather than an error
    """A request that is answered with an error."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


def macaroon(token: str) -> bool:
    """Is it a macaroon, or an OAuth token of a user (superfly/fly-go `tokens/tokens.go`)?"""
    return token.startswith(("fm1r_", "fm1a_", "fm2_"))


@dataclass(frozen=True)
class View:
    """What the simulators answer from."""

    scenario: Scenario
    clock: Clock

    @property
    def now(self) -> float:
        """The world's time."""
        return self.clock.now()

    def machines(self) -> tuple[Machine, ...]:
        """All machines as they are now, destroyed ones too."""
        return self.scenario.machines_at(self.now)

    def machine(self, id_: str) -> Machine:
        """One of them.

        Raises:
            Refused: there is none of this id.
        """
        found = next((m for m in self.machines() if m.id == id_), None)
        if found is None:
            raise Refused(404, f"machine {id_} not found")
        return found

    def grant(self, authorization: str, *, strict: bool = True) -> Grant:
        """The token that a header presents. `strict`: macaroons as `FlyV1` only, other tokens as `Bearer` only.

        Raises:
            Refused: it presents none that is known and still good.
        """
        scheme, _, tokens = authorization.partition(" ")
        for token in tokens.split(","):
            schemes = ("FlyV1" if macaroon(token) else "Bearer",) if strict else ("FlyV1", "Bearer")
            found = next((g for g in self.scenario.grants if g.value == token.strip()), None)
            if scheme in schemes and found is not None and not found.expired:
                return found
        raise Refused(401, UNKNOWN)

    def admit(self, request: Request, right: Right, *, strict: bool = True) -> Grant:
        """The token of a request about an application, where it may do this with it.

        Raises:
            Refused: 401 without a good token, 404 for an application that it does not see, 403 without the right.
        """
        grant = self.grant(request.headers.get("authorization", ""), strict=strict)
        app = request.path_params["app"]
        if not self.sees(grant, app):
            raise Refused(404, f'Could not find App "{app}"')
        if right not in RIGHTS[grant.kind]:
            raise Refused(403, "Forbidden")
        return grant

    def sees(self, grant: Grant, app: str) -> bool:
        """Is there such an application in the token's sight?"""
        mine = app == self.scenario.app and grant.org == self.scenario.org
        return mine and (grant.apps is None or app in grant.apps)


def whole(request: Request, name: str, default: int) -> int:
    """A whole number of a request's query.

    Raises:
        Refused: it is none.
    """
    text = request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit():
        raise Refused(400, f"invalid {name}")
    return int(text)

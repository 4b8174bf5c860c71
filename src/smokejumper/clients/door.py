"""The application's front door: one GET as a user would make it, from here, through Fly's proxy."""

import time
from typing import Literal
from urllib.parse import urljoin, urlsplit

from smokejumper.clients.errors import ClientError, Kind, quoted
from smokejumper.clients.http import REDIRECTS, Answer, Http
from smokejumper.masking import mask
from smokejumper.model.outside import Probe

BODY = 64 << 10
"""Bytes of a page that are read, and thrown away."""
FORCE = "fly-force-instance-id"
"""Fly's proxy then asks this machine or none (superfly/docs `networking/dynamic-request-routing`)."""

Trouble = Literal["dns", "refused", "tls", "timeout", "reset", "other"]
_TROUBLES: dict[Kind, Trouble] = {
    "dns": "dns",
    "refused": "refused",
    "tls": "tls",
    "timeout": "timeout",
    "cut": "reset",
}


async def knock(http: Http, url: str, *, machine: str = "", at: float) -> Probe:
    """How the door answers, by whichever machine the proxy chooses or by one that is asked for.

    Redirects are followed on the same host. No answer is a probe too; `at` is the time it bears, seconds since the
    epoch.
    """
    headers = {FORCE: machine} if machine else {}
    begin = time.monotonic()
    try:
        answer = await _follow(http, url, headers)
    except ClientError as wrong:
        error = f"{_TROUBLES.get(wrong.kind, 'other')}: {wrong.what}"
        return Probe(url=mask(url), machine=machine, error=error, at=at)
    return Probe(
        url=mask(url),
        machine=machine,
        answered_by=quoted(answer.headers.get("fly-machine-id", "")),
        status=answer.status,
        ms=(time.monotonic() - begin) * 1000,
        request_id=quoted(answer.headers.get("fly-request-id", "")),
        at=at,
    )


async def _follow(http: Http, url: str, headers: dict[str, str]) -> Answer:
    """The answer at the end of the redirects on one host; one that leads elsewhere is itself the answer."""
    answer = await http.look(url, headers=headers, limit=BODY)
    for _ in range(REDIRECTS):
        target = _target(url, answer)
        if target is None:
            break
        url = target
        answer = await http.look(url, headers=headers, limit=BODY)
    return answer


def _target(url: str, answer: Answer) -> str | None:
    """Where a redirect leads on the same host; None for any other answer."""
    if answer.status not in (301, 302, 303, 307, 308):
        return None
    try:
        target = urljoin(url, answer.headers.get("location", ""))
        same = urlsplit(target).hostname == urlsplit(url).hostname
    except ValueError:
        return None
    return target if same and target != url else None

"""A status page in the shape of Atlassian's Statuspage, API v2 (`summary.json`), which Fly and Supabase both use."""

import asyncio
import time
from collections.abc import Iterator
from typing import Literal

from smokejumper.clients.errors import ClientError, quoted
from smokejumper.clients.http import Http
from smokejumper.clients.loose import at, flag, items, moment, text
from smokejumper.model.outside import Indicator, StatusIncident, StatusPage

RECENT_S = 86_400.0
"""An incident that ended so long ago still matters for one of ours that is over."""
_INDICATORS: tuple[Indicator, ...] = ("none", "minor", "major", "critical")


async def page(http: Http, of: Literal["fly", "supabase"], url: str) -> StatusPage:
    """What a status page says now: incidents and maintenance that are announced, go on, or ended within a day.

    Raises:
        ClientError: neither the summary nor the status can be read. Past incidents are left out where only they fail.
    """
    url = url.rstrip("/")
    now, past = await asyncio.gather(_now(http, url), _past(http, url))
    read_at = time.time() + (http.skew(url) or 0.0)
    ended = (found for found in past if found.resolved_at is not None and 0 <= read_at - found.resolved_at <= RECENT_S)
    incidents = {found.id: found for found in (*ended, *_incidents(now, url))}
    return StatusPage(
        of=of,
        indicator=next((word for word in _INDICATORS if word == at(now, "status", "indicator")), "unknown"),
        description=quoted(text(now, "status", "description")),
        degraded=tuple(_degraded(now)),
        incidents=tuple(sorted(incidents.values(), key=lambda found: (-(found.started_at or 0), found.id))),
        at=read_at,
        url=url,
    )


async def _now(http: Http, url: str) -> dict[str, object]:
    """The summary, or, where a page has none, its status with what is unresolved."""
    try:
        return await _read(http, f"{url}/api/v2/summary.json")
    except ClientError as wrong:
        if wrong.kind not in ("not_found", "garbage", "invalid"):
            raise
    status, unresolved = await asyncio.gather(
        _read(http, f"{url}/api/v2/status.json"), _read(http, f"{url}/api/v2/incidents/unresolved.json")
    )
    return {**status, "incidents": items(unresolved, "incidents")}


async def _past(http: Http, url: str) -> tuple[StatusIncident, ...]:
    try:
        return tuple(_incidents(await _read(http, f"{url}/api/v2/incidents.json"), url))
    except ClientError:
        return ()


async def _read(http: Http, url: str) -> dict[str, object]:
    return (await http.get(url, follow=True)).json(dict[str, object])


def _degraded(said: object) -> Iterator[str]:
    """Components that do not work as they should; a group only sums up its members."""
    for component in items(said, "components"):
        name, status = quoted(text(component, "name")), quoted(text(component, "status"))
        if name and status not in ("operational", "") and not flag(component, "group"):
            yield f"{name} ({status})"


def _incidents(said: object, url: str) -> Iterator[StatusIncident]:
    """Incidents, and maintenance where it is told; what has no id is none."""
    for kind in ("incidents", "scheduled_maintenances"):
        for each in items(said, kind):
            if not (id_ := quoted(text(each, "id"))):
                continue
            updates = items(each, "incident_updates")
            newest = max(updates, key=lambda update: moment(update, "created_at") or 0.0, default=None)
            yield StatusIncident(
                id=id_,
                name=quoted(text(each, "name")),
                status=quoted(text(each, "status")),
                impact=quoted(text(each, "impact")),
                maintenance=kind == "scheduled_maintenances",
                components=tuple(quoted(name) for part in items(each, "components") if (name := text(part, "name"))),
                started_at=moment(each, "scheduled_for") or moment(each, "started_at") or moment(each, "created_at"),
                updated_at=moment(each, "updated_at"),
                resolved_at=moment(each, "resolved_at"),
                latest=quoted(text(newest, "body").strip().partition("\n")[0]),
                link=f"{url}/incidents/{id_}",
            )

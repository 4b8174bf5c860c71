"""Phoenix refuses sockets that come from our own domain."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="socket_origin_rejected",
    title="Phoenix refuses sockets because their origin is not the configured host",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=4,
    what=(
        "The Origin header of a WebSocket or long-poll request does not match the endpoint's host or check_origin. "
        "Pages load, but LiveViews and channels never connect; the client sees 403 on the socket path."
    ),
    unlike={
        "client_errors": "the refused origin is a foreign or random site: the check does its work",
        "csrf": "a form token was refused, not a socket",
        "config_error": "another setting than the host is wrong",
    },
    signature=Signature(patterns=(r"\bCould not check origin for Phoenix\.Socket transport\b",)),
    tell="`Origin of the request:` names a domain of ours; began with a new domain or a change of PHX_HOST",
    parent="config_error",
    remedy=Remedy(
        mitigate="Set PHX_HOST to the domain that the users open, as it was before, and redeploy.",
        repair="List every domain of ours in `check_origin: [...]`, or correct `url: [host: ...]` of the endpoint.",
        do_not="Do not set `check_origin: false`: any site could then open sockets in the name of our users.",
        undo="Set the previous PHX_HOST or check_origin again.",
        prevent="Open one socket from each domain after every deploy.",
    ),
    playbook="Step 5",
    examples=(
        Example(
            id="socket_origin_rejected",
            source="tonyc/open890#85",
            text="""\
20:25:43.595 [error] Could not check origin for Phoenix.Socket transport.

Origin of the request: https://app.tidepool.example

This happens when you are attempting a socket connection to
a different host than the one configured in your config/
files. For example, in development the host is configured
to "localhost" but you may be trying to access it from
"127.0.0.1". To fix this issue, you may either:
""",
        ),
        Example(
            id="csrf",
            text="""\
20:26:10.004 request_id=F0qIj1kLmN2AAAAY [error] ** (Plug.CSRFProtection.InvalidCSRFTokenError) invalid CSRF (Cross \
Site \
Request Forgery) token, please make sure that:

  * The session cookie is being sent and session is loaded
  * The request include a valid '_csrf_token' param or 'x-csrf-token' header
    (plug 1.18.1) lib/plug/csrf_protection.ex:315: Plug.CSRFProtection.call/2
""",
        ),
    ),
    sources=("tonyc/open890#85", "firezone/firezone#1952", "phoenixframework/phoenix#2232"),
)

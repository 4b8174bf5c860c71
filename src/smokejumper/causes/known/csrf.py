"""A check against forged requests refused one."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="csrf",
    title="requests are refused as forged",
    owner="client",
    scope="endpoint",
    kind="client",
    level=1,
    what="The CSRF token is missing or does not fit the session; the request is answered with 403.",
    unlike={
        "socket_origin_rejected": "a socket is refused for its origin",
        "config_error": "all users at once: the machines have different secrets",
    },
    signature=Signature(
        patterns=(
            r"invalid CSRF \(Cross Site Request Forgery\) token",
            r"security warning: an embedded <script> tag",
        ),
        types=(
            "Plug.CSRFProtection.InvalidCSRFTokenError",
            "Plug.CSRFProtection.InvalidCrossOriginRequestError",
        ),
    ),
    tell="all users at once means a changed SECRET_KEY_BASE or cookie domain; a few are old tabs and bots",
    remedy=Remedy(
        mitigate="Nothing for a few; if all users are hit, restore the previous SECRET_KEY_BASE.",
        repair="The same secret on every machine; send the token with every form.",
        do_not="Do not switch the protection off.",
        undo="Set the newer secret again, once all machines can have it.",
        prevent="Compare the digests of the secrets of all machines after each change.",
    ),
    examples=(
        Example(
            id="csrf",
            source="elixir-plug/plug#976",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (Plug.CSRFProtection.InvalidCSRFTokenError) invalid\
 CSRF (Cross Site Request Forgery) token, please make sure that:

  * The session cookie is being sent and session is loaded

    (plug 1.16.1) lib/plug/csrf_protection.ex:316: Plug.CSRFProtection.call/2
""",
        ),
        Example(
            id="socket_origin_rejected",
            source="own",
            text="""\
10:14:02.311 [error] Could not check origin for Phoenix.Socket transport.

Origin of the request: https://parcels.courier.example

This happens when you are attempting a socket connection to
a different host than the one configured in your config/
files. For example, in development the host is configured
to "localhost" but you may be trying to access it from
"127.0.0.1".
""",
        ),
    ),
    sources=("plug:lib/plug/csrf_protection.ex", "elixir-plug/plug#976"),
)

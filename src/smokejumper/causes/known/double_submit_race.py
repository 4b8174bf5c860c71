"""The same action ran twice at nearly the same time."""

from smokejumper.model.cause import Cause, Example, Remedy

CAUSE = Cause(
    id="double_submit_race",
    title="{endpoint} is sent twice at nearly the same time, and the second run fails or doubles the data",
    owner="us",
    scope="endpoint",
    kind="evidence",
    level=3,
    what=(
        "A double click, a client or proxy that repeats, or a webhook that is delivered in pairs runs one action twice "
        "within about a second. With a unique index the second run fails with 23505, without one the rows are doubled."
    ),
    unlike={
        "db_constraint_unique": "one refusal with no twin request near it",
        "multiple_results": "the double rows are noticed later, by a query that expects one",
        "db_deadlock": "the two runs wait for each other's locks and one of them is ended",
    },
    tell=(
        "same method, path and user (or webhook id) twice within about 1 s: one answered with 2xx, the other 409, 422 "
        "or 500"
    ),
    remedy=Remedy(
        mitigate=(
            "Leave the rows as they are, list the doubled ones for later, and switch the repeating client off if you "
            "own it."
        ),
        repair=(
            "Put a unique index under the action with `on_conflict`, take an idempotency key from the client, or lock "
            'the parent row with `lock: "FOR UPDATE"` in the query; for jobs use Oban\'s unique option.'
        ),
        do_not=(
            "Do not stop at disabling the button, and do not look the row up with get_by first: both requests find "
            "nothing."
        ),
        undo="Delete doubled rows only with a copy of them at hand, after their children point at the row that stays.",
        prevent="Test the action with two runs at once.",
    ),
    playbook="Step 7",
    examples=(
        Example(
            id="db_constraint_unique",
            text="""\
18:20:41.511 request_id=F0fgW9JRG3NAAAAm user_id=12 [info] POST /bookings
18:20:41.530 request_id=F0fgX0KSH4OAAAAn user_id=12 [info] POST /bookings
18:20:41.566 request_id=F0fgW9JRG3NAAAAm user_id=12 [info] Sent 201 in 55ms
18:20:41.571 request_id=F0fgX0KSH4OAAAAn user_id=12 [info] Sent 500 in 41ms
18:20:41.572 request_id=F0fgX0KSH4OAAAAn user_id=12 [error] ** (Ecto.ConstraintError) constraint error when attempting \
to insert struct:

    * "bookings_slot_id_index" (unique_constraint)

    (ecto 3.12.6) lib/ecto/repo/schema.ex:881: anonymous fn/4 in Ecto.Repo.Schema.constraints_to_errors/3
    (ferry 2.0.1) lib/ferry/bookings.ex:24: Ferry.Bookings.create/2
""",
        ),
    ),
    sources=("bors-ng/bors-ng#956", "Nebo15/annon.api#256", "code-corps/code-corps-api#535"),
)

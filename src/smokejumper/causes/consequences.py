"""What follows from several causes alike: ids for `Cause.explains`."""

NOT_UP = (
    "supervisor_boot_failure",
    "process_crash_loop",
    "machine_unreachable",
    "health_check_failing",
    "deploy_failed",
)
"""The application does not come up."""

UNCONNECTED = (
    "db_connection_dropped",
    "db_pool_exhausted",
    "db_checkout_timeout",
    "job_failure",
    "genserver_timeout",
    "process_missing",
    "health_check_failing",
    "migration_failed",
    "supervisor_boot_failure",
    "process_crash_loop",
    "machine_unreachable",
    "deploy_failed",
)
"""No connection to the database can be had."""

HELD = (
    "db_pool_exhausted",
    "db_checkout_timeout",
    "db_query_canceled",
    "genserver_timeout",
    "capacity_exceeded",
)
"""Connections are held for long."""

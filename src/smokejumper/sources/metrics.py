"""What is asked of Fly's metrics: a name of ours, and the query in PromQL (superfly/docs `monitoring/metrics`).

`{app}` is the app's name as a quoted label value. Series of a machine bear its id as the label `instance`.
"""

import json

QUERIES = {
    "memory_available": "fly_instance_memory_mem_available{{app={app}}}",
    "memory_total": "fly_instance_memory_mem_total{{app={app}}}",
    # A counter in hundredths of a second for each CPU.
    "cpu_busy": '1 - avg by (instance) (rate(fly_instance_cpu{{app={app},mode="idle"}}[2m])) / 100',
    "cpu_throttle": "max by (instance) (rate(fly_instance_cpu_throttle{{app={app}}}[2m]))",
    "cpu_balance": "min by (instance) (fly_instance_cpu_balance{{app={app}}})",
    "load": 'fly_instance_load_average{{app={app},minutes="1"}}',
    "disk_used": (
        "max by (instance) (1 - fly_instance_filesystem_blocks_avail{{app={app}}}"
        " / fly_instance_filesystem_blocks{{app={app}}})"
    ),
    "exit_oom": "max by (instance) (max_over_time(fly_instance_exit_oom{{app={app}}}[1h]))",
    "http_edge": "sum(rate(fly_edge_http_responses_count{{app={app}}}[1m]))",
    "http_5xx_edge": 'sum(rate(fly_edge_http_responses_count{{app={app},status=~"5.."}}[1m]))',
    "http_5xx_app": 'sum by (instance) (rate(fly_app_http_responses_count{{app={app},status=~"5.."}}[1m]))',
}
STEP_S = 30.0
SPAN_S = 3600.0


def queries(app: str) -> dict[str, str]:
    """Each query for one app, by its name."""
    return {name: text.format(app=json.dumps(app)) for name, text in QUERIES.items()}

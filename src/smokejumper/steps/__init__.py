"""The playbook's judgement, pure: evidence in, findings out; no clock, network or disk."""

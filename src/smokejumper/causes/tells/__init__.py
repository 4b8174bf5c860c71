"""The second signals that separate causes of one symptom: a file a cause, `tell(case, faults) -> Tell | None`."""

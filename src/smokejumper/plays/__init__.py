"""One file a command: the only place that wires sources to judgement."""

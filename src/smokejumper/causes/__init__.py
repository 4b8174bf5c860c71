"""Known failures: the catalogue, and how a sighting in the evidence becomes a name."""

"""smokejumper: what is broken in a Phoenix application on Fly.io, why, and what to do now."""

__version__ = "0.1.0"

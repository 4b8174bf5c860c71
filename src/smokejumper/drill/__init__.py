"""Practice: a world that fails on purpose, over real sockets; the demo and the tests use it."""

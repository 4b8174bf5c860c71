"""Stand-ins for the systems that the clients talk to, each as its real one answers, traps included."""

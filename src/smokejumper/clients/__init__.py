"""How to talk to one system; what it says leaves here typed and masked."""

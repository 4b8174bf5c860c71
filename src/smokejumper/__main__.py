"""`python -m smokejumper`."""

from smokejumper.cli import main

if __name__ == "__main__":
    main()

"""Moved to :mod:`textrm.synth`; the command of earlier versions goes on working."""

from textrm.synth.__main__ import main

if __name__ == "__main__":
    main()

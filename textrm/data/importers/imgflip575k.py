"""Moved to :mod:`textrm.importers.imgflip575k`; the command of earlier versions goes on working."""

from textrm.importers.imgflip575k.__main__ import main

if __name__ == "__main__":
    main()

"""Every figure that is quoted, measured: pages, ways of filling, taggers, ways of cleaning."""

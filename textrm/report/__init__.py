"""Reports: the runs of a sweep as a table, plots and one page; without torch, so that it is quick."""

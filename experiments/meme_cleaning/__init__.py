"""Study: one step from lettered picture to clean one."""

"""What stands where lettering was."""

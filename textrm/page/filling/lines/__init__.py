"""Lines of the drawing that letters meet: told from letters, followed through them, and joined."""

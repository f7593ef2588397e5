"""How text is set: rows, columns, bent and warped."""

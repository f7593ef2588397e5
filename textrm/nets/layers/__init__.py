"""Parts that nets of several kinds are made of."""

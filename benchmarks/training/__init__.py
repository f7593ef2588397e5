"""Our segmenters beside those of other libraries, trained alike."""

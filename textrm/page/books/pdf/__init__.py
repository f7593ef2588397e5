"""Books that are PDF files (extra ``pdf``): the scans on their pages are found, read and replaced."""

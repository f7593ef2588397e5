"""From the metadata and the pictures of a Danbooru release to a manifest with tags."""

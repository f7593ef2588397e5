"""Parts of one's own, outside textrm: files to copy, of which docs/own_parts.md tells. textrm imports none of them."""

from tiny_sets import fake_page, lettering, make_manifest, save

__all__ = ["fake_page", "lettering", "make_manifest", "save"]

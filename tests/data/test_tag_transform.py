import numpy as np
import pytest

from textrm.data.sample import Sample
from textrm.data.tag_transform import TagTransform
from textrm.errors import UserError

LABELS = "balloon hair sky"


def picture(height: int = 40, width: int = 20, tags=frozenset({"hair", "unheard_of"})) -> Sample:
    image = np.random.default_rng(0).integers(1, 255, (height, width, 3), dtype=np.uint8)
    return Sample("p", image, np.zeros((height, width), np.uint8), tags=tags)


def item(transform: TagTransform, sample: Sample, seed: int = 0):
    return transform(sample, np.random.default_rng(seed))


def test_tags_are_numbers_in_the_order_of_the_labels():
    found = item(TagTransform(LABELS, 32), picture())
    assert found["id"] == "p"
    assert found["tags"].tolist() == [0, 1, 0]
    assert item(TagTransform(LABELS, 32), picture(tags=frozenset()))["tags"].tolist() == [0, 0, 0]
    assert item(TagTransform(LABELS, 32), picture(tags=None))["tags"].isnan().all()


def test_nothing_is_moved_or_changed_unless_asked():
    sample = picture(32, 32)
    transform = TagTransform(LABELS, 32)
    for seed in range(5):
        found = item(transform, sample, seed)["image"]
        assert (found.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8).tolist() == sample.image.tolist()


def test_a_narrow_picture_gets_black_bars():
    image = item(TagTransform(LABELS, 32), picture())["image"]
    assert image.shape == (3, 32, 32)
    assert not image[..., :8].any()
    assert not image[..., 24:].any()
    assert image[..., 8:24].min() > 0


def test_what_is_asked_for_is_done():
    sample = picture(32, 32)
    plain = item(TagTransform(LABELS, 32), sample)["image"]
    assert item(TagTransform(LABELS, 32, flip=1.0), sample)["image"].equal(plain.flip(2))
    cropped = item(TagTransform(LABELS, 32, crop=0.5), sample)["image"]
    assert not cropped.equal(plain)
    changed = [item(TagTransform(LABELS, 32, colour=0.3), sample, seed)["image"].mean().item() for seed in range(20)]
    assert min(changed) < plain.mean() - 0.1
    assert max(changed) > plain.mean() + 0.1
    bars = item(TagTransform(LABELS, 32, colour=0.5), picture(), seed=3)["image"][..., :8]
    assert not bars.any()  # a changed picture's bars stay black
    assert item(TagTransform(LABELS, 32, crop=0.9, colour=0.9, flip=0.5), picture(1, 1))["image"].shape == (3, 32, 32)


@pytest.mark.parametrize("options", [{"flip": 1.5}, {"crop": 1.0}, {"colour": -0.1}, {"size": 4}])
def test_impossible_options_are_refused(options):
    with pytest.raises(UserError, match="TagTransform: expected"):
        TagTransform(LABELS, **{"size": 32} | options)

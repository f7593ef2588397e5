from functools import partial

import pytest
import torch
from net_contract import check_tagger, noise
from torch import nn

from textrm.checkpoints.weights import load_weights
from textrm.errors import UserError
from textrm.nets.encoders.mobilenet import MobileNetV2Encoder
from textrm.nets.encoders.xception import XceptionEncoder
from textrm.nets.tagging.attention_tagger import ANCHORS, DOUBT, SCALE, AttentionTagger, FullyConnectedPooling
from textrm.nets.tagging.tagger import Looks, MultilabelTagger

pytestmark = pytest.mark.slow

LABELS = "balloon dialogue hair"
small_xception = partial(XceptionEncoder, width=0.0625, middle_blocks=2, exit_blocks=2)
small_mobilenet = partial(MobileNetV2Encoder, width=0.25)

TAGGERS = {
    "one look, mobilenet": lambda: MultilabelTagger(small_mobilenet(), LABELS, 16),
    "one look, xception": lambda: MultilabelTagger(small_xception(), LABELS, 16),
    "attention, mobilenet": lambda: AttentionTagger(small_mobilenet(), LABELS, 16, hidden=12, size=4),
    "attention, xception": lambda: AttentionTagger(small_xception(), LABELS, 16, hidden=12, size=4),
    "attention, fully connected": lambda: AttentionTagger(
        small_mobilenet(), LABELS, 16, hidden=12, size=4, pooling=partial(FullyConnectedPooling, out_channels=20)
    ),
}


@pytest.mark.parametrize("name", TAGGERS)
def test_tagger(name):
    check_tagger(TAGGERS[name])


def test_maps_of_all_stages_at_the_last_stride_are_joined():
    mobilenet = MultilabelTagger(small_mobilenet(), LABELS, 16)
    assert mobilenet.join[0].in_channels == 8 + 16 + 24 + 40 + 80  # the last five stages, all at stride 8
    xception = MultilabelTagger(small_xception(), LABELS, 16)
    assert xception.join[0].in_channels == 16 + 4 * 32  # the last entry block, and a run of blocks for each rate


def test_the_first_looks_are_the_whole_picture_and_the_anchors():
    torch.manual_seed(0)
    found = AttentionTagger(small_mobilenet(), LABELS, 16).eval()(noise(1, 3, 64, 64))
    expected = torch.tensor([(1.0, 1.0, 0.0, 0.0), *((SCALE, SCALE, x, y) for x, y in ANCHORS)])
    torch.testing.assert_close(found.matrices[0], expected, atol=0.02, rtol=0)
    assert ((expected[:, :2].abs() + expected[:, 2:].abs()) <= 1).all()  # none leaves the picture


def test_a_crop_is_what_bilinear_interpolation_gives():
    net = AttentionTagger(small_mobilenet(), LABELS, 1, size=4)
    ramp = torch.arange(8.0).expand(1, 1, 8, 8) + 10 * torch.arange(8.0)[:, None]  # x + 10 y at the middle of a place
    found = net.crop(ramp, torch.tensor([[0.5, 0.25, 0.25, -0.5]]))[0, 0]
    for row in range(4):
        for column in range(4):
            x, y = (0.5 * ((2 * column + 1) / 4 - 1) + 0.25, 0.25 * ((2 * row + 1) / 4 - 1) - 0.5)
            assert found[row, column] == pytest.approx((x + 1) * 4 - 0.5 + 10 * ((y + 1) * 4 - 0.5), abs=1e-4)
    outside = net.crop(ramp + 1, torch.tensor([[0.5, 0.5, 2.0, 0.0]]))
    assert not outside.any()


def test_a_tag_scores_its_best_look_and_boxes_are_shares_of_the_picture():
    looks = Looks(torch.tensor([[[1.0, -2.0], [0.0, 3.0]]]), torch.tensor([[[1.0, 1, 0, 0], [0.5, -0.25, -0.6, 0.5]]]))
    assert looks.scores().tolist() == [[1.0, 3.0]]
    expected = [[0, 0, 1, 1], [0.0, 0.625, 0.45, 0.875]]  # cut at the left edge; a mirrored look covers the same place
    torch.testing.assert_close(looks.boxes()[0], torch.tensor(expected))


def test_a_later_look_sees_what_the_earlier_ones_saw():
    torch.manual_seed(0)
    net = AttentionTagger(small_mobilenet(), LABELS, 16, hidden=12, size=4).eval()
    nn.init.zeros_(net.where.weight)  # the looks stay where they are
    nn.init.normal_(net.recall.weight)
    features = noise(1, 16, 8, 8)
    changed = features.clone()
    changed[..., :4, :4] += 1  # seen by the whole picture and the first anchor only
    before, after = net.look(features).logits, net.look(changed).logits
    assert (before != after).all()  # and yet the last look answers otherwise


def test_attention_begins_as_the_plain_tagger_whose_weights_it_starts_from(tmp_path):
    torch.manual_seed(0)
    plain = MultilabelTagger(small_mobilenet(), LABELS, 16).eval()
    net = AttentionTagger(small_mobilenet(), LABELS, 16, hidden=12, size=4).eval()
    torch.save(
        {"state_dict": {f"net.{name}": value for name, value in plain.state_dict().items()}}, tmp_path / "p.ckpt"
    )
    with pytest.raises(UserError, match="do not fit the net"):
        load_weights(net, tmp_path / "p.ckpt")
    load_weights(net, tmp_path / "p.ckpt", growing=True)
    image = noise(2, 3, 64, 64)
    features = plain.join(torch.cat(plain.encoder.stages((image - 0.5) * 4)[3:], 1))
    found, whole = net(image).logits, net.classifier(net.pooling(net.crop(features, net(image).matrices[:, 0])))
    torch.testing.assert_close(found[:, 0], whole)
    torch.testing.assert_close(found[:, 0], plain(image).scores(), atol=0.05, rtol=0)  # but for the crop's grid
    upper_left = net.classifier(net.pooling(net.crop(features, net(image).matrices[:, 1])))
    torch.testing.assert_close(found[:, 1], upper_left - DOUBT)


def test_the_untrained_net_answers_with_the_prior():
    net = MultilabelTagger(small_mobilenet(), LABELS, 16)
    net.set_prior(torch.tensor([0.5, 0.25, 0.0]))
    assert net.classifier.bias.sigmoid().tolist() == pytest.approx([0.5, 0.25, 0.001])


@pytest.mark.parametrize("labels", ["", "hair balloon hair"])
def test_labels_that_are_none_or_twice_are_refused(labels):
    with pytest.raises(UserError, match=r"^labels: \d"):
        MultilabelTagger(small_mobilenet(), labels, 16)


def test_a_size_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="multiples of 8: pad it to 64×48"):
        MultilabelTagger(small_mobilenet(), LABELS, 16)(noise(1, 3, 64, 41))

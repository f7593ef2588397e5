"""Changes the views of words so that a verifier does not learn colours, places and how sure the finder was."""

from __future__ import annotations

import torch
from torch import Tensor, nn

SCALE, TURN, SHIFT = 0.15, 0.1, 0.12  # at most: of 1, radians, of half a view
GREY, INVERTED = 0.25, 0.15  # shares of the words
GAIN, BIAS = 0.24, 0.1  # at most, of each colour


def augmented(views: Tensor, generator: torch.Generator) -> Tensor:
    """Views B V C S S uint8, changed, as a verifier takes them: float32 in [-0.5, 0.5].

    The first three channels are red, green and blue: they change places or become grey, brighter, darker, inverted.
    The fourth is the word's ink, which stays; the others are maps of the finder, which become more or less sure.
    """

    def draw(*size: int) -> Tensor:
        """Uniform in [-1, 1]."""
        return 2 * torch.rand(*size, generator=generator) - 1

    count, each, channels, side, _ = views.shape
    scale, angle = 1 + SCALE * draw(count, each), TURN * draw(count, each)
    cosine, sine = scale * angle.cos(), scale * angle.sin()
    rows = [torch.stack(row, -1) for row in ((cosine, -sine, SHIFT * draw(count, each)),
                                             (sine, cosine, SHIFT * draw(count, each)))]  # fmt: skip
    grid = nn.functional.affine_grid(torch.stack(rows, -2).flatten(0, 1), [count * each, channels, side, side],
                                     align_corners=False)  # fmt: skip
    moved = nn.functional.grid_sample(views.flatten(0, 1).float(), grid, padding_mode="border", align_corners=False)
    moved = moved.unflatten(0, (count, each)) / 255

    mixing = torch.eye(3)[draw(count, 3).argsort(1)]
    grey = (draw(count, 1, 1) + 1) / 2 < GREY
    mixing = torch.where(grey, torch.full((1, 3, 3), 1 / 3), mixing)
    gain = (1 + GAIN * draw(count, 3)) * torch.where((draw(count, 1) + 1) / 2 < INVERTED, -1.0, 1.0)
    colors = torch.einsum("nij,nvjhw->nvihw", mixing * gain[:, :, None], moved[:, :, :3])
    colors += (BIAS * draw(count, 3) - 0.5 * gain)[:, None, :, None, None]

    sureness = 0.1 + 0.7 * draw(count, 1, channels - 3, 1, 1)
    sureness[:, :, 0] = 0
    maps = moved[:, :, 3:]
    maps = maps + sureness * maps * (1 - maps) - 0.5
    return torch.cat([colors.clamp(-0.5, 0.5), maps], 2)

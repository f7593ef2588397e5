"""What tasks and exports ask of nets and losses, seen before anything is made: two pictures of noise pass both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from textrm.errors import UserError
from textrm.nets.look import at_rest, name_of, reason_of

PAGE = "see docs/own_parts.md"
_PICTURES = 2
_LEAST = 64  # px: side of the pictures, rounded up to what the net takes


def stride_of(net: nn.Module) -> int:
    """What the sides of the net's input must be multiples of; 1 for a net that has no ``stride``.

    Raises:
        UserError: when its ``stride`` is no whole number of at least 1.
    """
    stride: Any = getattr(net, "stride", 1)
    if not isinstance(stride, int) or isinstance(stride, bool) or stride < 1:
        raise UserError(f"net: {name_of(net)} has stride={stride}; expected a whole number of at least 1: what height "
                        f"and width of its input must be multiples of; {PAGE}")  # fmt: skip
    return stride


def need_kind(part: str, found: Any, kind: type, *, where: str = "") -> None:
    """Refuse a part that is no ``kind``.

    Raises:
        UserError: naming the part, what it is and what it should be.
    """
    if not isinstance(found, kind):
        raise UserError(f"{part}: {name_of(found)} is no {kind.__name__}; expected a subclass of "
                        f"{where or name_of(kind)}; {PAGE}")  # fmt: skip


def noise_batch(stride: int) -> dict[str, Any]:
    """A batch of two square pictures as :mod:`textrm.data.sample` describes them, whose sides a net can take."""
    side = -(-_LEAST // stride) * stride
    generator = torch.Generator().manual_seed(0)
    image, clean = (torch.rand(_PICTURES, 3, side, side, generator=generator) for _ in range(2))
    mask = (torch.rand(_PICTURES, 1, side, side, generator=generator) < 0.3).float()
    known = torch.ones(_PICTURES, dtype=torch.bool)
    return {
        "id": [f"noise {number}" for number in range(_PICTURES)], "image": image, "clean": clean, "mask": mask,
        "ignore": torch.zeros_like(mask, dtype=torch.bool), "has_clean": known, "has_mask": known,
    }  # fmt: skip


def output_of(net: nn.Module, look: Callable[[], Any], shapes: Mapping[str, tuple[int, ...]]) -> Any:
    """What ``look()`` gives, which asks ``net``: a tensor, or a tuple of them, of these shapes, by their names.

    Raises:
        UserError: when it fails, or gives something else.
    """
    name = f"net: {name_of(net)}"
    try:
        with at_rest(net):
            found = look()
    except UserError:
        raise
    except Exception as error:  # whatever somebody's own code raises
        raise UserError(f"{name} cannot take two pictures of noise ({reason_of(error)}); {PAGE}") from error
    given = found if isinstance(found, tuple) else (found,)
    told = [_shape(value) for value in given]
    wanted = [f"{what} {'×'.join(map(str, shape))}" for what, shape in shapes.items()]
    if told != ["×".join(map(str, shape)) for shape in shapes.values()]:
        raise UserError(f"{name} gives {', '.join(told)} for two pictures; expected {', '.join(wanted)}; {PAGE}")
    if not all(value.is_floating_point() for value in given):
        kinds = ", ".join(str(value.dtype).removeprefix("torch.") for value in given)
        raise UserError(f"{name} gives {kinds}; expected floating-point numbers; {PAGE}")
    if not any(parameter.requires_grad for parameter in net.parameters()):
        raise UserError(f"{name} has no parameter that learns; {PAGE}")
    return found


def check_segmenter(net: nn.Module) -> None:
    """See that a net gives logits B 1 H W for an image B 3 H W.

    Raises:
        UserError: when it does not.
    """
    batch = noise_batch(stride_of(net))
    output_of(net, lambda: net(batch["image"]), {"logits": tuple(batch["mask"].shape)})


def check_loss(loss: Any, values: Callable[..., Any], *outputs: Tensor, terms: bool = False) -> None:
    """See that ``values(*outputs)``, which asks ``loss``, is a number to learn from; with ``terms``, named ones.

    Raises:
        UserError: naming the loss and what is wrong.
    """
    name = f"loss: {name_of(loss)}"
    try:
        with torch.random.fork_rng(devices=[]):
            found = values(*(output.detach().clone().requires_grad_() for output in outputs))
    except UserError:
        raise
    except Exception as error:  # whatever somebody's own code raises
        raise UserError(f"{name} cannot take what the net gives ({reason_of(error)}); {PAGE}") from error
    if terms and not (isinstance(found, Mapping) and found):
        raise UserError(f"{name} gives {_shape(found)}; expected weighted terms by name; {PAGE}")
    numbers = found if isinstance(found, Mapping) else {"": found}
    wrong = {key: value for key, value in numbers.items() if not isinstance(value, Tensor) or value.ndim}
    for key, value in wrong.items():
        raise UserError(f"{name} gives {_shape(value)}{f' as {key}' if key else ''}; expected a tensor of one number, "
                        f"the mean over the batch; {PAGE}")  # fmt: skip
    if not any(value.requires_grad for value in numbers.values()):
        raise UserError(f"{name} gives a number that nothing can be learnt from: it does not depend on the net's "
                        f"output by differentiable steps; {PAGE}")  # fmt: skip


def _shape(value: Any) -> str:
    if not isinstance(value, Tensor):
        return type(value).__name__
    return "×".join(map(str, value.shape)) or "one number"

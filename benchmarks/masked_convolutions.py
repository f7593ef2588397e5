"""What masks cost: ``python -m benchmarks.masked_convolutions``.

Forward and backward of the published partial-convolution U-Net on 4×3×256×256, beside the same net with plain
convolutions and with other ways to keep masks, paired in one run; peak memory each in a process of its own; then every
inpainting net's forward on one picture of 512×512.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn
from torch.nn import functional as F

from textrm.command_line import click_command
from textrm.nets.inpainting.attention import AttentionConvolution, FeatureUpdate
from textrm.nets.inpainting.gated import FusedGatedConvolution, GatedConvolution, SeparableGatedConvolution
from textrm.nets.inpainting.inpainter_fast import FastInpainter
from textrm.nets.inpainting.inpainting_unet import InpaintingUNet
from textrm.nets.inpainting.partial import PartialConvolution
from textrm.nets.inpainting.stages import DeepStage, InvertedResidualStage


class Plain(nn.Module):
    """An ordinary convolution; the mask goes by."""

    def __init__(self, in_channels: int | Sequence[int], out_channels: int, kernel_size: int = 3, stride: int = 1,
                 dilation: int = 1, bias: bool = False) -> None:  # fmt: skip
        super().__init__()
        self.parts = (in_channels,) if isinstance(in_channels, int) else tuple(in_channels)
        self.stride, self.padding = stride, kernel_size // 2 * dilation
        self.convolution = nn.Conv2d(
            sum(self.parts), out_channels, kernel_size, stride, self.padding, dilation, bias=bias
        )

    def forward(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return self.convolution(features), mask[:, :1, :: self.stride, :: self.stride]

    @staticmethod
    def hide(features: Tensor, mask: Tensor) -> Tensor:
        return features


class PerChannel(Plain):
    """A mask for every channel, convolved with as many ones as there are weights; gradients are tracked throughout."""

    ones: Tensor

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.register_buffer("ones", torch.ones_like(self.convolution.weight), persistent=False)

    def forward(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        mask = self.per_channel(mask)
        coverage = self.coverage(mask)
        known = (coverage > 0).float()
        bias = 0 if self.convolution.bias is None else self.convolution.bias[:, None, None]
        result = self.convolution(features * mask) - bias
        return (result * self.ones[0].numel() / coverage.clamp(min=1) + bias) * known, known

    def per_channel(self, mask: Tensor) -> Tensor:
        """As many channels as the features have; the picture's own mask has one."""
        missing = sum(self.parts) - mask.shape[1]
        return torch.cat([mask, mask[:, -1:].expand(-1, missing, -1, -1)], 1)

    def coverage(self, mask: Tensor) -> Tensor:
        return F.conv2d(mask, self.ones, None, self.stride, self.padding)


class NvidiaStyle(PerChannel):
    """Per channel as in the published code's ``multi_channel``: no gradients for masks, a ratio, the bias set aside."""

    def forward(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            mask = self.per_channel(mask)
            coverage = self.coverage(mask)
            known = coverage.clamp(0, 1)
            ratio = self.ones[0].numel() / (coverage + 1e-8) * known
        raw = self.convolution(features * mask)
        if self.convolution.bias is None:
            return raw * ratio, known
        bias = self.convolution.bias.view(1, -1, 1, 1)
        return ((raw - bias) * ratio + bias) * known, known


class Where(PerChannel):
    """Per channel with ``torch.where`` for every decision."""

    def forward(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        mask = self.per_channel(mask)
        with torch.no_grad():
            coverage = self.coverage(mask)
        raw = self.convolution(torch.where(mask > 0, features, 0.0))
        bias = 0 if self.convolution.bias is None else self.convolution.bias[:, None, None]
        scaled = (raw - bias) * torch.where(coverage > 0, self.ones[0].numel() / coverage, 0.0) + bias
        return torch.where(coverage > 0, scaled, 0.0), torch.where(coverage > 0, 1.0, 0.0)


WAYS: dict[str, Callable[..., nn.Module]] = {
    "plain convolutions": Plain,
    "partial, ours": PartialConvolution,
    "partial, per channel": PerChannel,
    "partial, NVIDIA style": NvidiaStyle,
    "partial, torch.where": Where,
}
separable = partial(
    InpaintingUNet, stage=InvertedResidualStage, levels=5, maximum=256, kernel_sizes=(3,), middle=(2, 4, 8, 16)
)
NETS: dict[str, Callable[[], nn.Module]] = {
    "inpaint_partial": InpaintingUNet,
    "the same, plain convolutions": partial(InpaintingUNet, Plain),
    "inpaint_partial_deep": partial(InpaintingUNet, stage=DeepStage, maximum=256),
    "inpaint_partial_separable": separable,
    "inpaint_gated": partial(InpaintingUNet, GatedConvolution),
    "inpaint_gated, fused": partial(InpaintingUNet, FusedGatedConvolution),
    "inpaint_gated, separable gate": partial(InpaintingUNet, SeparableGatedConvolution),
    "inpaint_attention, geometric": partial(InpaintingUNet, AttentionConvolution),
    "inpaint_attention, features": partial(InpaintingUNet, partial(AttentionConvolution, update=FeatureUpdate)),
    "inpaint_fast": FastInpainter,
}


@click_command()
@click.option("--threads", default=2, show_default=True)
@click.option("--rounds", default=7, show_default=True, help="Timed steps of each net, taken in turn.")
@click.option(
    "--peak", type=click.Choice(sorted(WAYS)), help="Print the peak memory of one step in MB; used by the table."
)
def main(threads: int, rounds: int, peak: str | None) -> None:
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    if peak is not None:
        print(step_memory(peak))
        return
    image, mask = torch.rand(4, 3, 256, 256), (torch.rand(4, 1, 16, 16) < 0.2).float()
    mask = F.interpolate(mask, scale_factor=16.0)
    nets = {name: InpaintingUNet(way) for name, way in WAYS.items()}
    times: dict[str, list[float]] = {name: [] for name in nets}
    for turn in range(rounds + 1):
        for name, net in nets.items():
            seconds = step(net, image, mask)
            if turn:  # the first warms up
                times[name].append(seconds)
    memory = {name: statistics.median(peak_of(name, threads) for _ in range(3)) for name in WAYS}
    table = Table(title=f"forward and backward, 4×3×256×256, {threads} threads, median of {rounds} paired steps")
    for heading in ("U-Net of 64-512 channels", "seconds", "× plain", "peak MB", "× plain"):
        table.add_column(heading, justify="left" if "U-Net" in heading else "right")
    first = next(iter(WAYS))
    for name, taken in times.items():
        ratio = statistics.median(a / b for a, b in zip(taken, times[first], strict=True))
        share = memory[name] / memory[first]
        table.add_row(name, f"{statistics.median(taken):.2f}", f"{ratio:.2f}", f"{memory[name]:.0f}", f"{share:.2f}")
    console = Console()
    console.print(table)
    console.print(forward_table(rounds, threads))


def step(net: nn.Module, image: Tensor, mask: Tensor) -> float:
    """Seconds of one forward and backward."""
    start = time.perf_counter()
    net(image, mask).abs().mean().backward()
    seconds = time.perf_counter() - start
    net.zero_grad()
    return seconds


def step_memory(name: str) -> float:
    """By how many MB one step raises the peak of this process over what the net itself takes."""
    net = InpaintingUNet(WAYS[name])
    image, mask = torch.rand(4, 3, 256, 256), F.interpolate((torch.rand(4, 1, 16, 16) < 0.2).float(), scale_factor=16.0)
    step(
        InpaintingUNet(WAYS[name], width=0.125, levels=2), image[:, :, :16, :16], mask[:, :, :16, :16]
    )  # loads kernels
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of making the net
    before = status("VmRSS")
    step(net, image, mask)
    return (status("VmHWM") - before) / 1024


def status(entry: str) -> int:
    """A figure of this process in kB, as Linux counts it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(entry)).split()[1])


def peak_of(name: str, threads: int) -> float:
    command = [sys.executable, "-m", "benchmarks.masked_convolutions", "--threads", str(threads), "--peak", name]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def forward_table(rounds: int, threads: int) -> Table:
    """Parameters and seconds of every net, one after another in each round."""
    image, mask = torch.rand(1, 3, 512, 512), F.interpolate((torch.rand(1, 1, 32, 32) < 0.2).float(), scale_factor=16.0)
    nets = {name: make().eval() for name, make in NETS.items()}
    times: dict[str, list[float]] = {name: [] for name in nets}
    for _ in range(rounds + 1):
        for name, net in nets.items():
            with torch.inference_mode():
                start = time.perf_counter()
                net(image, mask)
                times[name].append(time.perf_counter() - start)
    table = Table("net", "M parameters", "seconds", title=f"forward, 1×3×512×512, {threads} threads, torch float32")
    for name, net in nets.items():
        size = sum(parameter.numel() for parameter in net.parameters()) / 1e6
        table.add_row(name, f"{size:.2f}", f"{statistics.median(times[name][1:]):.2f}")
    return table


if __name__ == "__main__":
    main()

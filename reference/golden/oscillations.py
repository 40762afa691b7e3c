"""Topic oscillations: Nagel et al. 2022, written out densely: every weight at every step, in float64."""

import math

import torch

from .fixture import Fixture

MOMENTUM, OSCILLATES = 0.01, 0.005
STEPS, WEIGHTS, CODES = 400, 96, (-4, 3)
#: Frequency above which a weight is frozen, at the first and the last step; None: none is.
THRESHOLDS = {"leave": None, "constant": (0.03, 0.03), "annealed": (0.1, 0.01)}


def _codes() -> torch.Tensor:
    """[steps, weights]: walks that hang about the ties between codes, some more than others."""
    generator = torch.Generator().manual_seed(11)
    ties = torch.randint(CODES[0], CODES[1], (WEIGHTS,), generator=generator) + 0.5
    spread = torch.rand(WEIGHTS, generator=generator) * 0.3
    walks = torch.randn(STEPS, WEIGHTS, generator=generator) * 0.2
    drift = torch.linspace(-1, 1, STEPS)[:, None] * torch.rand(WEIGHTS, generator=generator) * 3
    return (ties + (walks + spread) * (torch.arange(WEIGHTS) % 5 + 1) / 3 + drift).round().clamp(*CODES).to(torch.int8)


def _track(codes: torch.Tensor, ends) -> dict[str, torch.Tensor]:
    before = codes[0].double()
    direction, frequency, mean = torch.zeros(WEIGHTS), torch.zeros(WEIGHTS).double(), before.clone()
    frozen, kept = torch.zeros(WEIGHTS, dtype=torch.bool), torch.zeros(WEIGHTS).double()
    flips, oscillating = [], []
    for step, seen in enumerate(codes[1:].double()):
        code = torch.where(frozen, kept, seen)
        change = torch.sign(code - before)
        oscillated = direction * change == -1
        frequency = MOMENTUM * oscillated + (1 - MOMENTUM) * frequency
        mean = MOMENTUM * code + (1 - MOMENTUM) * mean
        flips.append(int(((change != 0) & ~frozen).sum()))
        oscillating.append(float((frequency > OSCILLATES).double().mean()))
        direction = torch.where(change != 0, change, direction)
        if ends:
            share = step / len(codes)
            threshold = ends[0] + (ends[1] - ends[0]) * (1 - math.cos(math.pi * share)) / 2
            freezing = (frequency > threshold) & ~frozen
            kept = torch.where(freezing, mean.round(), kept)
            frozen |= freezing
        # What is frozen does not change by being set to its mean.
        before = torch.where(frozen, kept, code)
    return {
        "frequency": frequency, "frozen": frozen.to(torch.uint8), "codes": before.to(torch.int8),
        "flips": torch.tensor(flips, dtype=torch.int32), "oscillating": torch.tensor(oscillating),
    }


def oscillations() -> Fixture:
    """`codes` [step][weight] and what comes of them; `dampening.*` of one weight [8 channels, 20] at 3 bits."""
    fixture = Fixture("oscillations")
    fixture.values = {"thresholds": THRESHOLDS, "steps": STEPS, "weights": WEIGHTS, "strength": 0.3, "codes": CODES}
    codes = _codes()
    fixture.array("codes", codes)
    for name, ends in THRESHOLDS.items():
        for what, tensor in _track(codes, ends).items():
            fixture.array(f"{name}.{what}", tensor)
    generator = torch.Generator().manual_seed(12)
    weight = torch.randn(8, 20, generator=generator).requires_grad_()
    scale = torch.rand(8, 1, generator=generator) * 0.4 + 0.1
    quantized = (weight / scale).round().clamp(*CODES) * scale
    clipped = torch.min(torch.max(weight, scale * CODES[0]), scale * CODES[1])
    (0.3 * (quantized.detach() - clipped).pow(2).sum()).backward()
    for name, tensor in {"weight": weight, "scale": scale, "gradient": weight.grad}.items():
        fixture.array(f"dampening.{name}", tensor)
    return fixture

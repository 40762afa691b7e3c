"""Topic similarity: torch.ao.ns.fx.utils' figures of a tensor and what became of it."""

import math

import torch
from torch.ao.ns.fx.utils import compute_cosine_similarity, compute_sqnr

from .fixture import Fixture


def _pairs() -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    generator = torch.Generator().manual_seed(11)
    x = torch.randn(500, generator=generator)
    noise = torch.randn(500, generator=generator)
    step = float(x.abs().max())
    rounded = {
        f"{bits} bits": (x, torch.fake_quantize_per_tensor_affine(x, step / 2 ** (bits - 1), 0, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1))
        for bits in (8, 4, 3, 2)
    }
    return rounded | {
        "noise": (x, noise),
        "opposite": (x, -x),
        "twice": (x, 2 * x),
        "the same": (x, x.clone()),
        "nothing left": (x, torch.zeros(500)),
        "from nothing": (torch.zeros(500), x),
        "nothing at all": (torch.zeros(500), torch.zeros(500)),
    }


def similarity() -> Fixture:
    """What is no finite number is written as JavaScript's Number reads it."""
    fixture = Fixture("similarity")

    def number(value: torch.Tensor) -> float | str:
        value = float(value)
        return value if math.isfinite(value) else str(value).replace("inf", "Infinity").replace("nan", "NaN")

    cases = []
    for name, (x, y) in _pairs().items():
        fixture.array(f"x.{name}", x)
        fixture.array(f"y.{name}", y)
        cases.append({"name": name, "sqnr": number(compute_sqnr(x, y)), "cosine": number(compute_cosine_similarity(x, y))})
    fixture.values = {"cases": cases}
    return fixture

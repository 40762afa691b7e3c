"""Topic learned_rounding: steps of AdaRound on a block of two layers, from the formulas of the paper and of BRECQ's code."""

import torch
from torch import nn
from torch.nn import functional as F

from .fixture import Fixture

GAMMA, ZETA = -0.1, 1.1
BITS, RATE, PENALTY = 3, 0.05, 0.01
#: Exponents of five steps; None: none is asked for yet.
BETAS = (None, 20.0, 11.0, 3.5, 2.0)
ITERATIONS = 50
#: Of the first layer's output: affine, 4 bits.
ACTIVATION = {"scale": 0.21, "zero_point": 0, "quant_min": 0, "quant_max": 15}


def _rectified(v: torch.Tensor) -> torch.Tensor:
    return torch.clamp(torch.sigmoid(v) * (ZETA - GAMMA) + GAMMA, 0, 1)


def _temperature(t: int, total: int, warm_up: float = 0.2, start: float = 20.0, end: float = 2.0) -> float | None:
    """LinearTempDecay of BRECQ; within the warm-up no penalty is added."""
    if t < warm_up * total:
        return None
    relative = (t - warm_up * total) / (total - warm_up * total)
    return end + (start - end) * max(0.0, 1 - relative)


def _penalty(vs: list[torch.Tensor], beta: float | None) -> torch.Tensor | float:
    if beta is None:
        return 0.0
    return PENALTY * sum((1 - ((_rectified(v) - 0.5).abs() * 2).pow(beta)).sum() for v in vs)


def learned_rounding() -> Fixture:
    """A convolution with ReLU whose output is fake-quantized, and one without, whose output is not; NHWC `x`, `target`.

    Of layer I `v.I.N` and `soft.I.N` before step N, `soft_gradient.I.N` of the error by the soft weights, `gradient.I.N` of
    error and penalty by v; `exact.` in float64.
    """
    fixture = Fixture("learned_rounding")
    torch.manual_seed(17)
    layers = (nn.Conv2d(5, 6, 3, padding=1), nn.Conv2d(6, 4, 3, stride=2, padding=1))
    weights = [layer.weight.detach() for layer in layers]
    biases = [layer.bias.detach() for layer in layers]
    scales = [2 * w.abs().amax((1, 2, 3)) / (2**BITS - 1) for w in weights]
    x = torch.randn(3, 5, 6, 6)
    with torch.no_grad():
        target = layers[1](torch.relu(layers[0](x)))
    low, high = -(2 ** (BITS - 1)), 2 ** (BITS - 1) - 1
    floors = [torch.floor(w * (1 / s).view(-1, 1, 1, 1)) for w, s in zip(weights, scales)]
    fixture.array("x", x.permute(0, 2, 3, 1))
    fixture.array("target", target.permute(0, 2, 3, 1))
    for i in range(2):
        fixture.array(f"weight.{i}", weights[i])
        fixture.array(f"bias.{i}", biases[i])
        fixture.array(f"scales.{i}", scales[i])
        fixture.array(f"floor.{i}", floors[i].to(torch.int8))
    losses = {}
    for prefix, dtype in (("", torch.float32), ("exact.", torch.float64)):
        s = [scale.to(dtype).view(-1, 1, 1, 1) for scale in scales]
        rests = [w.to(dtype) / scale - floor.to(dtype) for w, scale, floor in zip(weights, s, floors)]
        vs = [nn.Parameter(-torch.log((ZETA - GAMMA) / (rest.clamp(0, 1) - GAMMA) - 1)) for rest in rests]
        optimizer = torch.optim.Adam(vs, lr=RATE)
        losses[prefix or "float32"] = []
        for step, beta in enumerate(BETAS):
            soft = [scale * torch.clamp(f.to(dtype) + _rectified(v), low, high) for scale, f, v in zip(s, floors, vs)]
            for each in soft:
                each.retain_grad()
            y = torch.relu(F.conv2d(x.to(dtype), soft[0], biases[0].to(dtype), padding=1))
            y = torch.fake_quantize_per_tensor_affine(y, **ACTIVATION)
            y = F.conv2d(y, soft[1], biases[1].to(dtype), stride=2, padding=1)
            error = (y - target.to(dtype)).pow(2).sum(1).mean()
            optimizer.zero_grad()
            (error + _penalty(vs, beta)).backward()
            losses[prefix or "float32"].append(float(error))
            for i, v in enumerate(vs):
                fixture.array(f"{prefix}v.{i}.{step}", v)
                fixture.array(f"{prefix}soft.{i}.{step}", soft[i])
                fixture.array(f"{prefix}soft_gradient.{i}.{step}", soft[i].grad)
                fixture.array(f"{prefix}gradient.{i}.{step}", v.grad)
            optimizer.step()
        for i, v in enumerate(vs):
            fixture.array(f"{prefix}v.{i}.{len(BETAS)}", v)
            codes = torch.clamp(floors[i].to(dtype) + (_rectified(v) > 0.5), low, high)
            fixture.array(f"{prefix}codes.{i}", codes.to(torch.int8))
    if any(abs(a - b) > 1e-5 * b for a, b in zip(losses["float32"], losses["exact."])):
        raise ArithmeticError("float32 and float64 decide differently")
    fixture.values = {
        "bits": BITS,
        "rate": RATE,
        "penalty": PENALTY,
        "betas": BETAS,
        "activation": ACTIVATION,
        "losses": losses,
        "temperatures": [_temperature(t, ITERATIONS) for t in range(ITERATIONS)],
    }
    return fixture

"""Topic fake_quant: forward and straight-through gradient, per tensor and per channel; and quantize for comparison."""

import numpy as np
import torch

from .fixture import Fixture

POWER_OF_TWO, ODD = 0.25, 0.0123


def _inputs(scale: float, zero_point: int, qmin: int, qmax: int, generator) -> torch.Tensor:
    """Ties, both range edges and their neighbours, zeros of both signs, extremes, and random values."""
    codes = torch.arange(qmin - 2, qmax + 3, dtype=torch.float32) - zero_point
    grid = torch.cat([codes, codes + 0.5, codes + 0.499, codes + 0.501])
    special = torch.tensor([0.0, -0.0, 1e-30, -1e-30, 1e6, -1e6])
    randoms = (torch.rand(200, generator=generator) * 1.4 - 0.2) * (qmax - qmin) + qmin - zero_point
    return torch.cat([grid * scale, special, randoms * scale])


def formula(x: np.ndarray, scale, zero_point, qmin: int, qmax: int):
    """(fake-quantized, gradient mask) by the documented formula, float32 throughout."""
    inverse = np.float32(1) / np.float32(scale)
    rounded = np.float32(zero_point) + np.rint(x * inverse)
    out = (np.clip(rounded, qmin, qmax) - np.float32(zero_point)) * np.float32(scale)
    return out, (rounded >= qmin) & (rounded <= qmax)


def fake_quant() -> Fixture:
    fixture = Fixture("fake_quant")
    generator = torch.Generator().manual_seed(3)
    tensor_cases = []
    plans = [
        (scale, zero_point, qmin, qmax)
        for scale in (POWER_OF_TWO, ODD)
        for qmin, qmax, zero_points in (
            (0, 127, (0, 1, 37, 126, 127)),
            (0, 255, (0, 128, 255)),
            (-128, 127, (-128, 0, 127)),
            (-8, 7, (0,)),
            (0, 15, (0, 7, 15)),
            (-2, 1, (0,)),
            (0, 3, (1,)),
        )
        for zero_point in zero_points
    ]
    for index, (scale, zero_point, qmin, qmax) in enumerate(plans):
        scale = float(np.float32(scale))
        x = _inputs(scale, zero_point, qmin, qmax, generator).requires_grad_()
        dy = torch.randn(x.shape, generator=generator)
        y = torch.fake_quantize_per_tensor_affine(
            x, torch.tensor([scale]), torch.tensor([zero_point], dtype=torch.int32), qmin, qmax
        )
        y.backward(dy)
        expected, mask = formula(x.detach().numpy(), scale, zero_point, qmin, qmax)
        assert np.array_equal(y.detach().numpy(), expected), "the per-tensor formula does not hold"
        assert np.array_equal(x.grad.numpy(), np.where(mask, dy.numpy(), 0)), "the gradient mask does not hold"
        tensor_cases.append({"scale": scale, "zero_point": zero_point, "qmin": qmin, "qmax": qmax})
        for name, data in (("x", x), ("dy", dy), ("y", y), ("dx", x.grad)):
            fixture.array(f"tensor.{index}.{name}", data)

    channel_cases = []
    scales = [POWER_OF_TWO, 0.01, 3.7, 1.0]
    for index, (qmin, qmax, zero_points) in enumerate(
        [(-128, 127, [0, 0, 0, 0]), (-8, 7, [0, 0, 0, 0]), (0, 127, [0, 127, 64, 3]), (-2, 1, [0, 0, 0, 0])]
    ):
        rows = [_inputs(s, z, qmin, qmax, generator) for s, z in zip(scales, zero_points)]
        x = torch.stack(rows).requires_grad_()
        dy = torch.randn(x.shape, generator=generator)
        scale, zero_point = torch.tensor(scales), torch.tensor(zero_points, dtype=torch.int32)
        y = torch.fake_quantize_per_channel_affine(x, scale, zero_point, 0, qmin, qmax)
        y.backward(dy)
        for c in range(len(scales)):
            expected, mask = formula(x.detach().numpy()[c], scales[c], zero_points[c], qmin, qmax)
            assert np.array_equal(y.detach().numpy()[c], expected), "the per-channel formula does not hold"
            assert np.array_equal(x.grad.numpy()[c], np.where(mask, dy.numpy()[c], 0)), "per-channel mask"
        channel_cases.append({"scales": scale.tolist(), "zero_points": zero_points, "qmin": qmin, "qmax": qmax})
        for name, data in (("x", x), ("dy", dy), ("y", y), ("dx", x.grad)):
            fixture.array(f"channel.{index}.{name}", data)

    quantize_cases = []
    for index, (scale, zero_point) in enumerate([(1.0, 0), (1.0, 1), (0.0123, 37), (0.25, 63)]):
        scale = float(np.float32(scale))
        x = _inputs(scale, zero_point, 0, 127, generator)
        codes = torch.quantize_per_tensor(x, scale, zero_point, torch.quint8).int_repr()
        quantize_cases.append({"scale": scale, "zero_point": zero_point})
        fixture.array(f"quantize.{index}.x", x)
        fixture.array(f"quantize.{index}.codes", codes)
    fixture.values = {
        "arrays": "tensor.<i>.{x,dy,y,dx}: float32 [n]; channel.<i>.{x,dy,y,dx}: float32 [4][n], axis 0 is the channel",
        "rounding": "per tensor and per channel alike: zero_point + RNE(x * (1/scale)); exact ties are among the inputs",
        "quantize": "torch.quantize_per_tensor adds first: RNE(x * (1/scale) + zero_point), clamped to 0..255; "
        "it differs from fake-quant at exact ties with an odd zero point and where the sum rounds",
        "tensor": tensor_cases,
        "channel": channel_cases,
        "quantize_cases": quantize_cases,
    }
    return fixture

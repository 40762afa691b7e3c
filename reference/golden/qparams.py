"""Topic qparams: the one table of rules and ranges that every backend is tested on, and what PyTorch makes of each row.

The table itself is here; tests/qparam-table.ts reads it. Rows over which PyTorch has no finite scale are part of it.
"""

import math

import numpy as np
import torch
from torch.ao.quantization import MinMaxObserver, PerChannelMinMaxObserver

from .fakequant import formula
from .fixture import Fixture
from .observers import AFFINE, PER_CHANNEL, PER_TENSOR, QINT8_RANGES, QUINT8_RANGES, SYMMETRIC

EPS = torch.finfo(torch.float32).eps
LARGEST = float(np.finfo(np.float32).max)
INF, NAN = math.inf, math.nan
#: Ranges by name; an observer that has seen nothing holds the last.
RANGES = {
    "centred": (-1.0, 1.0),
    "two-sided": (-0.7, 1.3),
    "two-sided, nearly all negative": (-3.0, 0.01),
    "two-sided, a tie": (-2.5, 12.5),
    "positive": (0.5, 3.0),
    "positive from 0": (0.0, 6.0),
    "negative": (-3.0, -0.5),
    "negative to 0": (-6.0, 0.0),
    "constant 0": (0.0, 0.0),
    "constant -0": (-0.0, -0.0),
    "constant 2": (2.0, 2.0),
    "constant -2": (-2.0, -2.0),
    "subnormal": (-(2.0**-149), 2.0**-149),
    "tiny": (-1e-38, 1e-38),
    "tiny, positive": (0.0, 1e-38),
    "tiny, negative": (-1e-38, 0.0),
    "eps": (-EPS, EPS),
    "a scale next to eps": (-100 * EPS, 155 * EPS),
    "a scale next to eps, positive": (0.0, 7.5 * EPS),
    "huge": (-1e38, 1e38),
    "huge, positive": (0.0, 1e38),
    "huge, negative": (-1e38, 0.0),
    "largest, positive": (0.0, 3e38),
    "largest: the width overflows": (-3e38, 3e38),
    "infinite above": (-1.0, INF),
    "infinite above, from 0": (0.0, INF),
    "infinite below": (-INF, 1.0),
    "infinite below, to 0": (-INF, 0.0),
    "infinite": (-INF, INF),
    "constant infinity": (INF, INF),
    "constant -infinity": (-INF, -INF),
    "NaN": (NAN, NAN),
    "NaN below": (NAN, 1.0),
    "NaN above": (-1.0, NAN),
    "never observed": (INF, -INF),
}
#: Values to quantize over a range: these multiples of its scale, then its two ends. The largest pass every last code.
MULTIPLES = [0.0, 1.0, -1.0, 0.5, -0.5, 1.5, -1.5, 2.49, -2.51, 300.0, -300.0]


def _code_ranges() -> list[tuple[torch.dtype, int, int]]:
    """Unsigned and signed codes of 2 to 8 bits, signed ones narrow too. A reduced range is that of one bit less."""
    narrow = [(qmin + 1, qmax) for qmin, qmax in QINT8_RANGES]
    unsigned = [(torch.quint8, *span) for span in QUINT8_RANGES]
    return unsigned + [(torch.qint8, *span) for span in QINT8_RANGES + narrow]


def _qparams(dtype, qmin: int, qmax: int, scheme: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Scale and zero point of every range, per tensor; per channel they are the same where PyTorch has an answer."""
    options = {"dtype": dtype, "quant_min": qmin, "quant_max": qmax}
    low, high = torch.tensor(list(RANGES.values()), dtype=torch.float32).T
    scales, zero_points = [], []
    for lo, hi in zip(low, high):
        observer = MinMaxObserver(qscheme=PER_TENSOR[scheme], **options)
        observer.min_val, observer.max_val = lo, hi
        scale, zero_point = observer.calculate_qparams()
        scales.append(scale.reshape(()))
        zero_points.append(zero_point.reshape(()).to(torch.int32))
    scale, zero_point = torch.stack(scales), torch.stack(zero_points)
    observer = PerChannelMinMaxObserver(qscheme=PER_CHANNEL[scheme], **options)
    observed = ~(low > high)
    observer.min_val, observer.max_val = low[observed], high[observed]
    channel_scale, channel_zero_point = observer.calculate_qparams()
    assert torch.equal(channel_scale.nan_to_num(-1), scale[observed].nan_to_num(-1)), "per channel has another scale"
    finite = channel_scale.isfinite()
    assert torch.equal(channel_zero_point[finite], zero_point[observed][finite]), "per channel has another zero point"
    return scale, zero_point


def _values(scale: np.float32, low: float, high: float) -> np.ndarray:
    """What tests/qparam-table.ts quantizes, float32."""
    with np.errstate(over="ignore"):
        multiples = np.asarray(MULTIPLES, np.float32) * scale
    return np.concatenate([np.clip(multiples, -LARGEST, LARGEST), np.asarray([low, high])]).astype(np.float32)


def _codes(scale: torch.Tensor, zero_point: torch.Tensor, qmin: int, qmax: int) -> np.ndarray:
    """Codes before clamping [range][value], proved on PyTorch's fake-quant; 0 where it has no finite scale."""
    codes = np.zeros((len(RANGES), len(MULTIPLES) + 2), np.int32)
    usable = [i for i, (low, high) in enumerate(RANGES.values()) if low <= high and math.isfinite(scale[i])]
    rows = np.stack([_values(scale[i].numpy(), *list(RANGES.values())[i]) for i in usable])
    per_channel = torch.fake_quantize_per_channel_affine(
        torch.from_numpy(rows), scale[usable], zero_point[usable], 0, qmin, qmax
    ).numpy()
    for x, i, of_channel in zip(rows, usable, per_channel):
        leaf = torch.from_numpy(x).requires_grad_()
        y = torch.fake_quantize_per_tensor_affine(leaf, scale[i], zero_point[i], qmin, qmax)
        y.backward(torch.ones_like(y))
        with np.errstate(over="ignore"):
            expected, inside = formula(x, scale[i].numpy(), zero_point[i].item(), qmin, qmax)
        assert np.array_equal(y.detach().numpy(), expected), "the per-tensor formula does not hold"
        assert np.array_equal(of_channel, expected), "the per-channel formula does not hold"
        assert np.array_equal(leaf.grad.numpy(), inside), "the gradient mask does not hold"
        codes[i] = zero_point[i].item() + np.rint(x * (np.float32(1) / scale[i].numpy()))
    return codes


def qparams() -> Fixture:
    fixture = Fixture("qparams")
    rules = [
        {"scheme": scheme, "qmin": qmin, "qmax": qmax, "dtype": dtype}
        for scheme in (AFFINE, SYMMETRIC)
        for dtype, qmin, qmax in _code_ranges()
    ]
    results = []
    for rule in rules:
        scale, zero_point = _qparams(**rule)
        finite = scale.isfinite()
        results.append((scale, zero_point.where(finite, 0), _codes(scale, zero_point, rule["qmin"], rule["qmax"])))
    for name, columns in zip(("scale", "zero_point", "codes"), zip(*results)):
        fixture.array(name, np.stack(columns))
    end = lambda v: np.float32(v).item() if math.isfinite(v) else {INF: "Infinity", -INF: "-Infinity"}.get(v, "NaN")
    fixture.values = {
        "arrays": "scale float32, zero_point int32 [rule][range]; codes int32 [rule][range][value], before clamping",
        "without_answer": "PyTorch raises no error for a range that is not finite: the scale is inf or NaN, the zero "
        "point (0 here) and the codes of such rows mean nothing; 'never observed' gets scale 1 and a warning",
        "rules": [rule | {"dtype": str(rule["dtype"]).removeprefix("torch."), "eps": EPS} for rule in rules],
        "ranges": [{"name": name, "min": end(low), "max": end(high)} for name, (low, high) in RANGES.items()],
        "multiples": MULTIPLES,
    }
    return fixture

"""Topics observers, histogram, fused_observer: ranges to scale and zero point, as the pinned PyTorch computes them."""

import torch
from torch.ao.quantization import (
    FusedMovingAvgObsFakeQuantize,
    HistogramObserver,
    MinMaxObserver,
    MovingAverageMinMaxObserver,
    MovingAveragePerChannelMinMaxObserver,
    PerChannelMinMaxObserver,
)

from .fixture import Fixture

AFFINE, SYMMETRIC = "affine", "symmetric"
PER_TENSOR = {AFFINE: torch.per_tensor_affine, SYMMETRIC: torch.per_tensor_symmetric}
PER_CHANNEL = {AFFINE: torch.per_channel_affine, SYMMETRIC: torch.per_channel_symmetric}
QUINT8_RANGES = [(0, 2**bits - 1) for bits in range(2, 9)]
QINT8_RANGES = [(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in range(2, 9)]


def _data() -> dict[str, list[torch.Tensor]]:
    """Named sequences of batches, each batch 4 channels x 12 values."""
    generator = torch.Generator().manual_seed(1)
    randn = lambda: torch.randn(4, 12, generator=generator)
    spread = torch.tensor([[1.0], [1e-3], [30.0], [0.1]])
    return {
        "constant 0": [torch.zeros(4, 12)],
        "constant 2": [torch.full((4, 12), 2.0)],
        "constant -2": [torch.full((4, 12), -2.0)],
        "positive": [randn().abs() + 0.1],
        "negative": [-randn().abs() - 0.1],
        "tiny": [randn() * 1e-9],
        "huge": [randn() * 1e30],
        "centred": [randn()],
        "shifted": [randn() + 5],
        "several batches": [randn() * spread * k for k in (1.0, 3.0, 0.5, 0.01)],
        "from zero": [torch.zeros(4, 12), randn(), torch.zeros(4, 12)],
    }


def observers() -> Fixture:
    """MinMax and MovingAverage observers, per tensor and per channel (axis 0), every range of 2 to 8 bits."""
    fixture = Fixture("observers")
    data = _data()
    for name, batches in data.items():
        fixture.array(f"input.{name}", torch.stack(batches))
    cases = []

    def run(cls, label, name, dtype, quant_range, scheme, schemes, averaging_constant=None, **more):
        extra = more if averaging_constant is None else more | {"averaging_constant": averaging_constant}
        qmin, qmax = quant_range or (None, None)
        observer = cls(dtype=dtype, qscheme=schemes[scheme], quant_min=qmin, quant_max=qmax, **extra)
        for batch in data[name]:
            observer(batch)
        scale, zero_point = observer.calculate_qparams()
        cases.append(
            {
                "observer": label,
                "input": name,
                "dtype": str(dtype).removeprefix("torch."),
                "scheme": scheme,
                "qmin": observer.quant_min,
                "qmax": observer.quant_max,
                "averaging_constant": averaging_constant,
                "eps": observer.eps.item(),
                "min": observer.min_val.reshape(-1).tolist(),
                "max": observer.max_val.reshape(-1).tolist(),
                "scale": scale.tolist(),
                "zero_point": zero_point.tolist(),
            }
        )

    # Every input at the product's ranges; every width on two inputs.
    plans = [(name, (0, 127), (-128, 127)) for name in data]
    plans += [
        (name, unsigned, signed)
        for name in ("shifted", "several batches")
        for unsigned, signed in zip(QUINT8_RANGES, QINT8_RANGES)
    ]
    for name, unsigned, signed in plans:
        for scheme in (AFFINE, SYMMETRIC):
            for dtype, span in ((torch.quint8, unsigned), (torch.qint8, signed)):
                run(MinMaxObserver, "MinMaxObserver", name, dtype, span, scheme, PER_TENSOR)
                run(
                    MovingAverageMinMaxObserver, "MovingAverageMinMaxObserver", name, dtype, span, scheme,
                    PER_TENSOR, 0.01,
                )
            run(PerChannelMinMaxObserver, "PerChannelMinMaxObserver", name, torch.qint8, signed, scheme, PER_CHANNEL)
            for constant in (0.01, 1.0):
                run(
                    MovingAveragePerChannelMinMaxObserver, "MovingAveragePerChannelMinMaxObserver", name,
                    torch.qint8, signed, scheme, PER_CHANNEL, constant,
                )
    # Narrow ranges, the codes that reduce_range leaves of those of a dtype, another eps.
    for name in data:
        for scheme in (AFFINE, SYMMETRIC):
            for span in ((-127, 127), (-7, 7), (-1, 1)):
                run(MinMaxObserver, "MinMaxObserver", name, torch.qint8, span, scheme, PER_TENSOR)
                run(PerChannelMinMaxObserver, "PerChannelMinMaxObserver", name, torch.qint8, span, scheme, PER_CHANNEL)
            # PyTorch refuses to reduce quint8's symmetric codes.
            for dtype in (torch.quint8, torch.qint8) if scheme == AFFINE else (torch.qint8,):
                run(MinMaxObserver, "MinMaxObserver", name, dtype, None, scheme, PER_TENSOR, reduce_range=True)
            eps = {"eps": 2**-12}
            run(MinMaxObserver, "MinMaxObserver", name, torch.qint8, (-127, 127), scheme, PER_TENSOR, **eps)
    fixture.values = {
        "input": "array input.<name>: float32 [batch][channel][12]; per tensor observers see each batch whole",
        "cases": cases,
    }
    return fixture


def histogram() -> Fixture:
    """HistogramObserver of the pinned version, the histogram after every batch included."""
    fixture = Fixture("histogram")
    generator = torch.Generator().manual_seed(2)
    randn = lambda n: torch.randn(n, generator=generator)
    sequences = {
        "one batch": [randn(4000)],
        "one-sided": [randn(4000).relu()],
        "outliers": [torch.cat([randn(3000), torch.tensor([40.0, -25.0])])],
        "growing": [randn(1500) * k for k in (0.5, 1.0, 4.0)],
        "shrinking": [randn(1500) * k for k in (4.0, 1.0, 0.5)],
        "shifting": [randn(1500).relu() + k for k in (0.0, 2.0, -3.0)],
        "constant first": [torch.full((64,), 1.5), randn(1500)],
        "constant 0": [torch.zeros(64)],
        "constant 2": [torch.full((64,), 2.0)],
    }
    cases = []
    for name, batches in sequences.items():
        for dtype, scheme, quant_min, quant_max in (
            (torch.quint8, AFFINE, 0, 127),
            (torch.quint8, AFFINE, 0, 255),
            (torch.qint8, SYMMETRIC, -128, 127),
            (torch.qint8, SYMMETRIC, -127, 127),
            (torch.qint8, AFFINE, -128, 127),
        ):
            observer = HistogramObserver(
                dtype=dtype, qscheme=PER_TENSOR[scheme], quant_min=quant_min, quant_max=quant_max
            )
            trail = []
            for batch in batches:
                observer(batch)
                trail.append(observer.histogram.clone())
            scale, zero_point = observer.calculate_qparams()
            new_min, new_max = observer._non_linear_param_search()
            cases.append(
                {
                    "input": name,
                    "batches": [len(b) for b in batches],
                    "scheme": scheme,
                    "qmin": quant_min,
                    "qmax": quant_max,
                    "bins": observer.bins,
                    "dst_nbins": observer.dst_nbins,
                    "upsample_rate": observer.upsample_rate,
                    "min": observer.min_val.item(),
                    "max": observer.max_val.item(),
                    "new_min": new_min.item(),
                    "new_max": new_max.item(),
                    "scale": scale.item(),
                    "zero_point": zero_point.item(),
                }
            )
        fixture.array(f"input.{name}", torch.cat(batches))
        fixture.array(f"histogram.{name}", torch.stack(trail))
    fixture.values = {
        "input": "array input.<name>: float32, the batches joined; lengths in `batches`",
        "histogram": "array histogram.<name>: float32 [batch][bin], after each batch",
        "cases": cases,
    }
    return fixture


def fused_observer() -> Fixture:
    """The fused observe-and-fake-quant kernel, whose qparams follow another rule than the observers'."""
    fixture = Fixture("fused_observer")
    data = _data()
    for name, batches in data.items():
        fixture.array(f"input.{name}", torch.stack(batches))
    cases = []
    plans = [
        ("per_tensor", AFFINE, torch.quint8, 0, 127, MovingAverageMinMaxObserver, PER_TENSOR),
        ("per_tensor", SYMMETRIC, torch.qint8, -128, 127, MovingAverageMinMaxObserver, PER_TENSOR),
        ("per_channel", SYMMETRIC, torch.qint8, -128, 127, MovingAveragePerChannelMinMaxObserver, PER_CHANNEL),
        ("per_channel", SYMMETRIC, torch.qint8, -8, 7, MovingAveragePerChannelMinMaxObserver, PER_CHANNEL),
    ]
    for name, batches in data.items():
        for granularity, scheme, dtype, qmin, qmax, observer, schemes in plans:
            module = FusedMovingAvgObsFakeQuantize(
                observer=observer, quant_min=qmin, quant_max=qmax, dtype=dtype, qscheme=schemes[scheme]
            )
            for batch in batches:
                module(batch)
            own_scale, own_zero_point = module.calculate_qparams()
            cases.append(
                {
                    "input": name,
                    "granularity": granularity,
                    "scheme": scheme,
                    "qmin": qmin,
                    "qmax": qmax,
                    "averaging_constant": 0.01,
                    "min": module.activation_post_process.min_val.reshape(-1).tolist(),
                    "max": module.activation_post_process.max_val.reshape(-1).tolist(),
                    "scale": module.scale.tolist(),
                    "zero_point": module.zero_point.tolist(),
                    "observer_scale": own_scale.tolist(),
                    "observer_zero_point": own_zero_point.tolist(),
                }
            )
    fixture.values = {
        "input": "array input.<name>: float32 [batch][channel][12]",
        "scale": "what the fused kernel trains with; observer_scale is what convert uses",
        "cases": cases,
    }
    return fixture

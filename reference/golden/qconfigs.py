"""The product's qconfigs in PyTorch's terms."""

import torch
from torch.ao.quantization._learnable_fake_quantize import _LearnableFakeQuantize
from torch.ao.quantization import (
    FakeQuantize,
    FusedMovingAvgObsFakeQuantize,
    HistogramObserver,
    MinMaxObserver,
    MovingAverageMinMaxObserver,
    MovingAveragePerChannelMinMaxObserver,
    PerChannelMinMaxObserver,
    QConfig,
)

PER_CHANNEL = "per_channel_symmetric"


def _weight(of_channels, of_tensor, scheme: str, weight_min: int, weight_max: int) -> dict:
    """The observer of a torch.qscheme, one of two, and what it is made with."""
    per_channel = scheme.startswith("per_channel")
    codes = {"quant_min": weight_min, "quant_max": weight_max, "dtype": torch.qint8, "qscheme": getattr(torch, scheme)}
    return {"observer": of_channels if per_channel else of_tensor} | codes | ({"ch_axis": 0} if per_channel else {})


def _moving(*codes) -> dict:
    return _weight(MovingAveragePerChannelMinMaxObserver, MovingAverageMinMaxObserver, *codes)


def qat(activation_max: int = 127, weight_min: int = -128, weight_max: int = 127, scheme: str = PER_CHANNEL) -> QConfig:
    """get_default_qat_qconfig("fbgemm") with the observers' qparam rule in training too.

    Weights are observed anew at every step (averaging constant 1). An activation_max above 255 is for training only.
    """
    dtype = torch.quint8 if activation_max < 256 else torch.qint32
    return QConfig(
        activation=FakeQuantize.with_args(
            observer=MovingAverageMinMaxObserver, quant_min=0, quant_max=activation_max, dtype=dtype
        ),
        weight=FakeQuantize.with_args(averaging_constant=1.0, **_moving(scheme, weight_min, weight_max)),
    )


def fused(activation_max: int, weight_min: int, weight_max: int, scheme: str = PER_CHANNEL) -> QConfig:
    """The same, weights by the kernel that get_default_qat_qconfig has: another rule, over ranges that lag behind."""
    weight = FusedMovingAvgObsFakeQuantize.with_args(**_moving(scheme, weight_min, weight_max))
    return QConfig(activation=qat(activation_max).activation, weight=weight)


def learnable(activation_max: int, weight_min: int, weight_max: int, scheme: str = PER_CHANNEL) -> QConfig:
    """Scales and zero points are parameters; per channel a weight's scale has to be given its length by the caller."""
    return QConfig(
        activation=_LearnableFakeQuantize.with_args(
            observer=MovingAverageMinMaxObserver, quant_min=0, quant_max=activation_max, dtype=torch.quint8
        ),
        weight=_LearnableFakeQuantize.with_args(**_moving(scheme, weight_min, weight_max)),
    )


def ptq(observer: str, activation_max: int = 127, weight_bits: int = 8, scheme: str = PER_CHANNEL) -> QConfig:
    """Observe only. 'histogram' is get_default_qconfig("fbgemm"), the article's."""
    reach = 2 ** (weight_bits - 1)
    kinds = {"minmax": MinMaxObserver, "moving_average": MovingAverageMinMaxObserver, "histogram": HistogramObserver}
    weight = _weight(PerChannelMinMaxObserver, MinMaxObserver, scheme, -reach, reach - 1)
    return QConfig(
        activation=kinds[observer].with_args(quant_min=0, quant_max=activation_max, dtype=torch.quint8),
        weight=weight.pop("observer").with_args(**weight),
    )

"""The product's qconfigs in PyTorch's terms."""

import torch
from torch.ao.quantization import (
    FakeQuantize,
    HistogramObserver,
    MinMaxObserver,
    MovingAverageMinMaxObserver,
    MovingAveragePerChannelMinMaxObserver,
    PerChannelMinMaxObserver,
    QConfig,
)


def _weight_args(bits: int) -> dict:
    return {
        "quant_min": -(2 ** (bits - 1)),
        "quant_max": 2 ** (bits - 1) - 1,
        "dtype": torch.qint8,
        "qscheme": torch.per_channel_symmetric,
        "ch_axis": 0,
    }


def qat(activation_max: int = 127, weight_bits: int = 8, weight_averaging: float = 1.0) -> QConfig:
    """get_default_qat_qconfig("fbgemm") with the observers' qparam rule in training too.

    Weights are observed anew at every step (averaging constant 1).
    """
    return QConfig(
        activation=FakeQuantize.with_args(
            observer=MovingAverageMinMaxObserver, quant_min=0, quant_max=activation_max, dtype=torch.quint8
        ),
        weight=FakeQuantize.with_args(
            observer=MovingAveragePerChannelMinMaxObserver,
            averaging_constant=weight_averaging,
            **_weight_args(weight_bits),
        ),
    )


def ptq(observer: str, activation_max: int = 127) -> QConfig:
    """Observe only. 'histogram' is get_default_qconfig("fbgemm"), the article's."""
    kinds = {"minmax": MinMaxObserver, "moving_average": MovingAverageMinMaxObserver, "histogram": HistogramObserver}
    return QConfig(
        activation=kinds[observer].with_args(quant_min=0, quant_max=activation_max, dtype=torch.quint8),
        weight=PerChannelMinMaxObserver.with_args(**_weight_args(8)),
    )

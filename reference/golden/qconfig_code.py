"""Topic qconfig_code: the code that the page shows of a qconfig, evaluated; and what PyTorch has by default by backend.

The texts are those of src/quant/pytorch-code.ts, word for word.
"""

import torch
from torch.ao import quantization
from torch.ao.quantization import get_default_qat_qconfig, get_default_qconfig
from torch.ao.quantization._learnable_fake_quantize import _LearnableFakeQuantize

from .fixture import Fixture

FBGEMM_QAT = """QConfig(
    activation=FakeQuantize.with_args(observer=MovingAverageMinMaxObserver, averaging_constant=0.01, quant_min=0, quant_max=127, dtype=torch.quint8, qscheme=torch.per_tensor_affine),
    weight=FakeQuantize.with_args(observer=MovingAveragePerChannelMinMaxObserver, averaging_constant=1, quant_min=-128, quant_max=127, dtype=torch.qint8, qscheme=torch.per_channel_symmetric, ch_axis=0),
)"""
FUSED_QAT = FBGEMM_QAT.replace("weight=FakeQuantize", "weight=FusedMovingAvgObsFakeQuantize").replace(
    "averaging_constant=1,", "averaging_constant=0.01,"
)
QNNPACK_QAT = """QConfig(
    activation=FakeQuantize.with_args(observer=MovingAverageMinMaxObserver, averaging_constant=0.01, quant_min=0, quant_max=255, dtype=torch.quint8, qscheme=torch.per_tensor_affine),
    weight=FakeQuantize.with_args(observer=MovingAverageMinMaxObserver, averaging_constant=1, quant_min=-128, quant_max=127, dtype=torch.qint8, qscheme=torch.per_tensor_symmetric),
)"""
FBGEMM = """QConfig(
    activation=HistogramObserver.with_args(quant_min=0, quant_max=127, dtype=torch.quint8, qscheme=torch.per_tensor_affine),
    weight=PerChannelMinMaxObserver.with_args(quant_min=-128, quant_max=127, dtype=torch.qint8, qscheme=torch.per_channel_symmetric, ch_axis=0),
)"""
QNNPACK = """QConfig(
    activation=HistogramObserver.with_args(quant_min=0, quant_max=255, dtype=torch.quint8, qscheme=torch.per_tensor_affine),
    weight=MinMaxObserver.with_args(quant_min=-128, quant_max=127, dtype=torch.qint8, qscheme=torch.per_tensor_symmetric),
)"""
MINMAX = """QConfig(
    activation=MinMaxObserver.with_args(quant_min=0, quant_max=255, dtype=torch.quint8, qscheme=torch.per_tensor_affine),
    weight=MinMaxObserver.with_args(quant_min=-128, quant_max=127, dtype=torch.qint8, qscheme=torch.per_tensor_symmetric),
)"""
LSQ = """QConfig(
    activation=_LearnableFakeQuantize.with_args(observer=MovingAverageMinMaxObserver, quant_min=0, quant_max=15, dtype=torch.quint8, qscheme=torch.per_tensor_affine),
    weight=_LearnableFakeQuantize.with_args(observer=MovingAveragePerChannelMinMaxObserver, quant_min=-1, quant_max=1, dtype=torch.qint8, qscheme=torch.per_channel_symmetric, ch_axis=0),
)"""
AFFINE = """QConfig(
    # with scales rounded up to powers of two, for which PyTorch has no observer
    activation=FakeQuantize.with_args(observer=MovingAverageMinMaxObserver, averaging_constant=0.01, quant_min=0, quant_max=127, dtype=torch.quint8, qscheme=torch.per_tensor_affine),
    weight=FakeQuantize.with_args(observer=MovingAveragePerChannelMinMaxObserver, averaging_constant=1, quant_min=-7, quant_max=7, dtype=torch.qint8, qscheme=torch.per_channel_affine, ch_axis=0),
)"""

PER_TENSOR = {"reduceRange": False, "weightScheme": "per_tensor_symmetric"}
#: The product's id of a qconfig, its options (QConfigOptions), the code; the backend whose default's codes these are.
CASES = [
    ("fbgemm_qat", {}, FBGEMM_QAT, "fbgemm"),
    ("fbgemm_qat", {}, FBGEMM_QAT, "x86"),
    ("fbgemm_qat", PER_TENSOR, QNNPACK_QAT, "qnnpack"),
    ("fbgemm_fused", {}, FUSED_QAT, None),
    ("fbgemm", {}, FBGEMM, "fbgemm"),
    ("fbgemm", {}, FBGEMM, "x86"),
    ("fbgemm", PER_TENSOR, QNNPACK, "qnnpack"),
    ("fbgemm", PER_TENSOR | {"ranges": "minmax"}, MINMAX, None),
    ("lsq", {"weightBits": 2, "activationBits": 4, "narrowRange": True}, LSQ, None),
    (
        "fbgemm_qat",
        {"weightBits": 4, "narrowRange": True, "powerOfTwo": True, "weightScheme": "per_channel_affine"},
        AFFINE,
        None,
    ),
]
NAMES = {**vars(quantization), "torch": torch, "_LearnableFakeQuantize": _LearnableFakeQuantize}


def _spec(made) -> dict:
    """What a module of a qconfig quantizes by."""
    module = made()
    observer = getattr(module, "activation_post_process", module)
    return {
        "module": type(module).__name__,
        "observer": type(observer).__name__,
        "qmin": observer.quant_min,
        "qmax": observer.quant_max,
        "qscheme": str(observer.qscheme).removeprefix("torch."),
        "dtype": str(observer.dtype).removeprefix("torch."),
        "averaging_constant": getattr(observer, "averaging_constant", None),
        "eps": observer.eps.item(),
    }


def _both(qconfig) -> dict:
    return {"activation": _spec(qconfig.activation), "weight": _spec(qconfig.weight)}


def qconfig_code() -> Fixture:
    fixture = Fixture("qconfig_code")
    cases = []
    for kind, options, code, backend in CASES:
        case = {"id": kind, "options": options, "code": code, "backend": backend, **_both(eval(code, dict(NAMES)))}
        if backend:
            default = (get_default_qat_qconfig if kind == "fbgemm_qat" else get_default_qconfig)(backend)
            case["default"] = _both(default)
        cases.append(case)
    fixture.values = {
        "default": "what get_default_qconfig(backend), or get_default_qat_qconfig, has: its fake-quants are fused ones",
        "cases": cases,
    }
    return fixture

"""Topic conv_bn: single ConvBn2d and ConvBnReLU2d QAT modules in each mode, with every gradient."""

import torch
from torch.ao.nn.intrinsic import qat as nniqat

from . import qconfigs
from .fixture import Fixture

SHAPES = [
    # cin, cout, kernel, stride, pad, batch, size
    (3, 8, 7, 2, 3, 2, 12),
    (8, 8, 3, 1, 1, 3, 5),
    (8, 12, 3, 2, 1, 2, 6),
    (12, 8, 1, 2, 0, 4, 4),
    (8, 8, 3, 1, 1, 8, 1),
]
MODES = ["train", "frozen", "eval"]


def _module(shape, relu: bool, generator):
    cin, cout, kernel, stride, pad, _, _ = shape
    cls = nniqat.ConvBnReLU2d if relu else nniqat.ConvBn2d
    module = cls(cin, cout, kernel, stride, pad, bias=False, qconfig=qconfigs.qat())
    rand = lambda n: torch.rand(n, generator=generator)
    with torch.no_grad():
        module.weight.copy_(torch.randn(module.weight.shape, generator=generator) * 0.2)
        module.bn.weight.copy_(rand(cout) + 0.5)
        module.bn.weight[0] *= -1
        module.bn.bias.copy_(rand(cout) - 0.5)
        module.bn.running_mean.copy_(rand(cout) - 0.5)
        module.bn.running_var.copy_(rand(cout) + 0.3)
    return module


def conv_bn() -> Fixture:
    fixture = Fixture("conv_bn")
    generator = torch.Generator().manual_seed(4)
    cases = []
    for shape in SHAPES:
        for relu in (False, True):
            for mode in MODES:
                module = _module(shape, relu, generator)
                cin, cout, kernel, stride, pad, batch, size = shape
                x = torch.randn(batch, cin, size, size, generator=generator).requires_grad_()
                index = len(cases)
                put = lambda name, data: fixture.array(f"{index}.{name}", data)
                put("x", x.permute(0, 2, 3, 1))
                put("weight", module.weight)
                for name in ("weight", "bias", "running_mean", "running_var"):
                    put(f"bn.{name}", getattr(module.bn, name).clone())
                if mode == "train":
                    module.train()
                elif mode == "frozen":
                    module.train()
                    module.freeze_bn_stats()
                else:
                    module.eval()
                y = module(x)
                dy = torch.randn(y.shape, generator=generator)
                y.backward(dy)
                put("y", y.permute(0, 2, 3, 1))
                put("dy", dy.permute(0, 2, 3, 1))
                put("dx", x.grad.permute(0, 2, 3, 1))
                put("grad.weight", module.weight.grad)
                put("grad.bn.weight", module.bn.weight.grad)
                put("grad.bn.bias", module.bn.bias.grad)
                put("after.running_mean", module.bn.running_mean)
                put("after.running_var", module.bn.running_var)
                observer = module.weight_fake_quant.activation_post_process
                put("weight_range", torch.stack([observer.min_val, observer.max_val]))
                cases.append(
                    {
                        "cin": cin, "cout": cout, "kernel": kernel, "stride": stride, "pad": pad,
                        "relu": relu, "mode": mode, "eps": module.bn.eps, "momentum": module.bn.momentum,
                    }
                )
    fixture.values = {
        "arrays": "<case>.<name>; activations NHWC, weight OIHW; weight_range [2][cout] of weight * gamma/sigma",
        "formula": "sigma = sqrt(running_var + eps) from before this step; y = BN(conv(x, FQ(weight * (gamma/sigma))) "
        "/ (gamma/sigma)); then ReLU. No activation fake-quant here.",
        "weight_quant": "FakeQuantize, MovingAveragePerChannelMinMaxObserver, averaging constant 1, symmetric -128..127",
        "cases": cases,
    }
    return fixture

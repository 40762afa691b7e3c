"""Topic reestimate: statistics of batch norms as plain averages over batches, of small.py's network.

FP32 by torch.optim.swa_utils.update_bn itself. Where weights are quantized, that would change the variance they are scaled
by from batch to batch (and begin with 1); here each batch meets the same network: momentum 1 leaves what it has alone, and
the average of these is taken. Observers keep what the first batch showed them.
"""

import torch
from torch import nn
from torch.ao.quantization import disable_observer
from torch.optim.swa_utils import update_bn

from . import small
from .fixture import Fixture

KINDS = ["fp32", "qat_8bit", "lsq_4bit"]


def _statistics(net: nn.Module) -> dict[str, torch.Tensor]:
    named = {small._name(name): buffer for name, buffer in net.named_buffers()}
    return {name: b for name, b in named.items() if name.endswith(("running_mean", "running_var"))}


def _run(seed: int, kind: str, double: bool) -> dict[str, torch.Tensor]:
    """`before.` the statistics, `range.` what was observed, and `after.` what is re-estimated of all batches but the first."""
    net = small._prepared(seed, kind, double)
    first, *batches = [x.double() if double else x for x, _ in small._batches(seed)]
    net(first)
    net.apply(disable_observer)
    results = {f"before.{name}": b.clone() for name, b in _statistics(net).items()}
    for path, module in net.named_modules():
        if isinstance(module, small.FakeQuantize):
            observer = module.activation_post_process
            key = path.removesuffix(".activation_post_process").replace("weight_fake_quant", "weight")
            results[f"range.{key}"] = torch.stack([observer.min_val, observer.max_val]).reshape(2, -1)
    if kind == "fp32":
        update_bn(batches, net)
        after = _statistics(net)
    else:
        kept = {name: b.clone() for name, b in net.named_buffers()}
        norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
        sums: dict[str, torch.Tensor] = {}
        for batch in batches:
            for norm in norms:
                norm.momentum = 1.0
            net(batch)
            for name, b in _statistics(net).items():
                sums[name] = sums.get(name, 0) + b.double()
            for name, b in net.named_buffers():
                b.copy_(kept[name])
        after = {name: total / len(batches) for name, total in sums.items()}
    return {name: t.clone() for name, t in results.items()} | {f"after.{name}": t.float() for name, t in after.items()}


def _self_difference(seed: int, kind: str) -> float:
    single, double = (_run(seed, kind, wide) for wide in (False, True))
    return max(((single[n].double() - d.double()).norm() / d.double().norm()).item() for n, d in double.items())


def reestimate() -> Fixture:
    fixture = Fixture("reestimate")
    seed = next(s for s in range(100) if all(_self_difference(s, kind) < small.APART for kind in KINDS))
    for kind in KINDS:
        for name, tensor in _run(seed, kind, False).items():
            fixture.array(f"{kind}.{name}", tensor)
        for key, fake_quant in small._learned(small._prepared(seed, kind, False)).items():
            fixture.array(f"{kind}.start.{key}.qparams", small._qparams(fake_quant, lambda p: p))
    for name, tensor in small._initial(seed).named_parameters():
        fixture.array(f"start.{name}", tensor)
    for index, (x, _) in enumerate(small._batches(seed)):
        if index > 0:
            fixture.array(f"batch.{index - 1}", x.permute(0, 2, 3, 1))
    fixture.values = {
        "arrays": "start.<parameter>; batch.<index> NHWC; <kind>.start.<node>.qparams [channels][scale, zero point]; "
        "<kind>.before.<statistic>; <kind>.range.<node> [2][channels]; <kind>.after.<statistic>",
        "batches": small.STEPS - 1,
        "kinds": {kind: small.codes(kind) | {"self_difference": _self_difference(seed, kind)} for kind in KINDS},
    }
    return fixture

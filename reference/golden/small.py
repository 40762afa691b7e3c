"""Topic small_step: training steps of a small network, whose every decision PyTorch makes alike in float32 and float64.

A seed is taken only if float32 and float64 give the same codes, masks and maxima: what they then differ by is rounding
alone, and is written beside the results, so that another implementation can be asked for as much. Not for the product's
network: training.py.
"""

from functools import partial

import torch
import torch.nn.functional as F
from torch import nn
from torch.ao.nn.intrinsic.qat import freeze_bn_stats
from torch.ao.nn.quantized import FloatFunctional
from torch.ao.quantization import DeQuantStub, FakeQuantize, QuantStub, disable_observer, fuse_modules_qat, prepare_qat

from . import qconfigs
from .fixture import Fixture

CLASSES, CHANNELS, SIZE, BATCH = 4, 6, 11, 5
SGD = {"lr": 0.05, "momentum": 0.9, "weight_decay": 1e-3}
#: Of the last step batch norm is frozen, and observers are.
STEPS = 4
#: Activations 0..127 and 0..15. Weights are narrow (-127..127, -7..7): otherwise a channel's extreme weight lies on a tie.
KINDS = {"fp32": None, "qat_8bit": (127, -127, 127), "qat_4bit": (15, -7, 7)}
#: Relative L2 by which rounding alone never differs, and a single other decision always does.
APART = 1e-4
WANTED_SEEDS = 3


class Small(nn.Module):
    """Every operation of the fused ResNet18, and a convolution with bias and without batch norm."""

    def __init__(self):
        super().__init__()
        conv = partial(nn.Conv2d, bias=False)
        self.quant, self.dequant, self.skip_add = QuantStub(), DeQuantStub(), FloatFunctional()
        self.stem, self.stem_bn, self.stem_relu = conv(3, CHANNELS, 5, 2, 2), nn.BatchNorm2d(CHANNELS), nn.ReLU()
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.a, self.a_bn, self.a_relu = conv(CHANNELS, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU()
        self.b, self.b_bn = conv(8, 8, 3, 1, 1), nn.BatchNorm2d(8)
        self.down, self.down_bn = conv(CHANNELS, 8, 1, 2, 0), nn.BatchNorm2d(8)
        self.relu = nn.ReLU()
        self.plain, self.plain_relu = nn.Conv2d(8, 7, 2, 1, 1, bias=True), nn.ReLU()
        self.average = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(7, CLASSES)

    def forward(self, x):
        x = self.pool(self.stem_relu(self.stem_bn(self.stem(self.quant(x)))))
        out = self.b_bn(self.b(self.a_relu(self.a_bn(self.a(x)))))
        x = self.relu(self.skip_add.add(out, self.down_bn(self.down(x))))
        return self.dequant(self.fc(self.average(self.plain_relu(self.plain(x))).flatten(1)))


FUSED = [["stem", "stem_bn", "stem_relu"], ["a", "a_bn", "a_relu"], ["b", "b_bn"], ["down", "down_bn"]]


def _initial(seed: int) -> Small:
    generator = torch.Generator().manual_seed(seed)
    net = Small()
    with torch.no_grad():
        for name, p in net.named_parameters():
            spread = 0.7 / p[0].numel() ** 0.5 if p.ndim > 1 else 0.2
            p.copy_(torch.randn(p.shape, generator=generator) * spread + (1 if name.endswith("bn.weight") else 0))
        for name, b in net.named_buffers():
            if name.endswith("running_mean"):
                b.copy_(torch.randn(b.shape, generator=generator) * 0.1)
            if name.endswith("running_var"):
                b.copy_(torch.rand(b.shape, generator=generator) * 0.5 + 0.3)
    return net


def _batches(seed: int):
    generator = torch.Generator().manual_seed(1000 + seed)
    for _ in range(STEPS):
        yield (
            torch.randn(BATCH, 3, SIZE, SIZE, generator=generator),
            torch.randint(CLASSES, (BATCH,), generator=generator),
        )


def _name(fused: str) -> str:
    """stem.0.weight or stem.bn.weight, as fusion names them, to stem.weight and stem_bn.weight."""
    path, *rest, leaf = fused.split(".")
    return f"{path}_bn.{leaf}" if "bn" in rest else f"{path}.{leaf}"


def _prepared(seed: int, kind: str, double: bool) -> nn.Module:
    net = _initial(seed).train()
    if KINDS[kind]:
        activation_max, weight_min, weight_max = KINDS[kind]
        fuse_modules_qat(net, FUSED + [["plain", "plain_relu"]], inplace=True)
        net.qconfig = qconfigs.qat(activation_max=activation_max, weight_min=weight_min, weight_max=weight_max)
        prepare_qat(net, inplace=True)
    if not double:
        return net
    net = net.double()
    for module in net.modules():
        if isinstance(module, FakeQuantize):
            module.float()
    return net


def _freeze(net: nn.Module) -> None:
    net.apply(freeze_bn_stats).apply(disable_observer)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


def _run(seed: int, kind: str, double: bool) -> dict[str, torch.Tensor]:
    """Losses, gradients of the first and the last step, and all state after it, by the fixture's names."""
    net = _prepared(seed, kind, double)
    optimizer = torch.optim.SGD(net.parameters(), **SGD)
    named = {_name(n): p for n, p in net.named_parameters()}
    results = {}
    for step, (x, y) in enumerate(_batches(seed)):
        if step == STEPS - 1:
            _freeze(net)
        loss = F.cross_entropy(net(x.double() if double else x), y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        results[f"{step}.loss"] = loss.detach().reshape(1)
        for name, p in named.items() if step in (0, STEPS - 1) else ():
            results[f"{step}.gradient.{name}"] = p.grad.clone()
        optimizer.step()
    for name, p in named.items():
        results[f"after.{name}"] = p.detach()
        results[f"momentum.{name}"] = optimizer.state[p]["momentum_buffer"]
    for name, buffer in net.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            results[f"after.{_name(name)}"] = buffer
    for path, module in net.named_modules():
        if isinstance(module, FakeQuantize):
            observer = module.activation_post_process
            key = path.removesuffix(".activation_post_process").replace("weight_fake_quant", "weight")
            results[f"range.{key}"] = torch.stack([observer.min_val, observer.max_val]).reshape(2, -1)
    return {name: tensor.clone() for name, tensor in results.items()}


def _self_difference(seed: int, kind: str) -> float:
    """The largest relative L2 of anything in float32 against float64."""
    single, double = (_run(seed, kind, wide) for wide in (False, True))
    return max(((single[n].double() - d.double()).norm() / d.double().norm()).item() for n, d in double.items())


def _seeds() -> list[int]:
    found, seed = [], 0
    while len(found) < WANTED_SEEDS:
        found += [seed] if all(_self_difference(seed, kind) < APART for kind in KINDS) else []
        seed += 1
    return found


def small_step() -> Fixture:
    fixture = Fixture("small_step")
    cases = []
    for seed in _seeds():
        for kind in KINDS:
            index = len(cases)
            for name, tensor in _run(seed, kind, False).items():
                fixture.array(f"{index}.{name}", tensor)
            cases.append({"seed": seed, "kind": kind, "codes": KINDS[kind], "self_difference": _self_difference(seed, kind)})
        net = _initial(seed)
        for name, tensor in [*net.named_parameters(), *net.named_buffers()]:
            if not name.endswith("num_batches_tracked"):
                fixture.array(f"start.{seed}.{name}", tensor)
        for step, (x, y) in enumerate(_batches(seed)):
            fixture.array(f"batch.{seed}.{step}.x", x.permute(0, 2, 3, 1))
            fixture.array(f"batch.{seed}.{step}.y", y.to(torch.uint8))
    fixture.values = {
        "arrays": "start.<seed>.<parameter or statistic>; batch.<seed>.<step>.{x NHWC,y}; <case>.<step>.loss; "
        "<case>.<step>.gradient.<parameter>; <case>.after.<parameter or statistic>, <case>.momentum.<parameter> and "
        "<case>.range.<node> [2][channels] after the last step",
        "steps": STEPS,
        "last_step": "batch norm and observers frozen",
        "sgd": SGD,
        "self_difference": "largest relative L2 of float32 against float64, which make the same decisions with these seeds",
        "cases": cases,
    }
    return fixture

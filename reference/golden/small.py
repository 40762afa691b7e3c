"""Topic small_step: training steps of a small network, whose every decision PyTorch makes alike in float32 and float64.

A seed is taken only if float32 and float64 give the same codes, masks and maxima: what they then differ by is rounding
alone, and is written beside the results, so that another implementation can be asked for as much. Not for the product's
network: training.py.
"""

from copy import deepcopy
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn
from torch.ao.nn.intrinsic.qat import freeze_bn_stats
from torch.ao.nn.quantized import FloatFunctional
from torch.ao.quantization._learnable_fake_quantize import _LearnableFakeQuantize
from torch.ao.quantization import (
    DeQuantStub,
    FakeQuantize,
    FusedMovingAvgObsFakeQuantize,
    QuantStub,
    disable_observer,
    fuse_modules_qat,
    prepare_qat,
)

from . import qconfigs
from .fixture import Fixture

CLASSES, CHANNELS, SIZE, BATCH = 4, 6, 11, 5
SGD = {"lr": 0.05, "momentum": 0.9, "weight_decay": 1e-3}
#: Of the last step batch norm is frozen, and observers are.
STEPS = 4
#: The largest code of activations, those of weights, torch.qscheme of weights. Symmetric ones are narrow (-127..127, -7..7)
#: where they are observed: otherwise an extreme weight lies on a tie.
KINDS = {
    "fp32": None,
    "qat_8bit": (127, -127, 127, "per_channel_symmetric"),
    "qat_4bit": (15, -7, 7, "per_channel_symmetric"),
    "lsq_4bit": (15, -8, 7, "per_channel_symmetric"),
    "distilled": None,
    "qat_fused": (15, -8, 7, "per_channel_symmetric"),
    "qat_unfused": (127, -127, 127, "per_channel_symmetric"),
    "qat_tensor": (255, -7, 7, "per_tensor_symmetric"),
    "qat_affine": (15, -8, 7, "per_channel_affine"),
    "lsq_tensor": (15, -8, 7, "per_tensor_symmetric"),
}
#: Scales and zero points are learned (LSQ).
LEARNED = ("lsq_4bit", "lsq_tensor")
#: Weights by PyTorch's fused observe-and-fake-quant kernel.
BY_FUSED_KERNEL = ("qat_fused",)
#: Convolutions, batch norms and ReLUs are modules of their own.
UNFUSED = ("qat_unfused",)
#: FP32 that learns from what the network answered before training, too: this share of the target.
DISTILLED, SHARE = "distilled", 0.4
#: Relative L2 by which rounding alone does not differ, where no learned scale's gradient nearly cancels, and a single other
#: decision always does.
APART = 3e-5
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


#: Values of one image at each output that is quantized.
FEATURES = {"quant": 363, "stem": 216, "a": 32, "b": 32, "down": 32, "skip_add": 32, "plain": 63, "fc": 4}
FUSED = [["stem", "stem_bn", "stem_relu"], ["a", "a_bn", "a_relu"], ["b", "b_bn"], ["down", "down_bn"]]


def codes(kind: str) -> dict:
    """What a fixture says of a kind."""
    *ends, scheme = KINDS[kind] or [None]
    return {"codes": ends or None, "weight_scheme": scheme}


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


def _qconfig(kind: str):
    if kind in BY_FUSED_KERNEL:
        return qconfigs.fused
    return qconfigs.learnable if kind in LEARNED else qconfigs.qat


def _prepared(seed: int, kind: str, double: bool) -> nn.Module:
    net = _initial(seed).train()
    if KINDS[kind]:
        if kind not in UNFUSED:
            fuse_modules_qat(net, FUSED + [["plain", "plain_relu"]], inplace=True)
        net.qconfig = _qconfig(kind)(*KINDS[kind])
        prepare_qat(net, inplace=True)
    if kind in LEARNED:
        _begin_learning(net)
    if not double:
        return net
    net = net.double()
    for module in net.modules():
        if isinstance(module, FakeQuantize):
            module.float()
        if isinstance(module, FusedMovingAvgObsFakeQuantize):
            module.forward = partial(_in_single, module)
        if isinstance(module, _LearnableFakeQuantize):
            module.forward = partial(_learnable_in_double, module)
    return net


def _in_single(module: FusedMovingAvgObsFakeQuantize, x: torch.Tensor) -> torch.Tensor:
    """Its kernel knows float32 alone."""
    return type(module).forward(module, x.float()).double()


def _learnable_in_double(module: _LearnableFakeQuantize, x: torch.Tensor) -> torch.Tensor:
    """What its kernel, which knows float32 alone, computes: values, and straight-through gradients to all three."""
    with torch.no_grad():
        module.scale.clamp_(min=module.eps.item())
        if module.qscheme in (torch.per_channel_symmetric, torch.per_tensor_symmetric):
            module.zero_point.zero_()
    shape = [-1] + [1] * (x.ndim - 1) if module.ch_axis == 0 else [1] * x.ndim
    scale, zero = module.scale.view(shape), module.zero_point.view(shape)
    zero = zero + (zero.round().clamp(module.quant_min, module.quant_max) - zero).detach()
    steps = (x / scale).detach()
    code = (zero + steps.round()).detach()
    clipped = (code.clamp(module.quant_min, module.quant_max) - zero) * scale
    inside = (code >= module.quant_min) & (code <= module.quant_max)
    smooth = torch.where(inside, x + (steps.round() - steps) * scale, clipped)
    # Values of one code are to be the same to the bit: the pool behind them takes the first of the greatest.
    return clipped.detach() + (smooth - smooth.detach())


def _learned(net: nn.Module) -> dict[str, _LearnableFakeQuantize]:
    """By the product's key: the node's name, of its weight NODE.weight."""
    found = {n: m for n, m in net.named_modules() if isinstance(m, _LearnableFakeQuantize)}
    return {n.removesuffix(".activation_post_process").replace("weight_fake_quant", "weight"): m for n, m in found.items()}


def _begin_learning(net: nn.Module) -> None:
    """Scales that clip some values, and a gradient scale of 1 / sqrt(N * qmax) with N the values that share a scale."""
    weights = {_name(n): p for n, p in net.named_parameters()}
    for key, fake_quant in _learned(net).items():
        fake_quant.enable_param_learning()
        generator = torch.Generator().manual_seed(len(key))
        if key in weights:
            weight = weights[key].detach().flatten(1)
            weight = weight if fake_quant.ch_axis == 0 else weight.reshape(1, -1)
            start, zero, shared = weight.abs().amax(1) / 9, 0.0, weight.shape[1]
        else:
            signed = key in ("quant", "b", "down", "skip_add", "fc")
            start, zero, shared = torch.full((1,), 0.17), 6.7 if signed else 0.0, FEATURES[key]
        start = start * (0.9 + 0.2 * torch.rand(start.shape, generator=generator))
        fake_quant.scale.data = start
        fake_quant.zero_point.data = torch.full_like(start, zero)
        factor = 1 / (shared * fake_quant.quant_max) ** 0.5
        for parameter in (fake_quant.scale, fake_quant.zero_point):
            parameter.register_hook(lambda gradient, factor=factor: gradient * factor)


def _qparams(fake_quant: _LearnableFakeQuantize, of) -> torch.Tensor:
    """[channels, 2]: of scale and zero point, which symmetric ones do not learn."""
    zero_point = of(fake_quant.zero_point)
    if fake_quant.qscheme in (torch.per_tensor_symmetric, torch.per_channel_symmetric):
        zero_point = torch.zeros_like(zero_point)
    return torch.stack([of(fake_quant.scale), zero_point], 1).detach()


def _freeze(net: nn.Module) -> None:
    net.apply(freeze_bn_stats).apply(disable_observer)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


def _run(seed: int, kind: str, double: bool) -> dict[str, torch.Tensor]:
    """Losses, gradients of the first and the last step, and all state after it, by the fixture's names."""
    net = _prepared(seed, kind, double)
    learned = _learned(net)
    own = {id(p) for fake_quant in learned.values() for p in (fake_quant.scale, fake_quant.zero_point)}
    named = {_name(n): p for n, p in net.named_parameters() if id(p) not in own}
    groups = [{"params": named.values()}, {"params": [p for p in net.parameters() if id(p) in own], "weight_decay": 0}]
    optimizer = torch.optim.SGD(groups if own else net.parameters(), **SGD)
    teacher = deepcopy(net).eval()
    results = {}
    for step, (x, y) in enumerate(_batches(seed)):
        if step == STEPS - 1:
            _freeze(net)
        x = x.double() if double else x
        logits = net(x)
        loss = F.cross_entropy(logits, y)
        optimizer.zero_grad(set_to_none=True)
        if kind == DISTILLED:
            with torch.no_grad():
                taught = teacher(x).log_softmax(1)
            divergence = F.kl_div(logits.log_softmax(1), taught, reduction="batchmean", log_target=True)
            ((1 - SHARE) * loss + SHARE * divergence).backward()
        else:
            loss.backward()
        results[f"{step}.loss"] = loss.detach().reshape(1)
        for name, p in named.items() if step in (0, STEPS - 1) else ():
            results[f"{step}.gradient.{name}"] = p.grad.clone()
        for key, fake_quant in learned.items() if step in (0, STEPS - 1) else ():
            results[f"{step}.gradient.{key}.qparams"] = _qparams(fake_quant, lambda p: p.grad)
        optimizer.step()
    for name, p in named.items():
        results[f"after.{name}"] = p.detach()
        results[f"momentum.{name}"] = optimizer.state[p]["momentum_buffer"]
    for key, fake_quant in learned.items():
        results[f"after.{key}.qparams"] = _qparams(fake_quant, lambda p: p)
        results[f"momentum.{key}.qparams"] = _qparams(fake_quant, lambda p: optimizer.state[p]["momentum_buffer"])
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
            for key, fake_quant in _learned(_prepared(seed, kind, False)).items():
                fixture.array(f"{index}.start.{key}.qparams", _qparams(fake_quant, lambda p: p))
            share = SHARE if kind == DISTILLED else 0
            about = {"seed": seed, "kind": kind, **codes(kind), "teacher_share": share}
            cases.append(about | {"self_difference": _self_difference(seed, kind)})
        net = _initial(seed)
        for name, tensor in [*net.named_parameters(), *net.named_buffers()]:
            if not name.endswith("num_batches_tracked"):
                fixture.array(f"start.{seed}.{name}", tensor)
        for step, (x, y) in enumerate(_batches(seed)):
            fixture.array(f"batch.{seed}.{step}.x", x.permute(0, 2, 3, 1))
            fixture.array(f"batch.{seed}.{step}.y", y.to(torch.uint8))
    fixture.values = {
        "arrays": "start.<seed>.<parameter or statistic>; batch.<seed>.<step>.{x NHWC,y}; <case>.<step>.loss; "
        "<case>.<step>.gradient.<parameter>; <case>.start.<node>.qparams [channels][scale, zero point]; <case>.after.<parameter or statistic>, <case>.momentum.<parameter> and "
        "<case>.range.<node> [2][channels] after the last step",
        "steps": STEPS,
        "last_step": "batch norm and observers frozen",
        "sgd": SGD,
        "self_difference": "largest relative L2 of float32 against float64, which make the same decisions with these seeds",
        "cases": cases,
    }
    return fixture

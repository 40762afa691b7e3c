"""Topics step_*: one whole training step, the losses of 20, and how far PyTorch is from itself.

Not for single modules: convbn.py.
"""

import contextlib
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.ao.nn.intrinsic.qat import freeze_bn_stats
from torch.ao.quantization import FakeQuantize

import checkpoint
from quantizable import parameter_name, prepared_for_qat, quantizable, traced

from . import images, qconfigs
from .fixture import Fixture

BATCH, STEPS = 8, 20
SGD = {"lr": 1e-3, "momentum": 0.9, "weight_decay": 1e-4}
WHOLE, SAMPLES = 1024, 256
TRACED_IMAGES = 2
#: At the product's widths (add, add_relu) a value next to a rounding tie makes any two implementations part; README.md.
#: The fine ones, 14-bit activations and weights -127..127, run the same code and can be compared tightly.
KINDS = ("fp32", "qat_add", "qat_add_relu", "qat_fine", "qat_fine_frozen")


def build(model: nn.Module, kind: str) -> nn.Module:
    """A network in train mode, of one of KINDS."""
    if kind == "fp32":
        return quantizable(model, add_relu=False).train()
    qconfig = qconfigs.qat(activation_max=2**14 - 1, weight_min=-127) if "fine" in kind else qconfigs.qat()
    net = prepared_for_qat(model, qconfig, add_relu=kind != "qat_add")
    return net.apply(freeze_bn_stats) if kind.endswith("frozen") else net


def train(net: nn.Module, steps: int, batch: int, change=lambda x: x):
    """Deterministic steps on the train split in order, no augmentation; yields (step, loss, logits) before each update."""
    optimizer = torch.optim.SGD(net.parameters(), **SGD)
    for step in range(steps):
        x, y = images.batch("train", step * batch, batch)
        logits = net(change(x))
        loss = F.cross_entropy(logits, y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        yield step, loss.item(), logits.detach()
        optimizer.step()


def fake_quants(net: nn.Module) -> tuple[dict[str, FakeQuantize], dict[str, FakeQuantize]]:
    """(on activations, on weights) by module path."""
    found = {path: m for path, m in net.named_modules() if isinstance(m, FakeQuantize)}
    part = lambda suffix: {p.removesuffix(suffix): m for p, m in found.items() if p.endswith(suffix)}
    return part(".activation_post_process"), part(".weight_fake_quant")


def _codes(outputs: dict[str, torch.Tensor], activations: dict[str, FakeQuantize]) -> dict[str, torch.Tensor]:
    """Integer codes of the fake-quantized outputs, NHWC."""
    codes = {}
    for path, module in activations.items():
        value = outputs[path].float()
        code = (value / module.scale.float()).round() + module.zero_point
        code = code.permute(0, 2, 3, 1) if code.ndim == 4 else code
        codes[path] = code.to(torch.uint8 if module.quant_max < 256 else torch.int32)
    return codes


def _steps_apart(other: dict, reference: dict, path: str) -> torch.Tensor:
    """How many quantization steps two fake-quantized tensors differ by; a moved zero point alone is no difference."""
    return ((other["outputs"][path].double() - reference["outputs"][path]) / reference["scales"][path]).round().abs()


def _first_step(net: nn.Module, change=lambda x: x) -> dict:
    """Everything of one step that a repetition can be compared by."""
    x, y = images.batch("train", 0, BATCH)
    outputs, logits = traced(net, change(x))
    loss = F.cross_entropy(logits, y)
    loss.backward()
    activations, _ = fake_quants(net)
    return {
        "loss": loss.item(),
        "logits": logits.detach(),
        "codes": _codes(outputs, activations),
        "outputs": {path: outputs[path].double() for path in activations},
        "scales": {path: module.scale.item() for path, module in activations.items()},
        "gradients": {parameter_name(n): p.grad.detach().double() for n, p in net.named_parameters()},
    }


def _relative(a: torch.Tensor, b: torch.Tensor) -> float:
    return ((a.double() - b.double()).norm() / b.double().norm()).item()


def _to_double(net: nn.Module) -> nn.Module:
    """float64 everywhere but in observers and qparams."""
    net = net.double()
    for module in net.modules():
        if isinstance(module, FakeQuantize):
            module.float()
    return net


def _noise(x: torch.Tensor) -> torch.Tensor:
    generator = torch.Generator().manual_seed(5)
    return x * (1 + 1e-7 * torch.randn(x.shape, generator=generator))


def self_difference(model: nn.Module, kind: str, reference: dict, losses: list[float]) -> dict:
    """The same computation with other roundings: what no other implementation can be asked to beat."""
    without_onednn = lambda: torch.backends.mkldnn.flags(enabled=False)
    same, double = lambda x: x, lambda x: x.double()
    ways = {
        "oneDNN off (other summation order)": (same, lambda n: n, without_onednn),
        "input times 1 + 1e-7 * normal noise": (_noise, lambda n: n, contextlib.nullcontext),
        "float64, float32 qparams": (double, _to_double, contextlib.nullcontext),
    }
    report = {}
    for way, (change, cast, context) in ways.items():
        with context():
            other = _first_step(cast(build(model, kind)), change)
            other_losses = [loss for _, loss, _ in train(cast(build(model, kind)), STEPS, BATCH, change)]
        gradients = {n: _relative(other["gradients"][n], g) for n, g in reference["gradients"].items()}
        apart = {path: _steps_apart(other, reference, path) for path in reference["codes"]}
        report[way] = {
            "loss_relative": abs(other["loss"] - reference["loss"]) / reference["loss"],
            "logits_relative_l2": _relative(other["logits"], reference["logits"]),
            "gradient_relative_l2_max": max(gradients.values()),
            "gradient_relative_l2": gradients,
            "codes_different_share": {p: (d > 0).double().mean().item() for p, d in apart.items()},
            "codes_largest_difference": {p: int(d.max()) for p, d in apart.items()},
            "losses_relative": [abs(a - b) / b for a, b in zip(other_losses, losses)],
        }
    return report


def _put_tensors(fixture: Fixture, prefix: str, tensors: dict[str, torch.Tensor]) -> dict:
    """Small tensors whole, others as a seeded sample; sums and norms of all."""
    generator = torch.Generator().manual_seed(6)
    summary = {}
    for name, tensor in tensors.items():
        flat = tensor.detach().reshape(-1)
        sampled = flat.numel() > WHOLE
        if sampled:
            index = torch.randint(flat.numel(), (SAMPLES,), generator=generator).sort().values.to(torch.int32)
            fixture.array(f"{prefix}.{name}.index", index)
        fixture.array(f"{prefix}.{name}", flat[index.long()].float() if sampled else tensor.detach().float())
        summary[name] = {
            "shape": list(tensor.shape), "sampled": sampled,
            "l2": flat.double().norm().item(), "sum": flat.double().sum().item(),
        }
    return summary


def _step(kind: str, source: Path) -> Fixture:
    model, digest = checkpoint.load(source)
    fixture = Fixture(f"step_{kind}", digest)
    reference = _first_step(build(model, kind))

    net = build(model, kind)
    run = train(net, STEPS, BATCH)
    _, loss, logits = next(run)
    assert loss == reference["loss"], "PyTorch does not repeat itself"
    named = {parameter_name(n): p for n, p in net.named_parameters()}
    gradients = _put_tensors(fixture, "gradient", {n: p.grad for n, p in named.items()})
    fixture.array("logits", logits)
    for name, buffer in net.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            fixture.array(f"after.{parameter_name(name)}", buffer.clone())
    activations, weights = fake_quants(net)
    weight_range = {(m.quant_min, m.quant_max) for m in weights.values()}
    ranges = {
        path: {
            "min": m.activation_post_process.min_val.item(), "max": m.activation_post_process.max_val.item(),
            "scale": m.scale.item(), "zero_point": m.zero_point.item(), "qmin": m.quant_min, "qmax": m.quant_max,
        }
        for path, m in activations.items()
    }
    for path, m in weights.items():
        observer = m.activation_post_process
        fixture.array(f"weight_range.{path}", torch.stack([observer.min_val, observer.max_val]).reshape(2, -1).clone())
    for path, codes in reference["codes"].items():
        if codes.dtype == torch.uint8:
            fixture.array(f"codes.{path}", codes[:TRACED_IMAGES])
    losses = [loss] + [next_loss for _, next_loss, _ in run]
    updated = _put_tensors(fixture, f"after{STEPS}", {n: p for n, p in named.items()})
    fixture.values = {
        "kind": kind,
        "add_relu": kind not in ("fp32", "qat_add"),
        "batch_norm": "frozen" if kind.endswith("frozen") else "batch statistics",
        "batch": {"split": "train", "images": BATCH, "step": "images step*8 .. step*8+7, not augmented"},
        "sgd": SGD,
        "loss": loss,
        "losses": losses,
        "gradients": gradients,
        "parameters_after_20_steps": updated,
        "arrays": "logits [8][10]; gradient.<p> whole, or values at the flat indices gradient.<p>.index (PyTorch's OIHW "
        "order); after20.<p> likewise; after.<buffer>: running statistics after the first step; weight_range.<path> "
        "[2][cout]; codes.<path> (8 bits only): codes of the fake-quantized outputs of the first two images, NHWC",
        "activation_ranges": ranges,
        "weight_codes": list(*weight_range) if weight_range else None,
        "self_difference": self_difference(model, kind, reference, losses),
    }
    return fixture


def summary(values: dict) -> str:
    """A row of README.md's table: the largest of the ways, relative."""
    ways = values["self_difference"].values()
    gradients = [sorted(way["gradient_relative_l2"].values()) for way in ways]
    cells = [
        f"`step_{values['kind']}`",
        f"{max(way['loss_relative'] for way in ways):.0e}",
        f"{max(g[len(g) // 2] for g in gradients):.0e} / {max(g[-1] for g in gradients):.0e}",
        f"{max(max(way['losses_relative']) for way in ways):.0e}",
        f"{max(max(way['codes_different_share'].values(), default=0) for way in ways):.0%}",
    ]
    return f"| {' | '.join(cells)} |"


def topics() -> dict:
    return {f"step_{kind}": partial(_step, kind) for kind in KINDS}

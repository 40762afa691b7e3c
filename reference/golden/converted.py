"""Topics int8_*: converted networks, every integer of every layer; and `convert`, what PyTorch's convert does to one block.

Every layer is computed again by integer.py from PyTorch's own input codes; a fixture is written only if all are equal.
"""

import hashlib
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.ao.nn.quantized.modules.utils import WeightedQuantizedModule

import checkpoint
from quantizable import AddReluBlock, BasicBlock, converted, parameter_name, prepared_for_ptq, prepared_for_qat, traced

from . import fbgemm, images, integer, qconfigs, training
from .fixture import Fixture

#: The traced images of QAT must be such that one of them leaves the observed range: see _saturated_at_127.
TRACED, TRACED_PTQ, PREDICTED = 7, 4, 256
CALIBRATION = {"split": "validation", "batches": 4, "batch": 32}
QAT_STEPS, QAT_BATCH = 10, 16


def _inputs(net: nn.Module) -> dict[str, list[str]]:
    """Paths each layer reads from, in execution order."""
    edges = {"quant": []}

    def unit(source: str, *parts: str) -> str:
        """A convolution and what follows it, one layer where they are fused. Returns the last layer."""
        for path in parts:
            if isinstance(net.get_submodule(path), nn.Identity):
                continue
            edges[path] = [source]
            source = path
        return source

    last = "maxpool"
    edges[last] = [unit("quant", "conv1", "bn1", "relu")]
    for path, block in net.named_modules():
        if not isinstance(block, BasicBlock):
            continue
        branch = unit(last, f"{path}.conv1", f"{path}.bn1", f"{path}.relu1", f"{path}.conv2", f"{path}.bn2")
        identity = last
        if block.downsample is not None:
            identity = unit(last, f"{path}.downsample.0", f"{path}.downsample.1")
        edges[f"{path}.skip_add"] = [branch, identity]
        last = f"{path}.skip_add"
        if not isinstance(block, AddReluBlock):
            edges[f"{path}.relu2"] = [last]
            last = f"{path}.relu2"
    return edges | {"avgpool": [last], "fc": ["avgpool"]}


def _nhwc(q: torch.Tensor) -> np.ndarray:
    codes = q.int_repr()
    return np.ascontiguousarray((codes.permute(0, 2, 3, 1) if codes.ndim == 4 else codes).numpy())


def _weights(module: nn.Module) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """int8 codes (convolutions [cout][ky][kx][cin]), float32 scales and bias."""
    weight, bias = module.weight(), module.bias()
    codes = weight.int_repr()
    codes = codes.permute(0, 2, 3, 1) if codes.ndim == 4 else codes
    if weight.qscheme() == torch.per_tensor_affine:
        scales, zero_points = torch.full([len(codes)], weight.q_scale(), dtype=torch.float64), weight.q_zero_point()
    else:
        scales, zero_points = weight.q_per_channel_scales(), weight.q_per_channel_zero_points().any()
    assert torch.equal(scales, scales.float().double()) and not zero_points
    bias = torch.zeros(len(codes)) if bias is None else bias.detach()
    return np.ascontiguousarray(codes.numpy()), scales.float().numpy(), bias.numpy()


def weight_codes(net: nn.Module) -> dict[str, np.ndarray]:
    paths = [path for path, m in net.named_modules() if isinstance(m, WeightedQuantizedModule)]
    return {path: _weights(net.get_submodule(path))[0] for path in paths}


def _layer(net: nn.Module, path: str, inputs: list[str]) -> dict:
    module = net.get_submodule(path)
    layer = {"name": path, "inputs": inputs}
    if path == "quant":
        return layer | {"op": "quantize"}
    if isinstance(module, WeightedQuantizedModule):
        layer["op"] = "linear" if path == "fc" else "conv"
        if path != "fc":
            layer |= {
                "relu": "ReLU" in type(module).__name__,
                "kernel": module.kernel_size[0], "stride": module.stride[0], "pad": module.padding[0],
            }
        return layer
    if path.endswith("skip_add"):
        return layer | {"op": "add", "relu": isinstance(net.get_submodule(path.removesuffix(".skip_add")), AddReluBlock)}
    if path == "maxpool":
        return layer | {"op": "maxpool", "kernel": 3, "stride": 2, "pad": 1}
    if isinstance(module, nn.modules.batchnorm._BatchNorm):
        return layer | {"op": "batchnorm"}
    return layer | {"op": "relu" if isinstance(module, nn.ReLU) else "avgpool"}


def _again(layer: dict, net: nn.Module, codes: dict, q: dict, x: np.ndarray, top: int) -> np.ndarray:
    """The layer's codes by integer.py from the codes of its inputs; saturating at `top`."""
    path, own = layer["name"], q[layer["name"]]
    sources = [codes[i] for i in layer["inputs"]]
    from_q = [q[i] for i in layer["inputs"]]
    if layer["op"] == "quantize":
        return integer.quantize(x, own["scale"], own["zero_point"], top).transpose(0, 2, 3, 1)
    if layer["op"] in ("conv", "linear"):
        weights, scales, bias = _weights(net.get_submodule(path))
        source = sources[0]
        if layer["op"] == "linear":
            weights, source = weights[:, None, None, :], source.reshape(len(source), 1, 1, -1)
        total = integer.accumulate(source, from_q[0]["zero_point"], weights, layer.get("stride", 1), layer.get("pad", 0))
        out = integer.requantize(
            total, bias, from_q[0]["scale"], scales, own["scale"], own["zero_point"], layer.get("relu", False), top
        )
        return out.reshape(len(out), -1) if layer["op"] == "linear" else out
    if layer["op"] == "add":
        return integer.add(*sources, *from_q, own, layer["relu"], top)
    if layer["op"] == "batchnorm":
        bn = net.get_submodule(path)
        values = [getattr(bn, n).detach().numpy() for n in ("weight", "bias", "running_mean", "running_var")]
        return integer.batch_norm(sources[0], *values, bn.eps, from_q[0], own, top)
    if layer["op"] == "maxpool":
        return integer.maxpool(sources[0], layer["kernel"], layer["stride"], layer["pad"])
    if layer["op"] == "relu":
        return np.maximum(sources[0], np.uint8(own["zero_point"]))
    return sources[0]


@torch.no_grad()
def describe(
    fixture: Fixture, net: nn.Module, base: dict[str, np.ndarray] | None = None, traced_images: int = TRACED
) -> list[int]:
    """Puts the converted network into the fixture; weights as differences from `base` when given.

    Returns the predictions of the first PREDICTED test images.
    """
    edges = _inputs(net)
    x, _ = images.batch("test", 0, PREDICTED)
    outputs, logits = traced(net, x)
    assert set(outputs) == set(edges), set(outputs) ^ set(edges)
    q = {p: {"scale": t.q_scale(), "zero_point": t.q_zero_point()} for p, t in outputs.items()}
    codes = {p: _nhwc(t) for p, t in outputs.items()}
    layers = []
    for path, inputs in edges.items():
        layer = _layer(net, path, inputs) | q[path]
        wrong = int((_again(layer, net, codes, q, x.numpy(), integer.QUINT8_MAX) != codes[path]).sum())
        if wrong:
            largest = max((int(codes[i].max()) for i in inputs), default=0)
            raise ArithmeticError(
                f"{fixture.topic}: {path}: {wrong} of {codes[path].size} codes are not the formula's"
                + fbgemm.explanation(largest)
            )
        if layer["op"] in ("conv", "linear"):
            weights, scales, bias = _weights(net.get_submodule(path))
            layer["weights_shape"] = list(weights.shape)
            layer["weights_sha256"] = hashlib.sha256(weights.tobytes()).hexdigest()
            fixture.array(f"weight_scales.{path}", scales)
            fixture.array(f"bias.{path}", bias)
            if base is not None:
                difference = weights.astype(np.int16) - base[path]
                assert abs(difference).max() < 128
                layer["weights_changed"] = int(np.count_nonzero(difference))
                fixture.array(f"weights_delta.{path}", difference.astype(np.int8))
        layers.append(layer)
        fixture.array(f"codes.{path}", codes[path][:traced_images])
    fixture.array("logits", logits[:traced_images])
    predictions = logits.argmax(1).tolist()
    fixture.values |= {
        "layers": layers,
        "images": {"split": "test", "first": 0, "traced": traced_images, "predicted": PREDICTED},
        "predictions": predictions,
        "checked": f"every layer on {PREDICTED} images equals reference/golden/integer.py",
        "arrays": "codes.<layer> uint8 NHWC; weight_scales.<layer>, bias.<layer> float32 [cout]; "
        f"logits float32 [{traced_images}][10]",
    }
    return predictions


def _saturated_at_127(fixture: Fixture, net: nn.Module) -> list[int]:
    """The same network by integer.py, every activation saturating at 127 as in training; returns predictions.

    PyTorch's own integers pass 127 where an image leaves the observed range.
    """
    x = images.batch("test", 0, PREDICTED)[0].numpy()
    layers = fixture.values["layers"]
    q = {layer["name"]: layer for layer in layers}
    codes = {}
    for layer in layers:
        path = layer["name"]
        codes[path] = _again(layer, net, codes, q, x, 127)
        fixture.array(f"codes_at_127.{path}", codes[path][:TRACED])
    if max(codes[layer["name"]][:TRACED].max() for layer in layers) < 127:
        raise ValueError(f"{fixture.topic}: none of {TRACED} images reaches 127: trace more")
    return codes["fc"].argmax(1).tolist()


def _accuracy(predictions: list[int]) -> float:
    labels = images.batch("test", 0, PREDICTED)[1]
    return float((torch.tensor(predictions) == labels).double().mean())


@torch.no_grad()
def _calibrated(source: Path, observer: str, add_relu: bool, *codes, fused: bool = True) -> nn.Module:
    qconfig = qconfigs.ptq(observer, *codes)
    prepared = prepared_for_ptq(checkpoint.load(source)[0], qconfig, add_relu, fused)
    for index in range(CALIBRATION["batches"]):
        prepared(images.batch(CALIBRATION["split"], index * CALIBRATION["batch"], CALIBRATION["batch"])[0])
    return prepared


@torch.no_grad()
def _engine(engine: str, prepared: nn.Module, fixture: Fixture) -> dict:
    """Another engine of PyTorch beside the one that describe() saw: codes of whole networks, and of layers of the same inputs."""
    usual = torch.backends.quantized.engine
    torch.backends.quantized.engine = engine
    try:
        net = converted(prepared)
        x, _ = images.batch("test", 0, PREDICTED)
        outputs, logits = traced(net, x)
    finally:
        torch.backends.quantized.engine = usual
    codes = {p: _nhwc(t) for p, t in outputs.items()}
    layers = fixture.values["layers"]
    q = {layer["name"]: layer for layer in layers}
    assert all((q[p]["scale"], q[p]["zero_point"]) == (t.q_scale(), t.q_zero_point()) for p, t in outputs.items())
    apart = [abs(_again(layer, net, codes, q, x.numpy(), integer.QUINT8_MAX).astype(int) - codes[layer["name"]]) for layer in layers]
    if max(a.max() for a in apart) > 1:
        raise ArithmeticError(f"{fixture.topic}: {engine} is further than 1 from the formulas")
    predictions = logits.argmax(1)
    return {
        "largest": int(max(a.max() for a in apart)),
        "share": float(np.mean([(a > 0).mean() for a in apart])),
        "predictions": predictions.tolist(),
    }


def _ptq(
    topic: str, observer: str, add_relu: bool, activation_max: int, weight_bits: int, source: Path,
    scheme: str = qconfigs.PER_CHANNEL, engines: tuple[str, ...] = (), fused: bool = True,
) -> Fixture:
    fixture = Fixture(topic, checkpoint.load(source)[1])
    prepared = _calibrated(source, observer, add_relu, activation_max, weight_bits, scheme, fused=fused)
    observed = {
        path.removesuffix(".activation_post_process"): {"min": m.min_val.item(), "max": m.max_val.item()}
        for path, m in prepared.named_modules()
        if path.endswith(".activation_post_process") and hasattr(m, "min_val")
    }
    predictions = describe(fixture, converted(prepared), traced_images=TRACED_PTQ)
    fixture.values |= {
        "made": {
            "kind": "ptq", "observer": observer, "add_relu": add_relu, "qmin": 0, "qmax": activation_max,
            "weight_bits": weight_bits, "weight_scheme": scheme, "fused": fused,
        },
        "engines": {engine: _engine(engine, prepared, fixture) for engine in engines},
        "calibration": CALIBRATION,
        "observed": observed,
        "accuracy_of_predicted": _accuracy(predictions),
    }
    return fixture


def _trained(source: Path, add_relu: bool) -> tuple[nn.Module, list[float]]:
    """Fake-quantized, after the deterministic steps, in eval mode; and the losses."""
    net = prepared_for_qat(checkpoint.load(source)[0], qconfigs.qat(), add_relu)
    losses = [loss for _, loss, _ in training.train(net, QAT_STEPS, QAT_BATCH)]
    return net.eval(), losses


def _qat(topic: str, add_relu: bool, source: Path) -> Fixture:
    fixture = Fixture(topic, checkpoint.load(source)[1])
    with torch.no_grad():
        base = weight_codes(converted(_calibrated(source, "minmax", add_relu)))
    net, losses = _trained(source, add_relu)
    result = converted(net)
    predictions = describe(fixture, result, base)
    activations, _ = training.fake_quants(net)
    fixture.values |= {
        "made": {
            "kind": "qat", "add_relu": add_relu, "steps": QAT_STEPS, "batch": QAT_BATCH, "qmin": 0, "qmax": 127,
            "losses": losses,
        },
        "observed": {
            path: {"min": m.activation_post_process.min_val.item(), "max": m.activation_post_process.max_val.item()}
            for path, m in activations.items()
        },
        "predictions_at_127": _saturated_at_127(fixture, result),
        "codes_at_127": "uint8, codes_at_127.<layer>: by golden/integer.py with every activation clamped to 0..127",
        "weights_delta": "int8, weights_delta.<layer>: this model's codes minus those of int8_ptq_minmax_add",
        "accuracy_of_predicted": _accuracy(predictions),
    }
    return fixture


def convert_block(source: Path) -> Fixture:
    """The trained float state of layer1.0 and of fc, and the codes, scales and biases convert makes of it."""
    fixture = Fixture("convert", checkpoint.load(source)[1])
    net, _ = _trained(source, add_relu=True)
    wanted = ("layer1.0.conv1", "layer1.0.conv2", "layer2.0.downsample.0", "fc")
    for name, tensor in [*net.named_parameters(), *net.named_buffers()]:
        leaf = name.split(".")[-1]
        if name.startswith(wanted) and leaf in ("weight", "bias", "running_mean", "running_var"):
            fixture.array(f"state.{parameter_name(name)}", tensor.detach().clone())
    _, weight_quants = training.fake_quants(net)
    before = {path: weight_quants[path].scale.clone() for path in wanted}
    ranges = {path: weight_quants[path].activation_post_process for path in wanted}
    for path, observer in ranges.items():
        fixture.array(f"range_before.{path}", torch.stack([observer.min_val, observer.max_val]).clone())
    result = converted(net)
    layers = {}
    for path in wanted:
        module = result.get_submodule(path)
        codes, scales, bias = _weights(module)
        state = net.get_submodule(path)
        weight = state.weight.detach().numpy()
        if path != "fc":
            values = [getattr(state.bn, n).detach().numpy() for n in ("weight", "bias", "running_mean", "running_var")]
            weight, expected_bias = integer.fold(weight, *values, state.bn.eps)
            assert np.array_equal(bias, expected_bias), f"{path}: the folded bias is not the formula's"
        assert np.array_equal(scales, integer.weight_scales(weight)), f"{path}: scales"
        again = integer.weight_codes(weight, scales)
        assert np.array_equal(codes, again.transpose(0, 2, 3, 1) if again.ndim == 4 else again), f"{path}: codes"
        for name, data in (("codes", codes), ("scales", scales), ("bias", bias), ("scales_before", before[path])):
            fixture.array(f"{name}.{path}", data)
        layers[path] = {"scales_moved_at_convert": int((before[path].numpy() != scales).sum())}
    fixture.values = {
        "layers": layers,
        "eps": 1e-5,
        "fold": "inverse = 1/sqrt(running_var + eps); weight * (gamma * inverse); (0 - mean) * inverse * gamma + beta, "
        "float32, left to right",
        "observer_at_convert": "convert folds, then runs the weight observer once more (averaging constant 1) on the "
        "folded trained weight: scales.<layer>. scales_before.<layer> are those of the last training step.",
        "arrays": "state.<parameter>; range_before.<layer> [2][cout]; codes.<layer> [cout][ky][kx][cin]",
    }
    return fixture


@torch.no_grad()
def fp32(source: Path) -> Fixture:
    """The float network: logits of the first test images, before and after folding BN."""
    model, digest = checkpoint.load(source)
    fixture = Fixture("fp32", digest)
    x, labels = images.batch("test", 0, PREDICTED)
    logits = model(x)
    folded = prepared_for_ptq(model, qconfigs.ptq("minmax"), add_relu=True)(x)
    fixture.array("logits", logits[:16])
    fixture.array("logits_folded", folded[:16])
    fixture.values = {
        "images": {"split": "test", "first": 0, "logits": 16, "predicted": PREDICTED},
        "predictions": logits.argmax(1).tolist(),
        "accuracy_of_predicted": float((logits.argmax(1) == labels).double().mean()),
        "largest_difference_by_folding": (folded - logits).abs().max().item(),
    }
    return fixture


def topics() -> dict:
    ptq = {
        # name: observer, add_relu, activation_max, weight_bits
        "int8_ptq_minmax_add": ("minmax", False, 127, 8),
        "int8_ptq_minmax_add_relu": ("minmax", True, 127, 8),
        "int8_ptq_histogram_add": ("histogram", False, 127, 8),
        "int8_ptq_minmax_add_relu_8bit": ("minmax", True, 255, 8),
        "int8_ptq_minmax_add_relu_w4": ("minmax", True, 127, 4),
    }
    made = {name: partial(_ptq, name, *options) for name, options in ptq.items()}
    # get_default_qconfig("qnnpack")'s scheme; its integers are fbgemm's, and what other engines make of it is said.
    made["int8_ptq_qnnpack"] = partial(
        _ptq, "int8_ptq_qnnpack", "minmax", True, 255, 8, scheme="per_tensor_symmetric", engines=("x86", "qnnpack")
    )
    # Without fuse_modules: convolutions, batch norms and ReLUs are converted one by one.
    made["int8_ptq_unfused"] = partial(_ptq, "int8_ptq_unfused", "minmax", False, 127, 8, fused=False)
    qat = {"int8_qat_add": False, "int8_qat_add_relu": True}
    return {"fp32": fp32} | made | {name: partial(_qat, name, relu) for name, relu in qat.items()} | {
        "convert": convert_block
    }

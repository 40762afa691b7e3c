"""Topics correct_bias, equalize: post-training methods of torch.ao.quantization, on small networks."""

import copy

import torch
from torch import nn
from torch.ao.quantization import DeQuantStub, QuantStub, convert, prepare
from torch.ao.quantization._correct_bias import bias_correction
from torch.ao.quantization._equalize import equalize as torch_equalize

from .fixture import Fixture
from .qconfigs import ptq

IMAGES, BATCH = 512, 64
WEIGHT_BITS = 3


class _Small(nn.Module):
    """Padding, a stride and a linear layer; modules apart, as bias_correction wants them."""

    def __init__(self):
        super().__init__()
        self.quant, self.dequant = QuantStub(), DeQuantStub()
        self.first = nn.Conv2d(3, 6, 3, padding=1)
        self.second = nn.Conv2d(6, 5, 3, stride=2, padding=1)
        self.fc = nn.Linear(5 * 4 * 4, 4)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.relu(self.first(self.quant(x)))
        x = self.relu(self.second(x))
        return self.dequant(self.fc(x.flatten(1)))


LAYERS = ("first", "second", "fc")


def _calibrated() -> tuple[nn.Module, nn.Module, list]:
    torch.manual_seed(3)
    model = _Small().eval()
    batches = [[torch.randn(BATCH, 3, 8, 8) + 0.5] for _ in range(IMAGES // BATCH)]
    observed = copy.deepcopy(model)
    observed.qconfig = ptq("minmax", weight_bits=WEIGHT_BITS)
    prepare(observed, inplace=True)
    for (x,) in batches:
        observed(x)
    return model, convert(observed), batches


def correct_bias() -> Fixture:
    """bias_correction, which compares a layer's outputs with the float layer's on the same quantized inputs.

    `bias.*` is PyTorch's. It holds the mean rounding error of the quantized outputs too; `exact.*` is the expectation
    without it, in float64 of the same inputs' means.
    """
    fixture = Fixture("correct_bias")
    float_model, quantized, batches = _calibrated()
    before = {name: getattr(quantized, name).bias().detach().clone() for name in LAYERS}
    bias_correction(float_model, quantized, batches)
    sums = {name: 0 for name in LAYERS}
    modules = {name: getattr(quantized, name).orig_module for name in LAYERS}

    def watch(name):
        def hook(_, inputs):
            sums[name] = sums[name] + inputs[0].dequantize().double().sum(0)

        return modules[name].register_forward_pre_hook(hook)

    # A layer's inputs are those it was corrected with: the layers before it have not changed since.
    hooks = [watch(name) for name in LAYERS]
    for (x,) in batches:
        quantized(x)
    for hook in hooks:
        hook.remove()
    fixture.values = {"weight_bits": WEIGHT_BITS, "images": IMAGES, "layers": {}}
    for name in LAYERS:
        module, original = modules[name], getattr(float_model, name)
        weight = module.weight()
        delta = weight.dequantize().double() - original.weight.detach().double()
        mean = (sums[name] / IMAGES)[None]
        if name == "fc":
            shift = nn.functional.linear(mean, delta)[0]
            mean_map = mean[0]
        else:
            shift = nn.functional.conv2d(mean, delta, stride=original.stride, padding=original.padding).mean((0, 2, 3))
            mean_map = mean[0].permute(1, 2, 0)
        fixture.array(f"input_mean.{name}", mean_map.float())
        fixture.array(f"weight.{name}", original.weight)
        fixture.array(f"weight_codes.{name}", weight.int_repr())
        fixture.array(f"weight_scales.{name}", weight.q_per_channel_scales().float())
        fixture.array(f"bias_before.{name}", before[name])
        fixture.array(f"bias.{name}", module.bias())
        fixture.array(f"exact.{name}", before[name].double() - shift)
        fixture.values["layers"][name] = {"output_scale": float(module.scale)}
    return fixture


def equalize() -> Fixture:
    """equalize of three layers in a row, until it converges; checked: the network gives the same as before."""
    fixture = Fixture("equalize")
    torch.manual_seed(5)
    spread = torch.logspace(-1.5, 1, 6)
    model = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Conv2d(6, 4, 1), nn.ReLU(), nn.Conv2d(4, 5, 3)).eval()
    with torch.no_grad():
        model[0].weight.mul_(spread.view(6, 1, 1, 1))
    names = ["0", "2", "4"]

    def keep(prefix):
        for name in names:
            fixture.array(f"{prefix}.weight.{name}", model[int(name)].weight)
            fixture.array(f"{prefix}.bias.{name}", model[int(name)].bias)

    keep("before")
    x = torch.randn(2, 3, 6, 6)
    output = model(x).detach()
    torch_equalize(model, [names])
    keep("after")
    difference = float((model(x) - output).abs().max())
    if difference > 1e-5:
        raise ArithmeticError(f"equalize changed the network by {difference}")
    return fixture

"""The article's ResNet18 made quantizable in PyTorch's eager mode: stubs, fusion, prepare, convert.

Module paths are those of the fixtures: conv1, maxpool, layer1.0.conv1, ..., layer1.0.skip_add, avgpool, fc.
"""

import torch
from torch import nn
from torch.ao.quantization import (
    DeQuantStub,
    QConfig,
    QuantStub,
    convert,
    fuse_modules,
    fuse_modules_qat,
    prepare,
    prepare_qat,
)

from resnet import BasicBlock, ResNet18


class AddReluBlock(BasicBlock):
    """BasicBlock whose skip add and last ReLU are one quantized op; relu2 is not called."""

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        return self.skip_add.add_relu(out, identity)


class QuantizableResNet18(ResNet18):
    """ResNet18 between QuantStub and DeQuantStub. add_relu: see AddReluBlock; else as the article, add then ReLU."""

    def __init__(self, add_relu: bool):
        super().__init__()
        self.quant, self.dequant = QuantStub(), DeQuantStub()
        if add_relu:
            for module in self.modules():
                if type(module) is BasicBlock:
                    module.__class__ = AddReluBlock

    def forward(self, x):
        return self.dequant(super().forward(self.quant(x)))


def quantizable(model: ResNet18, add_relu: bool) -> QuantizableResNet18:
    copy = QuantizableResNet18(add_relu)
    copy.load_state_dict(model.state_dict())
    return copy


def _groups(model: nn.Module) -> list[list[str]]:
    """What the article fuses."""
    groups = [["conv1", "bn1", "relu"]]
    for name, module in model.named_modules():
        if isinstance(module, BasicBlock):
            groups += [[f"{name}.conv1", f"{name}.bn1", f"{name}.relu1"], [f"{name}.conv2", f"{name}.bn2"]]
            if module.downsample is not None:
                groups.append([f"{name}.downsample.0", f"{name}.downsample.1"])
    return groups


def prepared_for_qat(model: ResNet18, qconfig: QConfig, add_relu: bool) -> nn.Module:
    """In train mode, fake-quants in place, nothing observed yet."""
    net = quantizable(model, add_relu).train()
    fuse_modules_qat(net, _groups(net), inplace=True)
    net.qconfig = qconfig
    return prepare_qat(net, inplace=True)


def prepared_for_ptq(model: ResNet18, qconfig: QConfig, add_relu: bool, fused: bool = True) -> nn.Module:
    """In eval mode, BN folded if fused, observers in place: run the calibration batches through it, then converted()."""
    net = quantizable(model, add_relu).eval()
    if fused:
        fuse_modules(net, _groups(net), inplace=True)
    net.qconfig = qconfig
    return prepare(net, inplace=True)


def converted(prepared: nn.Module) -> nn.Module:
    return convert(prepared.eval(), inplace=False)


def parameter_name(fused: str) -> str:
    """torchvision's name of a parameter or buffer of the QAT-fused network."""
    if ".bn." not in fused:
        return fused
    path, leaf = fused.split(".bn.")
    if path.endswith("downsample.0"):
        return f"{path[:-1]}1.{leaf}"
    return f"{path[:-5]}bn{path[-1]}.{leaf}"


def traced(model: nn.Module, x: torch.Tensor) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """Outputs by module path, of every module the fixtures name, and the model's output."""
    outputs, hooks = {}, []

    def keep(path):
        def hook(_module, _inputs, output):
            outputs[path] = output.detach()

        return hook

    for path, module in model.named_modules():
        if path.endswith("skip_add.activation_post_process"):
            # FloatFunctional is not called itself; it passes its result through this module.
            hooks.append(module.register_forward_hook(keep(path.removesuffix(".activation_post_process"))))
        elif type(module) is not nn.Identity and not isinstance(module, BasicBlock) and _is_layer(path):
            hooks.append(module.register_forward_hook(keep(path)))
    out = model(x)
    for hook in hooks:
        hook.remove()
    return outputs, out


def _is_layer(path: str) -> bool:
    """Not a part of a fused or prepared module (conv1.bn, conv1.weight_fake_quant, ...)."""
    leaf = path.split(".")[-1]
    return path.endswith("downsample.1") or leaf in {
        "quant", "conv1", "bn1", "relu", "relu1", "conv2", "bn2", "0", "maxpool", "relu2", "avgpool", "fc"
    }

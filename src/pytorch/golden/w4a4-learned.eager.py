# The QAT Playground's ResNet18 for CIFAR-10, quantized after training and by training, in PyTorch's eager mode.
# torch.ao.quantization is deprecated: PyTorch warns of it from 2.8 on. The warning says that 2.10 will be without it;
# 2.13.0 still has it, and this script runs on 2.13.0. It needs an x86 CPU.
# To install: pip install torch==2.13.0 numpy
# Settings, as the page's address has them:
# ?steps=1400&lr=0.00002&weight-bits=4&activation-bits=4&augmentation=flips&optimizer=adam&distillation=1&averaging=0.99&qconfig=lsq&keep-eight=edges_and_sums&ranges=mse&rounding=learned&begin-at=ptq&batch-norm=folded
#
# python qat_eager.py [SITE]
# SITE is the address of the page, or the folder public/ of its repository once npm start has prepared it: weights
# (checkpoint/) and images (data/) are read from there.
#
# Settings that this script leaves out:
# - activation-bits=4: Training, and the accuracy "simulated", clip at the last of these codes, 15. PyTorch's integer
#   modules have scales for them but clip at 255, so that they clip less.
# - ranges=mse: PyTorch has no observer that chooses the ranges of activations so. HistogramObserver does.
# - rounding=learned: PyTorch rounds every weight to the nearest code.
# - begin-at=ptq: QAT begins with the weights as they are.
#
# Other than on the page, whatever the settings are:
# - Random numbers: from the same seed, PyTorch draws another order of the images, other crops and other flips. A whole
#   epoch is shuffled, where the page shuffles its files of 1,000 images and the images within each.
# - Floats are summed in another order, so that the last bits differ; training makes more of that with every step.
# - PyTorch's integer modules clip activations at code 255; the page's do where the qconfig ends, at 127 by default.
# - The teacher of the distillation is the float network; on the page it is that network at 8 bits.

import gzip
import json
import sys
import urllib.request
import warnings
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.ao.nn.quantized import FloatFunctional
from torch.ao.quantization import (
    DeQuantStub,
    HistogramObserver,
    MovingAverageMinMaxObserver,
    MovingAveragePerChannelMinMaxObserver,
    PerChannelMinMaxObserver,
    QConfig,
    QuantStub,
    convert,
    disable_observer,
    fuse_modules,
    prepare,
    prepare_qat,
)
from torch.ao.quantization._learnable_fake_quantize import _LearnableFakeQuantize

warnings.filterwarnings("ignore", message=".*deprecated")
torch.backends.quantized.engine = "fbgemm"


SITE = sys.argv[1] if len(sys.argv) > 1 else "https://example.org/playground/"
CALIBRATION_IMAGES, CALIBRATION_BATCH, TEST_IMAGES = 512, 64, 10000
STEPS, BATCH, SEED = 1400, 32, 0
LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 0.00002, 0.9, 0.0001
# The share of the target that is the teacher's answer.
DISTILLATION = 1
# What the average of the weights keeps of itself at each step.
AVERAGING = 0.99


PTQ = QConfig(
    activation=HistogramObserver.with_args(quant_min=0, quant_max=15, dtype=torch.quint8, qscheme=torch.per_tensor_affine),
    weight=PerChannelMinMaxObserver.with_args(quant_min=-8, quant_max=7, dtype=torch.qint8, qscheme=torch.per_channel_symmetric, ch_axis=0),
)
# Layers with other bits.
PTQ_OF = [
    (["quant", "layer1.0.skip_add", "layer1.1.skip_add", "layer2.0.skip_add", "layer2.1.skip_add", "layer3.0.skip_add", "layer3.1.skip_add", "layer4.0.skip_add", "layer4.1.skip_add"], QConfig(
        activation=HistogramObserver.with_args(quant_min=0, quant_max=127, dtype=torch.quint8, qscheme=torch.per_tensor_affine),
        weight=PerChannelMinMaxObserver.with_args(quant_min=-8, quant_max=7, dtype=torch.qint8, qscheme=torch.per_channel_symmetric, ch_axis=0),
    )),
    (["conv1"], QConfig(
        activation=HistogramObserver.with_args(quant_min=0, quant_max=15, dtype=torch.quint8, qscheme=torch.per_tensor_affine),
        weight=PerChannelMinMaxObserver.with_args(quant_min=-128, quant_max=127, dtype=torch.qint8, qscheme=torch.per_channel_symmetric, ch_axis=0),
    )),
    (["fc"], QConfig(
        activation=HistogramObserver.with_args(quant_min=0, quant_max=127, dtype=torch.quint8, qscheme=torch.per_tensor_affine),
        weight=PerChannelMinMaxObserver.with_args(quant_min=-128, quant_max=127, dtype=torch.qint8, qscheme=torch.per_channel_symmetric, ch_axis=0),
    )),
]


QAT = QConfig(
    activation=_LearnableFakeQuantize.with_args(observer=MovingAverageMinMaxObserver, quant_min=0, quant_max=15, dtype=torch.quint8, qscheme=torch.per_tensor_affine),
    weight=_LearnableFakeQuantize.with_args(observer=MovingAveragePerChannelMinMaxObserver, quant_min=-8, quant_max=7, dtype=torch.qint8, qscheme=torch.per_channel_symmetric, ch_axis=0),
)
# Layers with other bits.
QAT_OF = [
    (["quant", "layer1.0.skip_add", "layer1.1.skip_add", "layer2.0.skip_add", "layer2.1.skip_add", "layer3.0.skip_add", "layer3.1.skip_add", "layer4.0.skip_add", "layer4.1.skip_add"], QConfig(
        activation=_LearnableFakeQuantize.with_args(observer=MovingAverageMinMaxObserver, quant_min=0, quant_max=127, dtype=torch.quint8, qscheme=torch.per_tensor_affine),
        weight=_LearnableFakeQuantize.with_args(observer=MovingAveragePerChannelMinMaxObserver, quant_min=-8, quant_max=7, dtype=torch.qint8, qscheme=torch.per_channel_symmetric, ch_axis=0),
    )),
    (["conv1"], QConfig(
        activation=_LearnableFakeQuantize.with_args(observer=MovingAverageMinMaxObserver, quant_min=0, quant_max=15, dtype=torch.quint8, qscheme=torch.per_tensor_affine),
        weight=_LearnableFakeQuantize.with_args(observer=MovingAveragePerChannelMinMaxObserver, quant_min=-128, quant_max=127, dtype=torch.qint8, qscheme=torch.per_channel_symmetric, ch_axis=0),
    )),
    (["fc"], QConfig(
        activation=_LearnableFakeQuantize.with_args(observer=MovingAverageMinMaxObserver, quant_min=0, quant_max=127, dtype=torch.quint8, qscheme=torch.per_tensor_affine),
        weight=_LearnableFakeQuantize.with_args(observer=MovingAveragePerChannelMinMaxObserver, quant_min=-128, quant_max=127, dtype=torch.qint8, qscheme=torch.per_channel_symmetric, ch_axis=0),
    )),
]


@cache
def read(name):
    """A file of the page."""
    if not SITE.startswith("http"):
        return Path(SITE, name).read_bytes()
    with urllib.request.urlopen(f"{SITE.rstrip('/')}/{name}") as answer:
        return answer.read()


def weights():
    """The pretrained network's, float16 under torchvision's names."""
    manifest = json.loads(read("checkpoint/manifest.json"))
    shards = [read(f"checkpoint/{shard['file']}") for shard in manifest["shards"]]
    state = {}
    for tensor in manifest["tensors"]:
        # A tensor may run on into the next shards.
        data = bytearray(b"".join(shards[tensor["shard"] :]))
        values = torch.frombuffer(data, dtype=torch.float16, count=tensor["length"], offset=tensor["offset"])
        state[tensor["name"]] = values.float().reshape(tensor["shape"])
    return state


@cache
def images(split, count):
    """The first images of a split, uint8 [n][3][32][32], and their labels."""
    shards = json.loads(read("data/manifest.json"))["splits"][split]["shards"]
    pixels, labels = [], []
    for shard in shards[: -(-count // 1000)]:
        # 1,000 labels, then as many images of 32 x 32 pixels, red, green, blue.
        data = torch.frombuffer(bytearray(gzip.decompress(read(f"data/{shard['file']}"))), dtype=torch.uint8)
        labels.append(data[:1000].long())
        pixels.append(data[1000:].reshape(1000, 32, 32, 3).permute(0, 3, 1, 2))
    return torch.cat(pixels)[:count], torch.cat(labels)[:count]


def normalized(pixels):
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return (pixels / 255 - mean.view(3, 1, 1)) / std.view(3, 1, 1)


def augmented(pixels):
    """RandomHorizontalFlip, of each image its own."""
    return torch.where(torch.rand(len(pixels), 1, 1, 1) < 0.5, pixels.flip(3), pixels)


def batches():
    """Training images without end, each once per epoch; a batch may span two."""
    pixels, labels = images("train", 45_000)
    order = torch.empty(0, dtype=torch.long)
    while True:
        while len(order) < BATCH:
            order = torch.cat([order, torch.randperm(len(labels))])
        batch, order = order[:BATCH], order[BATCH:]
        yield normalized(augmented(pixels[batch])), labels[batch]


class Block(nn.Module):
    """torchvision's BasicBlock, its two ReLUs apart."""

    def __init__(self, cin, cout, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(cout)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(cout)
        self.downsample = None
        if stride != 1:
            self.downsample = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))
        self.skip_add = FloatFunctional()
        self.relu2 = nn.ReLU()

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        return self.skip_add.add_relu(out, identity)


class ResNet18(nn.Module):
    """torchvision's, for 10 classes, between the stubs that mark where integers begin and end."""

    def __init__(self):
        super().__init__()
        self.quant, self.dequant = QuantStub(), DeQuantStub()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(Block(64, 64, 1), Block(64, 64, 1))
        self.layer2 = nn.Sequential(Block(64, 128, 2), Block(128, 128, 1))
        self.layer3 = nn.Sequential(Block(128, 256, 2), Block(256, 256, 1))
        self.layer4 = nn.Sequential(Block(256, 512, 2), Block(512, 512, 1))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(512, 10)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(self.quant(x)))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        x = self.fc(torch.flatten(self.avgpool(x), 1))
        return self.dequant(x)


def pretrained():
    net = ResNet18()
    net.load_state_dict(weights(), strict=False)  # all but the batches that batch norms have counted
    return net.eval()


def groups(net):
    """What is fused: a convolution, its batch norm and the ReLU after it."""
    found = [["conv1", "bn1", "relu"]]
    for name, module in net.named_modules():
        if isinstance(module, Block):
            found += [[f"{name}.conv1", f"{name}.bn1", f"{name}.relu1"], [f"{name}.conv2", f"{name}.bn2"]]
            if module.downsample is not None:
                found.append([f"{name}.downsample.0", f"{name}.downsample.1"])
    return found


def configure(net, qconfig, others):
    net.qconfig = qconfig
    for names, other in others:
        for name in names:
            net.get_submodule(name).qconfig = other


@torch.no_grad()
def calibrated():
    """Post-training quantization, ready to be converted."""
    net = pretrained()
    fuse_modules(net, groups(net), inplace=True)
    configure(net, PTQ, PTQ_OF)
    prepare(net, inplace=True)
    for x in images("validation", CALIBRATION_IMAGES)[0].split(CALIBRATION_BATCH):
        net(normalized(x))
    return net


def floats():
    """What is trained."""
    net = pretrained()
    fuse_modules(net, groups(net), inplace=True)
    return net


def prepared():
    """Ready for quantization-aware training."""
    net = floats().train()
    configure(net, QAT, QAT_OF)
    prepare_qat(net, inplace=True)
    learn_scales(net, convert(calibrated()))
    return net


def learn_scales(net, int8):
    """Scales begin as those of another network. Their gradients are divided by sqrt(N * quant_max), with N the values
    that share a scale, of an output those of one image: LSQ."""
    for name, module in list(net.named_modules()):
        if not isinstance(module, _LearnableFakeQuantize):
            continue
        path, kind = name.rsplit(".", 1)
        layer = int8.get_submodule(path)
        if kind == "weight_fake_quant":
            weight = layer.weight()
            scale, zero_point = weight.q_per_channel_scales(), weight.q_per_channel_zero_points()
        else:
            scale, zero_point = layer.scale, layer.zero_point
        module.scale.data = torch.as_tensor(scale).float().reshape(-1)
        module.zero_point.data = torch.as_tensor(zero_point).float().reshape(-1)
        module.enable_param_learning()

        def count(module, inputs):
            module.shared = inputs[0][0].numel()

        def divide(gradient, module=module):
            return gradient / (module.shared * module.quant_max) ** 0.5

        module.register_forward_pre_hook(count)
        module.scale.register_hook(divide)
        module.zero_point.register_hook(divide)


def train(net, teacher=None):
    torch.manual_seed(SEED)
    # A scale has the size of what it quantizes: it does not decay.
    scales = [p for name, p in net.named_parameters() if name.endswith((".scale", ".zero_point"))]
    others = [p for name, p in net.named_parameters() if not name.endswith((".scale", ".zero_point"))]
    optimizer = torch.optim.Adam([{"params": others}, {"params": scales, "weight_decay": 0}], lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS)
    averages = [parameter.detach().clone() for parameter in net.parameters()]
    stream = batches()
    net.train()
    for step in range(STEPS):
        x, y = next(stream)
        target = F.one_hot(y, 10).float()
        if teacher is not None:
            with torch.no_grad():
                target = (1 - DISTILLATION) * target + DISTILLATION * teacher(x).softmax(1)
        loss = F.cross_entropy(net(x), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            for parameter, average in zip(net.parameters(), averages):
                average.lerp_(parameter, 1 - AVERAGING if step > 0 else 1)
        print(f"step {step + 1} of {STEPS}, loss {loss.item():.4f}", flush=True)
    with torch.no_grad():
        for parameter, average in zip(net.parameters(), averages):
            parameter.copy_(average)
    net.eval()
    return net


@torch.no_grad()
def accuracy(net):
    """Share of the test images that are right."""
    pixels, labels = images("test", TEST_IMAGES)
    hits = sum((net(normalized(x)).argmax(1) == y).sum() for x, y in zip(pixels.split(250), labels.split(250)))
    return f"{100 * int(hits) / TEST_IMAGES:.2f} %"


def main():
    print("FP32", accuracy(pretrained()))
    print("PTQ, integers", accuracy(convert(calibrated())))
    net = train(prepared(), teacher=pretrained())
    int8 = convert(net)  # before an image of the test is seen
    net.apply(disable_observer)
    print("QAT, simulated", accuracy(net))
    print("QAT, integers", accuracy(int8))
    print("FP32 fine-tune of the same budget", accuracy(train(floats())))
    torch.save(int8.state_dict(), "resnet18_int8.pt")


if __name__ == "__main__":
    main()

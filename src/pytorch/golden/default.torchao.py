# The QAT Playground's ResNet18 for CIFAR-10, quantized after training and by training, with torchao.
# torchao has taken over from torch.ao.quantization. This script runs on torchao 0.18.0 with torch 2.13.0.
# To install: pip install torch==2.13.0 torchao==0.18.0 numpy
# Settings, as the page's address has them: none, as the page opens
#
# python qat_torchao.py [SITE]
# SITE is the address of the page, or the folder public/ of its repository once npm start has prepared it: weights
# (checkpoint/) and images (data/) are read from there.
#
# Every one of these settings is in this script.
#
# Other than on the page, whatever the settings are:
# - Random numbers: from the same seed, PyTorch draws another order of the images, other crops and other flips. A whole
#   epoch is shuffled, where the page shuffles its files of 1,000 images and the images within each.
# - Floats are summed in another order, so that the last bits differ; training makes more of that with every step.
# - X86InductorQuantizer quantizes what a convolution, the pooling or the linear layer reads, and not every output: of a
#   sum one branch keeps floats, and so do the logits.
# - The converted network computes in floats between quantize and dequantize operations, its weights held as int8.
#   torch.compile makes int8 kernels of these on an x86 CPU.

import copy
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
from torchao.quantization.pt2e import (
    FakeQuantize,
    HistogramObserver,
    MovingAverageMinMaxObserver,
    MovingAveragePerChannelMinMaxObserver,
    PerChannelMinMaxObserver,
    allow_exported_model_train_eval,
    disable_observer,
)
from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e, prepare_qat_pt2e
from torchao.quantization.pt2e.quantizer.quantizer import QuantizationSpec
from torchao.quantization.pt2e.quantizer.utils import QuantizationConfig
from torchao.quantization.pt2e.quantizer.x86_inductor_quantizer import X86InductorQuantizer

warnings.filterwarnings("ignore")


SITE = sys.argv[1] if len(sys.argv) > 1 else "https://example.org/playground/"
CALIBRATION_IMAGES, CALIBRATION_BATCH, TEST_IMAGES = 512, 64, 10000
STEPS, BATCH, SEED = 400, 32, 0
LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 0.001, 0.9, 0.0001
FREEZE_BATCH_NORM_AT = 0  # steps
FREEZE_OBSERVERS_AT = 200  # steps


PTQ_ACTIVATION = QuantizationSpec(
    dtype=torch.uint8,
    quant_min=0,
    quant_max=127,
    qscheme=torch.per_tensor_affine,
    observer_or_fake_quant_ctr=HistogramObserver.with_args(),
)
PTQ_WEIGHT = QuantizationSpec(
    dtype=torch.int8,
    quant_min=-4,
    quant_max=3,
    qscheme=torch.per_channel_symmetric,
    ch_axis=0,
    observer_or_fake_quant_ctr=PerChannelMinMaxObserver.with_args(),
)


QAT_ACTIVATION = QuantizationSpec(
    dtype=torch.uint8,
    quant_min=0,
    quant_max=127,
    qscheme=torch.per_tensor_affine,
    observer_or_fake_quant_ctr=FakeQuantize.with_args(observer=MovingAverageMinMaxObserver, averaging_constant=0.01),
)
QAT_WEIGHT = QuantizationSpec(
    dtype=torch.int8,
    quant_min=-4,
    quant_max=3,
    qscheme=torch.per_channel_symmetric,
    ch_axis=0,
    observer_or_fake_quant_ctr=FakeQuantize.with_args(observer=MovingAveragePerChannelMinMaxObserver, averaging_constant=1),
)


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
    """RandomCrop(32, padding=4) and RandomHorizontalFlip, of each image its own."""
    n = len(pixels)
    rows, columns = torch.randint(9, (2, n, 1)) + torch.arange(32)
    columns = torch.where(torch.rand(n, 1) < 0.5, columns.flip(1), columns)
    image = torch.arange(n).view(n, 1, 1)
    return F.pad(pixels, (4, 4, 4, 4))[image, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


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
        self.relu2 = nn.ReLU()

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        return self.relu2(out + identity)


class ResNet18(nn.Module):
    """torchvision's, for 10 classes."""

    def __init__(self):
        super().__init__()
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
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        x = self.fc(torch.flatten(self.avgpool(x), 1))
        return x


def pretrained():
    net = ResNet18()
    net.load_state_dict(weights(), strict=False)  # all but the batches that batch norms have counted
    return net.eval()


def exported(net):
    """The network as a graph, for batches of any size."""
    images = torch.zeros(2, 3, 32, 32)
    return torch.export.export(net, (images,), dynamic_shapes=({0: torch.export.Dim.AUTO},)).module()


def quantizer(activation, weight, is_qat):
    return X86InductorQuantizer().set_global(QuantizationConfig(activation, activation, weight, None, is_qat))


@torch.no_grad()
def calibrated():
    """Post-training quantization, ready to be converted."""
    net = prepare_pt2e(exported(pretrained()), quantizer(PTQ_ACTIVATION, PTQ_WEIGHT, is_qat=False))
    for x in images("validation", CALIBRATION_IMAGES)[0].split(CALIBRATION_BATCH):
        net(normalized(x))
    return allow_exported_model_train_eval(net)


def floats():
    """What is trained."""
    return allow_exported_model_train_eval(exported(pretrained().train()))


def prepared():
    """Ready for quantization-aware training."""
    net = prepare_qat_pt2e(exported(pretrained().train()), quantizer(QAT_ACTIVATION, QAT_WEIGHT, is_qat=True))
    return allow_exported_model_train_eval(net)


def converted(net):
    """Of the network that is given, which is used up."""
    return allow_exported_model_train_eval(convert_pt2e(net))


def train(net):
    torch.manual_seed(SEED)
    optimizer = torch.optim.SGD(net.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS)
    stream = batches()
    net.train()
    for step in range(STEPS):
        if step == FREEZE_BATCH_NORM_AT:
            net.eval()
        if step == FREEZE_OBSERVERS_AT:
            net.apply(disable_observer)
        x, y = next(stream)
        loss = F.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        print(f"step {step + 1} of {STEPS}, loss {loss.item():.4f}", flush=True)
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
    print("PTQ, converted", accuracy(converted(calibrated())))
    net = train(prepared())
    int8 = converted(copy.deepcopy(net))  # before an image of the test is seen
    net.apply(disable_observer)
    print("QAT, simulated", accuracy(net))
    print("QAT, converted", accuracy(int8))
    print("FP32 fine-tune of the same budget", accuracy(train(floats())))
    torch.save(int8.state_dict(), "resnet18_int8.pt")


if __name__ == "__main__":
    main()

"""Median time of a whole PyTorch CPU training step of this network: QAT and FP32, eager mode, real images.

    python train_bench.py [--batch 32] [--threads 1] [--repeats 7] [--json FILE|-]

QAT is get_default_qat_qconfig("fbgemm"), with its fused observe-and-fake-quant kernels; the two are measured in turn.
Weights do not matter to the speed: they are the network's initial ones.
"""

import argparse
import json
import statistics
import sys
import time
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.ao.quantization import get_default_qat_qconfig

from environment import environment
from golden import images
from quantizable import prepared_for_qat, quantizable
from resnet import ResNet18

WARM_UP = 2


def stepper(net: torch.nn.Module, x: torch.Tensor, y: torch.Tensor):
    """A function that runs forward, backward and SGD once."""
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9, weight_decay=1e-4)

    def step() -> None:
        loss = F.cross_entropy(net(x), y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    return step


def measure(batch: int, repeats: int) -> dict:
    torch.manual_seed(0)
    model = ResNet18()
    x, y = images.batch("train", 0, batch)
    nets = {
        "qat": prepared_for_qat(model, get_default_qat_qconfig("fbgemm"), add_relu=True),
        "fp32": quantizable(model, add_relu=False).train(),
    }
    steps = {name: stepper(net, x, y) for name, net in nets.items()}
    times = {name: [] for name in steps}
    for index in range(WARM_UP + repeats):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            if index >= WARM_UP:
                times[name].append((time.perf_counter() - start) * 1e3)
    return {
        name: {"median_ms": statistics.median(t), "min_ms": min(t), "max_ms": max(t), "samples": len(t)}
        for name, t in times.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--json", help="file, or - for standard output (the table then goes to standard error)")
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(args.threads)
    result = measure(args.batch, args.repeats)
    for name, t in result.items():
        line = f"{name:5} step, batch {args.batch}, {args.threads} thread(s): median {t['median_ms']:.0f} ms"
        print(line, file=sys.stderr if args.json == "-" else sys.stdout)
    if args.json:
        body = {"batch": args.batch, "threads": args.threads, "steps": result, "environment": environment()}
        text = json.dumps(body, indent=1)
        print(text) if args.json == "-" else Path(args.json).write_text(text + "\n")


if __name__ == "__main__":
    main()

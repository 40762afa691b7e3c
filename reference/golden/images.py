"""The images and labels the fixtures are made of, in split order."""

from functools import lru_cache

import torch

import cifar10


@lru_cache(maxsize=1)
def _splits():
    (images, labels), test = cifar10.load()
    train, validation = (torch.tensor(indices) for indices in cifar10.split_indices())
    return {
        "train": (images[train], labels[train]),
        "validation": (images[validation], labels[validation]),
        "test": test,
    }


def batch(split: str, start: int, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Normalised NCHW float32 images start..start+count-1 of a split, and their labels."""
    images, labels = _splits()[split]
    return cifar10.normalize(images[start : start + count]), labels[start : start + count]

"""Topic softmax_regression: the last layer that a convex problem has, found by PyTorch's L-BFGS in float64 to its end."""

import torch
import torch.nn.functional as F

from .fixture import Fixture

#: Images, features, classes.
SIZES = {"many": (300, 12, 4), "separable": (24, 40, 3), "two": (50, 5, 2)}


def _features(n: int, d: int, classes: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Positive, of different sizes, as features behind a ReLU are; the last one never changes."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(classes, (n,), generator=generator)
    labels[:classes] = torch.arange(classes)
    centres = torch.randn(classes, d, generator=generator)
    noise = torch.randn(n, d, generator=generator)
    values = F.relu(centres[labels] * 0.8 + noise + 0.5) * torch.logspace(-2, 2, d)
    values[:, -1] = 0.75
    return values.float(), labels


def _optimum(values: torch.Tensor, labels: torch.Tensor, classes: int):
    """Mean cross-entropy + |W|^2 / 2n on standardised features, biases free; the layer for the features as they are."""
    x = values.double()
    mean = x.mean(0)
    deviation = x.std(0, correction=0)
    deviation[deviation < 1e-12] = 1
    x = (x - mean) / deviation
    n, d = x.shape
    weight = torch.zeros(classes, d, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(classes, dtype=torch.float64, requires_grad=True)

    def closure():
        weight.grad = bias.grad = None
        loss = F.cross_entropy(x @ weight.T + bias, labels) + weight.square().sum() / (2 * n)
        loss.backward()
        return loss

    # One that has come to a stop begins anew without what it remembers.
    for _ in range(20):
        torch.optim.LBFGS(
            [weight, bias], max_iter=500, tolerance_grad=1e-13, tolerance_change=0, line_search_fn="strong_wolfe"
        ).step(closure)
    closure()
    assert max(weight.grad.abs().max(), bias.grad.abs().max()) < 1e-8
    with torch.no_grad():
        loss = F.cross_entropy(x @ weight.T + bias, labels)
        given = weight / deviation
        return given, bias - given @ mean, loss


def softmax_regression() -> Fixture:
    fixture = Fixture("softmax_regression")
    fixture.values = {"cases": {}}
    for seed, (name, (n, d, classes)) in enumerate(SIZES.items()):
        values, labels = _features(n, d, classes, seed)
        weight, bias, loss = _optimum(values, labels, classes)
        fixture.array(f"{name}.values", values)
        fixture.array(f"{name}.labels", labels.to(torch.uint8))
        fixture.array(f"{name}.weight", weight.float())
        fixture.array(f"{name}.bias", bias.float())
        fixture.values["cases"][name] = {"classes": classes, "loss": loss.item()}
    return fixture

// Parts that PyTorch scripts have in common: the comment at the top, the page's files, images, training, the figures at the
// end. Python as text, four spaces deep. Not for how a network is quantized: eager.ts, torchao.ts.
import { trainOptions } from '../project/trainings';
import type { Recipe } from '../recipe/recipe';
import { toQuery } from '../recipe/recipe-text';
import type { LeftOut } from './script';

/** Version that the scripts were run on. */
export const TORCH = '2.13.0';
const WIDTH = 118;

/** Lines of a comment. @param indent before the lines after the first */
function comment(text: string, indent = ''): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(lines.length === 0 ? word : indent + word);
  }
  return lines.map((line) => `# ${line}`).join('\n');
}

interface Heading {
  readonly recipe: Recipe;
  readonly filename: string;
  /** What it does, and on which versions. */
  readonly about: readonly string[];
  readonly leftOut: readonly LeftOut[];
  /** What is other than on the page whatever the recipe is. */
  readonly differences: readonly string[];
}

/** The comment at the top. */
export function heading({ recipe, filename, about, leftOut, differences }: Heading): string {
  const list = (items: readonly string[]) => items.map((item) => comment(`- ${item}`, '  '));
  return [
    ...about.map((text) => comment(text)),
    comment(`Settings, as the page's address has them: ${toQuery(recipe) || 'none, as the page opens'}`),
    '#',
    comment(`python ${filename} [SITE]`),
    comment(
      'SITE is the address of the page, or the folder public/ of its repository once npm start has prepared it: weights (checkpoint/) and images (data/) are read from there.',
    ),
    '#',
    ...(leftOut.length === 0
      ? [comment('Every one of these settings is in this script.')]
      : [
          comment('Settings that this script leaves out:'),
          ...list(leftOut.map(({ setting, why }) => `${setting}: ${why}`)),
        ]),
    '#',
    comment('Other than on the page, whatever the settings are:'),
    ...list(differences),
  ].join('\n');
}

/** Of every script. */
export const DIFFERENCES = [
  'Random numbers: from the same seed, PyTorch draws another order of the images, other crops and other flips. A whole epoch is shuffled, where the page shuffles its files of 1,000 images and the images within each.',
  'Floats are summed in another order, so that the last bits differ; training makes more of that with every step.',
];

/** Of those that distill. */
export const DISTILLED =
  'The teacher of the distillation is the float network; on the page it is that network at 8 bits.';

/** Whether batch norms are trained. */
const hasBatchNorm = ({ batchNorm }: Recipe): boolean => batchNorm !== 'folded';
/** Whether observers can be frozen: those that only observe cannot, and learned scales have none. */
const hasObservers = ({ qconfig }: Recipe): boolean => qconfig === 'fbgemm_qat' || qconfig === 'fbgemm_fused';

/** Constants of the script. @param site where it looks for the page's files if nobody says */
export function settings(recipe: Recipe, site: string): string {
  const { images, distillation, averaging } = recipe;
  const { steps, batch, learningRate, momentum, weightDecay, seed, ...freezing } = trainOptions('qat', recipe);
  return [
    `SITE = sys.argv[1] if len(sys.argv) > 1 else ${JSON.stringify(site)}`,
    `CALIBRATION_IMAGES, CALIBRATION_BATCH, TEST_IMAGES = 512, 64, ${images}`,
    `STEPS, BATCH, SEED = ${steps}, ${batch}, ${seed}`,
    `LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = ${learningRate}, ${momentum}, ${weightDecay}`,
    ...(hasBatchNorm(recipe) ? [`FREEZE_BATCH_NORM_AT = ${Math.round(freezing.freezeBnAt * steps)}  # steps`] : []),
    ...(hasObservers(recipe)
      ? [`FREEZE_OBSERVERS_AT = ${Math.round(freezing.freezeObserversAt * steps)}  # steps`]
      : []),
    ...(distillation > 0
      ? [`# The share of the target that is the teacher's answer.\nDISTILLATION = ${distillation}`]
      : []),
    ...(averaging > 0
      ? [`# What the average of the weights keeps of itself at each step.\nAVERAGING = ${averaging}`]
      : []),
  ].join('\n');
}

/** read, weights. */
export const FILES = `@cache
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
    return state`;

const AUGMENTATIONS: Readonly<Record<Recipe['augmentation'], string>> = {
  crops_and_flips: `def augmented(pixels):
    """RandomCrop(32, padding=4) and RandomHorizontalFlip, of each image its own."""
    n = len(pixels)
    rows, columns = torch.randint(9, (2, n, 1)) + torch.arange(32)
    columns = torch.where(torch.rand(n, 1) < 0.5, columns.flip(1), columns)
    image = torch.arange(n).view(n, 1, 1)
    return F.pad(pixels, (4, 4, 4, 4))[image, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)`,
  flips: `def augmented(pixels):
    """RandomHorizontalFlip, of each image its own."""
    return torch.where(torch.rand(len(pixels), 1, 1, 1) < 0.5, pixels.flip(3), pixels)`,
  none: `def augmented(pixels):
    """As they are."""
    return pixels`,
};

/** images, normalized, augmented, batches. */
export const imageCode = ({ augmentation }: Recipe): string => `@cache
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


${AUGMENTATIONS[augmentation]}


def batches():
    """Training images without end, each once per epoch; a batch may span two."""
    pixels, labels = images("train", 45_000)
    order = torch.empty(0, dtype=torch.long)
    while True:
        while len(order) < BATCH:
            order = torch.cat([order, torch.randperm(len(labels))])
        batch, order = order[:BATCH], order[BATCH:]
        yield normalized(augmented(pixels[batch])), labels[batch]`;

interface NetworkOptions {
  /** Lines that add the skip connection and apply the block's last ReLU. */
  readonly sum: string;
  /** Modules of a block besides its layers. */
  readonly modules?: string;
  /** Between stubs. */
  readonly stubs: boolean;
}

/** Block, ResNet18, pretrained. */
export const networkCode = ({ sum, modules = '', stubs }: NetworkOptions): string => `class Block(nn.Module):
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
${modules}        self.relu2 = nn.ReLU()

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        return ${sum}


class ResNet18(nn.Module):
    """torchvision's, for 10 classes${stubs ? ', between the stubs that mark where integers begin and end' : ''}."""

    def __init__(self):
        super().__init__()
${stubs ? '        self.quant, self.dequant = QuantStub(), DeQuantStub()\n' : ''}        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
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
        x = self.maxpool(self.relu(self.bn1(self.conv1(${stubs ? 'self.quant(x)' : 'x'}))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        x = self.fc(torch.flatten(self.avgpool(x), 1))
        return ${stubs ? 'self.dequant(x)' : 'x'}


def pretrained():
    net = ResNet18()
    net.load_state_dict(weights(), strict=False)  # all but the batches that batch norms have counted
    return net.eval()`;

const OPTIMIZERS: Readonly<Record<Recipe['optimizer'], (parameters: string) => string>> = {
  sgd: (parameters) => `torch.optim.SGD(${parameters}, lr=LEARNING_RATE, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)`,
  adam: (parameters) => `torch.optim.Adam(${parameters}, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)`,
};
const SCHEDULES: Readonly<Record<Recipe['schedule'], string>> = {
  constant: 'ConstantLR(optimizer, factor=1)',
  step: 'StepLR(optimizer, step_size=-(-STEPS // 3), gamma=0.1)',
  cosine: 'CosineAnnealingLR(optimizer, T_max=STEPS)',
  one_cycle: 'OneCycleLR(optimizer, max_lr=LEARNING_RATE, total_steps=STEPS, cycle_momentum=False)',
};

interface TrainingCode {
  readonly recipe: Recipe;
  /** Lines within the loop, of `net`, that tell batch norms to keep their statistics. */
  readonly freezeBatchNorm: string;
  /** The parameters that are trained, and lines before that make them. */
  readonly parameters: { readonly lines: string; readonly groups: string };
}

/** The first step is copied. */
const AVERAGING_STEP = `        with torch.no_grad():
            for parameter, average in zip(net.parameters(), averages):
                average.lerp_(parameter, 1 - AVERAGING if step > 0 else 1)
`;

/** train(net, teacher): by the recipe's optimizer, schedule and freezing. */
export function trainingCode({ recipe, freezeBatchNorm, parameters }: TrainingCode): string {
  const { optimizer, schedule, distillation, averaging } = recipe;
  const learned =
    distillation > 0
      ? `        target = F.one_hot(y, 10).float()
        if teacher is not None:
            with torch.no_grad():
                target = (1 - DISTILLATION) * target + DISTILLATION * teacher(x).softmax(1)
        loss = F.cross_entropy(net(x), target)`
      : '        loss = F.cross_entropy(net(x), y)';
  return `def train(net${distillation > 0 ? ', teacher=None' : ''}):
    torch.manual_seed(SEED)
${parameters.lines}    optimizer = ${OPTIMIZERS[optimizer](parameters.groups)}
    schedule = torch.optim.lr_scheduler.${SCHEDULES[schedule]}
${averaging > 0 ? '    averages = [parameter.detach().clone() for parameter in net.parameters()]\n' : ''}    stream = batches()
    net.train()
    for step in range(STEPS):
${hasBatchNorm(recipe) ? `        if step == FREEZE_BATCH_NORM_AT:\n${freezeBatchNorm}\n` : ''}${
    hasObservers(recipe) ? '        if step == FREEZE_OBSERVERS_AT:\n            net.apply(disable_observer)\n' : ''
  }        x, y = next(stream)
${learned}
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
${averaging > 0 ? AVERAGING_STEP : ''}        print(f"step {step + 1} of {STEPS}, loss {loss.item():.4f}", flush=True)
${
  averaging > 0
    ? `    with torch.no_grad():
        for parameter, average in zip(net.parameters(), averages):
            parameter.copy_(average)
`
    : ''
}    net.eval()
    return net`;
}

/** accuracy(net). */
export const ACCURACY = `@torch.no_grad()
def accuracy(net):
    """Share of the test images that are right."""
    pixels, labels = images("test", TEST_IMAGES)
    hits = sum((net(normalized(x)).argmax(1) == y).sum() for x, y in zip(pixels.split(250), labels.split(250)))
    return f"{100 * int(hits) / TEST_IMAGES:.2f} %"`;

interface MainCode {
  readonly recipe: Recipe;
  /** What a network is after conversion. */
  readonly kind: 'integers' | 'converted';
  /** Expressions: what `calibrated()` converts to, and the trained `net`, which is simulated afterwards. */
  readonly ptq: string;
  readonly qat: string;
}

/** main(): the figures, one after the other. */
export const mainCode = ({ recipe: { distillation }, kind, ptq, qat }: MainCode): string => `def main():
    print("FP32", accuracy(pretrained()))
    print("PTQ, ${kind}", accuracy(${ptq}))
    net = train(prepared()${distillation > 0 ? ', teacher=pretrained()' : ''})
    int8 = ${qat}  # before an image of the test is seen
    net.apply(disable_observer)
    print("QAT, simulated", accuracy(net))
    print("QAT, ${kind}", accuracy(int8))
    print("FP32 fine-tune of the same budget", accuracy(train(floats())))
    torch.save(int8.state_dict(), "resnet18_int8.pt")


if __name__ == "__main__":
    main()`;

/** Modules that every script imports, before those of PyTorch. */
export const IMPORTS = `import gzip
import json
import sys
import urllib.request
import warnings
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn`;

/** Those of the names that a text uses, as an import; empty where it uses none. */
export function importsFrom(module: string, names: readonly string[], text: string): string {
  const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
  if (used.length === 0) return '';
  const line = `from ${module} import ${used.join(', ')}`;
  return line.length <= WIDTH ? line : `from ${module} import (\n${used.map((name) => `    ${name},\n`).join('')})`;
}

/** Each line but the first that deeper. */
export const indented = (text: string, by: string): string => text.replaceAll('\n', `\n${by}`);

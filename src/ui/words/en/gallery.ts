// The gallery of what goes wrong. What each trap changes, and where its figures stand: gallery/traps.ts.
const RULES_RECORDED =
  'the default training at 3/8 bits, 400 steps, seed 0, 5,000 validation pictures; Chromium, WASM (docs/quantization.md)';
const NOT_RECORDED = 'No figure was recorded. Make the run, and it is measured here.';

export const gallery = {
  title: 'What goes wrong',
  about:
    'Mistakes that others have made, the article’s own first. Those that can be chosen here make a new run beside yours: the recipe this page opens with, and that one mistake.',
  cure: 'Cure.',
  here: 'Here.',
  make: 'New run with this mistake',
  announced: (run: string) => `${run} is a new run with this mistake. Your other runs are as they were.`,
  made: (run: string) => `${run} has it, and [its steps wait for you](#top). Your other runs are as they were.`,
  of256: 'of 256 images',

  traps: {
    'observe-only': {
      name: 'A qconfig that only observes',
      mechanism:
        'get_default_qconfig has observers and no fake-quant. Training with it, as the article does, is ordinary fine-tuning: the network never meets its own rounding, and conversion then rounds it as PTQ would.',
      cure: 'get_default_qat_qconfig, whose fake-quants round in every forward pass.',
      here: 'Compare its QAT with its PTQ, and with a run of the default qconfig.',
      figures: [],
      recorded: NOT_RECORDED,
    },
    'two-rules': {
      name: 'Trained with one scale, converted with another',
      mechanism:
        'PyTorch’s fused kernel scales symmetric weights by max(−a / 128, b / 127), and conversion by the observer’s rule. The fewer the bits, the further the two are apart, and the integers are not the network that was trained.',
      cure: 'One rule for both, as this page has by default.',
      here: 'Compare the accuracy of the simulated network with that of the integers.',
      figures: ['One rule', 'Two rules'],
      recorded: `${RULES_RECORDED}.`,
    },
    'search-of-256': {
      name: 'Ranges searched for 256 codes, used with 16',
      mechanism:
        'PyTorch’s histogram observer models the error of 256 codes whatever the width. At 4 bits it keeps a range that 16 codes are too coarse for.',
      cure: 'Ranges of least squared error at the number of codes there are: ranges by mse.',
      here: 'It is PTQ that it hurts: put the slider at 4/4, then change the ranges to mse.',
      figures: ['Searched for the 16 codes', 'Searched for 256 codes'],
      recorded:
        'PTQ at 4/4 bits, both ends and the skip adds at 8, 5,000 validation pictures, of which 512 calibrated it (docs/quantization.md).',
    },
    'no-fusion': {
      name: 'fuse_modules forgotten',
      mechanism:
        'Convolution, batch norm and ReLU are quantized one by one: a rounding between each two of them, and another pass over every map.',
      cure: 'Fuse before preparing.',
      here: 'Accuracy hardly tells; look at the time of a picture.',
      figures: ['Fused, a picture', 'Apart, a picture', 'Fused', 'Apart'],
      recorded: `${RULES_RECORDED}; times on one thread of a machine that was not quiet.`,
    },
    'plain-add': {
      name: 'A skip connection added with +',
      mechanism:
        'In PyTorch’s eager mode an observer hangs on a module, and + is none. The sum has no scale of its own, and the converted network stops at the addition: + is not defined for its quantized tensors.',
      cure: 'nn.quantized.FloatFunctional, whose add or add_relu is a module that can be observed.',
      here: 'This page’s graph has an operation for every sum, so the mistake cannot be made here.',
      figures: [],
      recorded: 'There is nothing to measure: the converted network gives no answer.',
    },
    'chosen-on-test': {
      name: 'Choosing on the test set',
      mechanism:
        'Whoever tries many recipes and keeps the best by its test accuracy keeps the luckiest, and reports the luck as well. It is worst where a network also learned from the pictures that judge it.',
      cure: 'Choose by validation pictures, and look at the test set once.',
      here: 'No choice of a recipe makes it; the column of test accuracies under Runs does, if it is used to choose by.',
      figures: ['Judged on the 512 it learned from', 'Judged on 4,488 others'],
      recorded:
        'an extreme case: PTQ at 2/2 bits whose roundings were learned from the pictures that judged it, seed 0 (docs/quantization.md).',
    },
    rate: {
      name: 'A high learning rate, and no schedule',
      mechanism:
        'A pretrained network needs small steps. A rate that is too high throws away what it knew, and without a schedule the last steps are as large as the first: it never settles.',
      cure: 'A peak that validation pictures chose, and a cosine to zero.',
      here: 'Watch the validation curve jump to the last step. What the constant rate costs is measured by your run.',
      figures: ['Peak of 0.001, cosine', 'Peak of 0.003, still with the cosine'],
      recorded: '3/8 bits, 400 steps, seed 0, 5,000 validation pictures; Node, WASM (docs/quantization.md).',
    },
    'tiny-batches': {
      name: 'Batch norm from tiny batches',
      mechanism:
        'In the last layers a picture has few positions, so mean and variance of two pictures are mostly noise. They shift channels while training, and the running averages that remain are of that noise.',
      cure: 'Larger batches, or batch norm frozen or folded before training.',
      here: 'With 8-bit activations this page freezes batch norm from the first step; at 6 bits it trains for a while.',
      figures: [],
      recorded: NOT_RECORDED,
    },
    'observers-on': {
      name: 'Observers left on',
      mechanism:
        'While observers run, scales move with every batch, and weights aim at a grid that does not hold still. PyTorch’s conversion looks at the weights once more as well, so the last scale is one that nothing was trained with.',
      cure: 'Freeze observers before the end, so that weights settle on the final grid.',
      here: 'This page freezes them after half of the steps; it cannot be left out.',
      figures: [],
      recorded: 'No figure was recorded, and none can be measured here.',
    },
    'gamma-0': {
      name: 'A channel that nothing goes through',
      mechanism:
        'Where batch norm’s gamma is 0 the folded weight is 0: its scale falls to the smallest there is, eps, and training’s ConvBn, which multiplies by gamma / sigma and divides by it again, makes 0 / 0 of it: one NaN, then all.',
      cure: 'Keep the factor away from 0. This page takes at least 2^−20, and the channel gives its bias.',
      here: 'No gamma of the pretrained network is chosen by a recipe, and the guard is always on.',
      figures: [],
      recorded: 'There is nothing to measure: unguarded, every figure is NaN.',
    },
    'codes-past-127': {
      name: 'Integers that depend on the CPU',
      mechanism:
        'PyTorch’s modules clamp at 255 though reduce_range observed 0 to 127. Where a picture passes 127, a CPU without VNNI adds two products in 16 bits, which overflow to the nearest end: another CPU, other codes.',
      cure: 'Clamp where the observer ended, as in training, or prove that the sums fit. This page’s engine does both.',
      here: 'It cannot be made here: the integers are the same on every CPU.',
      figures: ['Pictures with other codes'],
      recorded: 'PyTorch with and without VNNI, the first 256 test pictures, after 10 steps of QAT (docs/numerics.md).',
    },
    luck: {
      name: '“8 bits helped”',
      mechanism:
        'At 8 bits the integer network is now and then better than FP32. Nothing was gained: the difference is less than what 5,000 pictures can tell, a standard error of 0.5 points.',
      cure: 'Read the interval of the difference, not its sign; train with several seeds, and beside a control.',
      here: 'See whether the interval of the difference holds 0; then duplicate the run with other seeds.',
      figures: ['FP32', '8/8 bits, nothing trained'],
      recorded: 'PTQ with PyTorch’s ranges, 5,000 validation pictures (docs/quantization.md).',
    },
  },
};

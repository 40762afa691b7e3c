// The gallery of what goes wrong: each trap with what makes it, and what was measured of it. A figure here stands in
// docs/ (traps.test.ts compares). Not for what is said of them: words/.
import type { Trap } from './trap';

const RULES = 'Two rules and modules apart, measured';

export const TRAPS: readonly Trap[] = [
  {
    id: 'observe-only',
    change: { qconfig: 'fbgemm' },
    figures: [],
  },
  {
    id: 'two-rules',
    change: { qconfig: 'fbgemm_fused' },
    figures: [
      { value: '86.8', unit: '%', at: cell(RULES, ['3/8', 'one rule, fused'], 'QAT') },
      { value: '82.6', unit: '%', at: cell(RULES, ['3/8', "PyTorch's two rules"], 'QAT') },
    ],
  },
  {
    id: 'search-of-256',
    change: { weightBits: 4, activationBits: 4, ranges: 'histogram', keepEight: 'edges_and_sums' },
    figures: [
      {
        value: '86.7',
        unit: '%',
        at: cell('Ranges and roundings without training', ['mse / minmax'], '4/4'),
      },
      {
        value: '83.9',
        unit: '%',
        at: cell('Ranges and roundings without training', ["PyTorch's / minmax"], '4/4'),
      },
    ],
  },
  {
    id: 'no-fusion',
    change: { batchNorm: 'apart', fuseAddRelu: false },
    figures: [
      { value: '0.46', unit: 'ms', at: cell(RULES, ['3/8', 'one rule, fused'], 'ms') },
      { value: '0.80', unit: 'ms', at: cell(RULES, ['3/8', 'modules apart'], 'ms') },
      { value: '86.8', unit: '%', at: cell(RULES, ['3/8', 'one rule, fused'], 'QAT') },
      { value: '86.2', unit: '%', at: cell(RULES, ['3/8', 'modules apart'], 'QAT') },
    ],
  },
  {
    id: 'plain-add',
    figures: [],
  },
  {
    id: 'chosen-on-test',
    figures: [
      { value: '84.6', unit: '%', at: learnedFrom() },
      { value: '72.5', unit: '%', at: learnedFrom() },
    ],
  },
  {
    id: 'rate',
    change: { learningRate: 3e-3, schedule: 'constant' },
    figures: [
      {
        value: '86.8',
        unit: '%',
        at: cell('The recipe', ['3/8', 'QAT, the default', '1e-3', '400', 'from the start', '0'], 'accuracy'),
      },
      {
        value: '85.9',
        unit: '%',
        at: cell('The recipe', ['3/8', 'QAT', '3e-3'], 'accuracy'),
      },
    ],
  },
  {
    id: 'tiny-batches',
    change: { batch: 2, activationBits: 6 },
    figures: [],
  },
  {
    id: 'observers-on',
    figures: [],
  },
  {
    id: 'gamma-0',
    figures: [],
  },
  {
    id: 'codes-past-127',
    figures: [
      {
        value: '8',
        unit: 'of 256 images',
        at: {
          file: 'numerics.md',
          words:
            'Of the first 256 test images 8 then have other codes in layers 3 and 4 after 10 steps of QAT, by up to 22 steps of one code',
        },
      },
    ],
  },
  {
    id: 'luck',
    change: { weightBits: 8, activationBits: 8 },
    figures: [
      {
        value: '88.6',
        unit: '%',
        at: { file: 'quantization.md', words: 'FP32 has 88.6 %' },
      },
      {
        value: '88.8',
        unit: '%',
        at: cell('The width the page opens with', [], '8/8'),
      },
    ],
  },
];

function cell(section: string, row: readonly string[], column: string) {
  return { section, row, column };
}

function learnedFrom() {
  const words = '2/2 bits get 84.6 % of these 512 right and 72.5 % of the other 4,488';
  return { file: 'quantization.md', words };
}

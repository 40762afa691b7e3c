// Which tensors of a file become parameters, and what is said of those that do not fit. Not for files: tests/golden/files.test.ts.
import { expect, it } from 'vitest';
import { asStateDict, type ExpectedShapes } from './state-dict';
import type { FileTensor } from './tensor';

const EXPECTED: ExpectedShapes = new Map([
  ['conv1.weight', [2, 1]],
  ['bn1.running_var', [2]],
  ['fc.weight', ['classes', 2]],
  ['fc.bias', ['classes']],
]);
const CLASSES = { min: 2, max: 4 };
const tensor = (shape: readonly number[], fill = 1): FileTensor => ({
  ...{ type: 'float32', shape },
  values: () => new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(fill),
});
const whole = (): Record<string, FileTensor> => ({
  'conv1.weight': tensor([2, 1], 3),
  'bn1.running_var': tensor([2]),
  'bn1.num_batches_tracked': tensor([]),
  'fc.weight': tensor([3, 2]),
  'fc.bias': tensor([3]),
});
const read = (tensors: Record<string, FileTensor>) => asStateDict(new Map(Object.entries(tensors)), EXPECTED, CLASSES);

it('takes what it needs, in the order of the network, and counts the classes', () => {
  const { params, classes } = read(whole());
  expect(classes).toBe(3);
  expect([...params.keys()]).toEqual([...EXPECTED.keys()]);
  expect(params.get('conv1.weight')).toEqual({ shape: [2, 1], data: Float32Array.of(3, 3) });
});

it.each(['module.', '_orig_mod.', 'module._orig_mod.'])('names under %s', (prefix) => {
  const wrapped = Object.fromEntries(Object.entries(whole()).map(([name, one]) => [prefix + name, one]));
  expect([...read(wrapped).params.keys()]).toEqual([...EXPECTED.keys()]);
});

const without = (name: string) => Object.fromEntries(Object.entries(whole()).filter(([one]) => one !== name));
it.each<[string, Record<string, FileTensor>]>([
  ['"fc.bias" is missing', without('fc.bias')],
  ['"conv1.weight", "bn1.running_var", "fc.weight" and 1 more are missing', {}],
  ['this network has no "conv2.weight"', { ...whole(), 'conv2.weight': tensor([1]) }],
  ['"conv1.weight" has the shape [2, 3] and should have [2, 1]', { ...whole(), 'conv1.weight': tensor([2, 3]) }],
  ['"conv1.weight" has the shape [2] and should have [2, 1]', { ...whole(), 'conv1.weight': tensor([2]) }],
  ['"fc.bias" has the shape [4] and should have [classes]', { ...whole(), 'fc.bias': tensor([4]) }],
  ['it tells 9 classes apart; 2 to 4 can be', { ...whole(), 'fc.weight': tensor([9, 2]), 'fc.bias': tensor([9]) }],
  ['value 0 of "conv1.weight" is NaN', { ...whole(), 'conv1.weight': tensor([2, 1], NaN) }],
  ['a variance in "bn1.running_var" is below 0', { ...whole(), 'bn1.running_var': tensor([2], -1) }],
])('%s', (why, tensors) => {
  expect(() => read(tensors)).toThrow(`This file cannot be read as weights of this network: ${why}.`);
});

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlaygroundError } from '../core/errors';
import { Rng } from '../core/rng';
import { replaced, spoilt } from '../core/spoilt';
import { ModelBuilder } from '../engine/testing/models';
import type { Int8Model } from './int8-model';
import { int8FileBytes, parseInt8Model, serializeInt8Model } from './serialize';

/** A small network with every operation. */
function smallModel(seed: number, channels: number, qmax: number, weightBits = 8): Int8Model {
  const builder = new ModelBuilder(new Rng(seed), qmax, weightBits);
  const image = builder.tensor(6, 5, 3, 3);
  const pooled = builder.maxpool(builder.conv(image, channels, 3, 1, 1), 3, 2, 1);
  const branch = builder.conv(pooled, channels, 3, 1, 1, { relu: false });
  const sum = builder.relu(builder.add(branch, pooled, false, 3));
  builder.linear(builder.avgpool(sum), 4);
  return builder.build(`small ${seed}`);
}
const models = fc.tuple(
  fc.nat(),
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 60, max: 255 }),
  fc.integer({ min: 2, max: 8 }),
);

describe('an int8 model as a file', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(models, (options) => {
        const model = smallModel(...options);
        const file = serializeInt8Model(model);
        expect(parseInt8Model(file)).toEqual(model);
        expect(int8FileBytes(model)).toBe(file.length);
      }),
    );
  });

  it('comes back with a batch norm of its own', () => {
    const builder = new ModelBuilder(new Rng(4));
    builder.batchnorm(builder.conv(builder.tensor(3, 3, 2, 3), 5, 1, 1, 0), 9);
    const model = builder.build('unfused');
    const file = serializeInt8Model(model);
    expect(parseInt8Model(file)).toEqual(model);
    expect(int8FileBytes(model)).toBe(file.length);
  });

  it('comes back from version 1, where every weight had eight bits', () => {
    const file = readFileSync(new URL('./testing/small-version-1.int8', import.meta.url));
    expect(parseInt8Model(file)).toEqual(smallModel(3, 4, 127));
  });

  it('comes back from the middle of a larger buffer', () => {
    const model = smallModel(1, 5, 127);
    const file = serializeInt8Model(model);
    const larger = new Uint8Array(file.length + 7);
    larger.set(file, 3);
    expect(parseInt8Model(larger.subarray(3, 3 + file.length))).toEqual(model);
  });

  it.each([2, 3, 4, 5, 6, 7, 8])('has %i bits for each weight', (weightBits) => {
    const builder = new ModelBuilder(new Rng(1));
    const weights = new Int8Array(512 * 512 * 9);
    builder.conv(builder.tensor(2, 2, 512, 0), 512, 3, 1, 1, { weights, weightBits });
    const bytes = int8FileBytes(builder.build('wide'));
    expect(bytes).toBeGreaterThan((weights.length * weightBits) / 8);
    expect(bytes).toBeLessThan((weights.length * weightBits * 1.01) / 8);
  });

  it('a damaged one is refused with a sentence, or is a valid model', () => {
    const file = serializeInt8Model(smallModel(2, 3, 127));
    const damage = fc.oneof(
      fc.record({ at: fc.nat(file.length - 1), byte: fc.nat(255) }),
      fc.record({ length: fc.nat(file.length - 1) }),
    );
    fc.assert(
      fc.property(damage, (change) => {
        const damaged = 'length' in change ? file.slice(0, change.length) : file.slice();
        if ('at' in change) damaged[change.at] = change.byte;
        try {
          serializeInt8Model(parseInt8Model(damaged));
        } catch (error) {
          expect(error).toBeInstanceOf(PlaygroundError);
          expect(error).toMatchObject({ code: 'bad-file' });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** One in a header's list. */
const TENSOR = '{"h":1,"w":1,"c":1,"q":{"scale":1,"zeroPoint":0,"qmin":0,"qmax":127}},';

describe('parseInt8Model refuses', () => {
  const file = serializeInt8Model(smallModel(3, 4, 127));
  /** The file with its header changed as text; the arrays stay where they belong. */
  const withHeader = (change: (header: string) => string): Uint8Array => {
    const view = new DataView(file.buffer);
    const end = 12 + view.getUint32(8, true);
    const header = new TextEncoder().encode(change(new TextDecoder().decode(file.subarray(12, end))));
    const aligned = (n: number) => Math.ceil(n / 8) * 8;
    const start = aligned(12 + header.length);
    const changed = new Uint8Array(start + file.length - aligned(end));
    changed.set(file.subarray(0, 8));
    new DataView(changed.buffer).setUint32(8, header.length, true);
    changed.set(header, 12);
    changed.set(file.subarray(aligned(end)), start);
    return changed;
  };

  it('nothing when nothing is changed', () => {
    expect(parseInt8Model(withHeader((header) => header))).toEqual(smallModel(3, 4, 127));
  });

  it.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(), 'does not begin as one'],
    ['another file', new TextEncoder().encode('PK\x03\x04 and so on, long enough'), 'does not begin as one'],
    ['a cut file', file.slice(0, -1), 'it ends early'],
    ['a longer file', Uint8Array.of(...file, 0), 'its length is not'],
    ['a later version', withHeader((h) => h.replace('"version":2', '"version":3')), 'version is 3, not 2'],
    ['weights without bits', withHeader((h) => h.replace('"weightBits":8,', '')), 'ops[0].weightBits is missing'],
    [
      'weights of nine bits',
      withHeader((h) => h.replace('"weightBits":8', '"weightBits":9')),
      'ops[0].weightBits is 9, not a whole number from 2 to 8',
    ],
    ['bits that were not kept', withHeader((h) => h.replace('"weightBits":8', '"weightBits":4')), 'its length is not'],
    ['no JSON', withHeader((h) => h.replace('{', '[')), 'not JSON'],
    ['a list', withHeader(() => '[]'), 'it is a list, not an object'],
    ['no name', withHeader((h) => h.replace('"name":"small 3"', '"name":3')), 'name is 3, not text'],
    ['tensors without qparams', withHeader((h) => h.replace('"q":', '"r":')), 'tensors[0].q is missing'],
    [
      'a layer without inputs',
      withHeader((h) => h.replace('"inputs":[0]', '"inputs":0')),
      'ops[0].inputs is 0, not a list',
    ],
    [
      'a negative length',
      withHeader((h) => h.replace(/"bias":4/, '"bias":-4')),
      'ops[0].bias is -4, not a whole number of at least 0',
    ],
    ['a scale of 0', withHeader((h) => h.replace(/"scale":[\d.e-]+/, '"scale":0')), 'its scale is 0'],
    [
      'an operation it does not know',
      withHeader((h) => h.replace('"op":"relu"', '"op":"gelu"')),
      '.op is "gelu", not one of "conv"',
    ],
  ])('%s', (_what, damaged, message) => {
    expect(() => parseInt8Model(damaged)).toThrow(PlaygroundError);
    expect(() => parseInt8Model(damaged)).toThrow(message);
  });

  it.each<[string, Uint8Array, string]>([
    ['weights', withHeader((h) => h.replace(/"weights":\d+/, `"weights":${2 ** 31}`)), 'ops[0].weights is 2147483648'],
    ['biases', withHeader((h) => h.replace(/"bias":4/, '"bias":9007199254740991')), 'ops[0].bias is 9007199254740991'],
    ['pixels', withHeader((h) => h.replace('"h":6,"w":5', '"h":512,"w":512')), 'pixels in all'],
    [
      'layers',
      withHeader((h) => h.replace('"tensors":[', `"tensors":[${TENSOR.repeat(4096)}`)),
      'tensors, more than 4096',
    ],
  ])('a file that claims too many %s', (_what, damaged, message) => {
    expect(() => parseInt8Model(damaged)).toThrow(message);
  });

  const json = new TextDecoder().decode(file.subarray(12, 12 + new DataView(file.buffer).getUint32(8, true)));
  const header = JSON.parse(json) as { ops: unknown[] };
  const damages = [
    ...spoilt(header),
    ...header.ops.flatMap((op, i) =>
      spoilt(op).map(({ how, field, value }) => ({
        how: `ops[${i}] ${how}`,
        field: field === 'it' ? `ops[${i}]` : `ops[${i}].${field}`,
        value: replaced(header, ['ops', i], value),
      })),
    ),
  ];
  // As JSON says it: NaN and infinities are null there; it has no big integers.
  it.each(damages.filter(({ how }) => !how.includes('bigint')))(
    'a header with a field that is not as it should be, naming it: $how',
    ({ value, field }) => {
      expect(() => parseInt8Model(withHeader(() => JSON.stringify(value) ?? 'null'))).toThrow(
        expect.objectContaining({ code: 'bad-file', message: expect.stringContaining(`: ${field} is `) }),
      );
    },
  );
});

// Stored runs as another version, another network or a damaged disk may leave them.
import { describe, expect, test } from 'vitest';
import { asCheckpoint, asRecord, freshCheckpoint, RECORD_VERSION, type RunRecord } from './checkpoint';
import { smallGraph, smallParams } from './testing';

const params = smallParams(smallGraph(), 1);
const { state } = freshCheckpoint(params);
const record = {
  ...{ version: RECORD_VERSION, id: 'a', kind: 'qat', options: { steps: 9 }, step: 2 },
  history: { losses: [1, 2], validations: [], schedule: [{ step: 0, rate: 0.1 }] },
} as unknown as RunRecord;

const replaced = (name: string, data: unknown) =>
  new Map([...params].map(([key, param]) => [key, key === name ? { ...param, data } : param]));

test('a whole record passes as it is', () => expect(asRecord(structuredClone(record))).toEqual(record));

test.each([undefined, 7, 'text', null, {}, { ...record, version: 1 }])('%j is of another version', (value) =>
  expect(() => asRecord(value)).toThrow(expect.objectContaining({ code: 'storage' })),
);

test.each([
  { id: 7 },
  { kind: 'other' },
  { step: 3 },
  { step: 1.5 },
  { history: {} },
  { history: { losses: [1, 2], validations: [] } },
  { options: undefined },
])('a record with %j is damaged', (part) => expect(() => asRecord({ ...record, ...part })).toThrow('it is damaged'));

describe('the state of a record', () => {
  const stored = { ...state, step: 2 };

  test('passes whole, as IndexedDB copies it', () => {
    const { history, result, state: read } = asCheckpoint(record, structuredClone(stored), params);
    expect([history, result]).toEqual([record.history, undefined]);
    expect(read).toEqual(stored);
  });

  test.each([
    ['missing', undefined],
    ['of another step', state],
    ['without momentum', { ...stored, momentum: undefined }],
    ['without a parameter', { ...stored, params: new Map([...params].slice(1)) }],
    ['with a parameter cut short', { ...stored, params: replaced('fc.bias', new Float32Array(9)) }],
    ['with a parameter of another type', { ...stored, params: replaced('fc.bias', new Array(10).fill(0)) }],
    ['with NaN', { ...stored, params: replaced('fc.bias', new Float32Array(10).fill(NaN)) }],
  ])('%s is refused', (_, value) =>
    expect(() => asCheckpoint(record, value, params)).toThrow(expect.objectContaining({ code: 'storage' })),
  );
});

// Identity shares memory: the copy outlives its source, and nothing is freed twice or leaks.
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { beforeAll, expect, test } from 'vitest';
import { setUpWasm } from './testing';

beforeAll(setUpWasm);

test('a clone has the memory of its source, and keeps it alive', () => {
  const backend = tf.backend() as BackendWasm;
  const before = tf.memory();
  const x = tf.tensor1d([1, 2, 3]);
  const clone = tf.clone(x);
  expect(clone.dataId).toBe(x.dataId);
  expect(backend.refCount(x.dataId)).toBe(2);
  x.dispose();
  const other = tf.tensor1d([4, 5, 6]);
  expect([...clone.dataSync()]).toEqual([1, 2, 3]);
  tf.dispose([clone, other]);
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
});

test('texts are cloned by tfjs', () => {
  const x = tf.tensor1d(['a', 'b']);
  const clone = tf.clone(x);
  x.dispose();
  expect([...clone.dataSync()]).toEqual(['a', 'b']);
  clone.dispose();
});

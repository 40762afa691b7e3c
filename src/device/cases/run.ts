// Runs cases of the table on tfjs's active backend and says how far off each was. For tests, in Node and in a browser.
import * as tf from '@tensorflow/tfjs';
import { PlaygroundError } from '../../core/errors';
import { compareOutputs, type Comparison, type Wanted } from '../testing';
import { CASES, type Group } from './index';
import type { Cases, Given, KernelCase } from './case';

export interface Outcome extends Comparison {
  readonly name: string;
}

/** Every case of a group, but those of kernels that `lacking` names, which the backend must not have. */
export const runGroup = (group: Group, lacking: readonly string[] = []): Promise<Outcome[]> =>
  runCases(CASES[group](), lacking);

/** As runGroup, of cases of one's own. */
export async function runCases(cases: Cases, lacking: readonly string[] = []): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const some of together(cases)) {
    const able = some.filter(({ kernel }) => {
      const has = tf.getKernel(kernel, tf.getBackend()) !== undefined;
      if (has === lacking.includes(kernel)) throw new Error(`${tf.getBackend()} has ${kernel}: ${has}`);
      return has;
    });
    const before = tf.memory().numTensors;
    const done = await Promise.all(able.map(runCase));
    const leaks = tf.memory().numTensors !== before;
    outcomes.push(...done.map((outcome) => (leaks ? { ...outcome, worst: Infinity } : outcome)));
  }
  return outcomes;
}

/** Many small cases, or few large ones: reading one result after the other would be most of the time. */
function* together(cases: Cases): Generator<KernelCase[]> {
  let [some, size]: [KernelCase[], number] = [[], 0];
  for (const one of cases) {
    some.push(one);
    size += Object.values(one.inputs as Record<string, Given>).reduce((sum, { values }) => sum + values.length, 0);
    if (some.length < 32 && size < 2 ** 20) continue;
    yield some;
    [some, size] = [[], 0];
  }
  yield some;
}

/** Twice, on inputs made anew. */
async function runCase(one: KernelCase): Promise<Outcome> {
  const name = `${one.kernel} ${one.name}`;
  if (one.refusedOnHost && tf.getBackend() !== 'webgpu')
    return { name, worst: (await isRefused(one)) ? 0 : Infinity, repeats: true };
  const [first, second] = await Promise.all([outputs(one), outputs(one)]);
  const wanted = [...(one.wanted as readonly Wanted[]), ...(one.changed ?? [])];
  return { name, ...compareOutputs(first, second, wanted) };
}

/** Values of every output and, where the inputs are changed, of these afterwards. */
async function outputs({ kernel, inputs, attrs, changed }: KernelCase): Promise<Float32Array[]> {
  const made = Array.isArray(inputs)
    ? (inputs as readonly Given[]).map(tensorOf)
    : Object.fromEntries(Object.entries(inputs as Record<string, Given>).map(([name, of]) => [name, tensorOf(of)]));
  const list = Object.values(made);
  let out: tf.Tensor[] = [];
  try {
    // What tfjs keeps of a read must not survive a change in place.
    if (changed) await Promise.all(list.map((input) => input.data()));
    const result: unknown = tf.engine().runKernel(kernel, made as tf.NamedTensorMap, attrs as tf.NamedAttrMap);
    out = (Array.isArray(result) ? result : [result]) as tf.Tensor[];
    const values = await Promise.all([...out, ...(changed ? list : [])].map((tensor) => tensor.data<'float32'>()));
    return values.map((read) => read.slice());
  } finally {
    tf.dispose([out, list]);
  }
}

async function isRefused(one: KernelCase): Promise<boolean> {
  try {
    await outputs(one);
    return false;
  } catch (error) {
    return error instanceof PlaygroundError;
  }
}

/** Of a copy: tfjs on the CPU keeps the array it is given, which a kernel may change. */
const tensorOf = ({ values, shape }: Given): tf.Tensor => tf.tensor(values.slice(), [...shape]);

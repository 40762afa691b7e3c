// What downloads.spec.ts runs in the page: checkpoint and images through the browser's own fetch, cache and streams.
import * as tf from '@tensorflow/tfjs';
import { wrap, type Remote } from 'comlink';
import { loadCheckpoint } from '../../src/checkpoint/load';
import type { PlaygroundError } from '../../src/core/errors';
import { openCifar10 } from '../../src/data/cifar10';
import { fetchEngineModule } from '../../src/engine/wasm-module';
import { selectBackend } from '../../src/device/start/backend';
import type { BaselineApi } from '../../src/worker/api';
import '../../src/worker/errors';

const ROOT = new URL('/', location.href).href;
const message = (error: PlaygroundError) => `${error.code}: ${error.message}`;

/** The checkpoint twice; the second time with one cached shard damaged when asked. */
export async function checkpointTwice(damage: boolean) {
  await emptyCache();
  const first = await loadCheckpoint(`${ROOT}checkpoint/`);
  if (damage) {
    const cache = await caches.open('qat-playground');
    await cache.put(`${ROOT}checkpoint/shard-1.bin`, new Response('damaged'));
  }
  const second = await loadCheckpoint(`${ROOT}checkpoint/`);
  const same = (a: Float32Array, b: Float32Array) => a.length === b.length && a.every((value, i) => value === b[i]);
  const equal =
    first.params.size > 0 && [...first.params].every(([name, { data }]) => same(data, second.params.get(name)!.data));
  return { first: first.fromCache, second: second.fromCache, equal };
}

/** Whether all of the checkpoint comes from the cache. */
export async function checkpointFromCache(): Promise<boolean> {
  return (await loadCheckpoint(`${ROOT}checkpoint/`)).fromCache;
}

export async function testLabels(count: number): Promise<number[]> {
  const data = await openCifar10(`${ROOT}data/`);
  return [...(await data.images('test', 0, count)).labels];
}

/** What is said when nothing was published at an address and the server answers with its start page. */
export async function missing(): Promise<string> {
  return openCifar10(`${ROOT}nowhere/`).then(() => 'opened', message);
}

/** The checkpoint, without the patience for a slow connection: how it went, and the bytes that progress told of. */
export async function impatient(): Promise<{ message: string; done: number[] }> {
  await emptyCache();
  const done: number[] = [];
  const onProgress = (progress: { done: number }) => done.push(progress.done);
  const loading = loadCheckpoint(`${ROOT}checkpoint/`, { silence: 2000, onProgress });
  return { message: await loading.then(() => 'loaded', message), done };
}

/** Starts tfjs on WASM with our kernels, and compiles the engine: a convolution and an export of theirs, or the error. */
export async function startWasm(): Promise<string> {
  const start = async () => {
    const { backend } = await selectBackend('wasm', { wasmBase: `${ROOT}wasm/`, convolutions: [] });
    const engine = await fetchEngineModule('plain', `${ROOT}wasm/`);
    const sums = tf.tidy(() =>
      tf.conv2d(tf.ones<tf.Rank.R4>([1, 3, 3, 1]), tf.ones<tf.Rank.R4>([2, 2, 1, 1]), 1, 'valid'),
    );
    const [sum] = await sums.data();
    return `${backend}: ${sum}, ${WebAssembly.Module.exports(engine)[0].name}`;
  };
  return start().catch(message);
}

export async function emptyCache(): Promise<void> {
  await caches.delete('qat-playground');
}

let peer: Remote<BaselineApi> | undefined;
/** Starts the worker of the FP32 peer, the same one each time, and measures twice; or the error. */
export async function measurePeer(): Promise<string> {
  peer ??= wrap<BaselineApi>(
    new Worker(new URL('../../src/worker/baseline.worker.ts', import.meta.url), { type: 'module' }),
  );
  try {
    await peer.start({ baseUrl: ROOT, own: {} }, 1);
    return `${(await peer.latency(2)).samples} samples`;
  } catch (error) {
    return message(error as PlaygroundError);
  }
}

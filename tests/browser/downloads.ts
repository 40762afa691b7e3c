// What downloads.spec.ts runs in the page: checkpoint and images through the browser's own fetch, cache and streams.
import { loadCheckpoint } from '../../src/checkpoint/load';
import type { PlaygroundError } from '../../src/core/errors';
import { openCifar10 } from '../../src/data/cifar10';

const ROOT = new URL('/', location.href).href;
const message = (error: PlaygroundError) => `${error.code}: ${error.message}`;

/** The checkpoint twice; the second time with one cached shard damaged when asked. */
export async function checkpointTwice(damage: boolean) {
  await caches.delete('qat-playground');
  const first = await loadCheckpoint(`${ROOT}checkpoint/`);
  if (damage) {
    const cache = await caches.open('qat-playground');
    await cache.put(`${ROOT}checkpoint/shard-1.bin`, new Response('damaged'));
  }
  const second = await loadCheckpoint(`${ROOT}checkpoint/`);
  const equal = [...first.params].every(([name, { data }]) =>
    data.every((value, i) => value === second.params.get(name)!.data[i]),
  );
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
  await caches.delete('qat-playground');
  const done: number[] = [];
  const onProgress = (progress: { done: number }) => done.push(progress.done);
  const loading = loadCheckpoint(`${ROOT}checkpoint/`, { silence: 2000, onProgress });
  return { message: await loading.then(() => 'loaded', message), done };
}

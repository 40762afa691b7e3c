// What exported.spec.ts runs in the page: the workers' files, of which the page tells the sizes and beginnings.
// Not for what is in them: src/export and tests/golden.
import { proxy } from 'comlink';
import { randomResNet18 } from '../../src/engine/testing/models';
import { FORMATS } from '../../src/export/formats';
import { startWorkers } from '../../src/project/workers';

type Ids<Of> = {
  [Id in keyof typeof FORMATS]: (typeof FORMATS)[Id]['of'] extends Of ? Id : never;
}[keyof typeof FORMATS];
const idsOf = <Of extends string>(of: Of) =>
  Object.entries(FORMATS).flatMap(([id, format]) => (format.of === of ? [id as Ids<Of>] : []));

/** Of every format that a worker writes: bytes, and the first ones as Latin-1. */
export async function exported(): Promise<Record<string, { readonly bytes: number; readonly first: string }>> {
  const workers = startWorkers();
  const files: Record<string, { bytes: number; first: string }> = {};
  const add = (id: string, file: Uint8Array) =>
    (files[id] = { bytes: file.length, first: String.fromCharCode(...file.subarray(0, 16)) });
  try {
    const place = { baseUrl: new URL('/', location.href).href, own: {} };
    await workers.train.start(
      place,
      'wasm',
      proxy(() => {}),
    );
    await workers.train.load(proxy(() => {}));
    for (const id of idsOf('parameters')) add(id, await workers.train.exported(id, { kind: 'fp32' }));
    const model = randomResNet18(1, { qmax: 15, weightBits: 4 });
    for (const id of idsOf('integers')) add(id, await workers.engine.exported(id, model));
    return files;
  } finally {
    workers.end();
  }
}

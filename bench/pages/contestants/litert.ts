// LiteRT.js on the CPU (XNNPACK in WASM) as a contestant, on our export of the same int8 network.
import { CIFAR10 } from '../../../src/data/cifar10-spec';
import { loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';
import { parseInt8Model } from '../../../src/int8/serialize';
import { normalizeImages } from '../../../src/data/normalize';
import { int8ToTflite } from '../../../src/export/tflite-int8';
import type { Contestant, ContestantSpec, Setup } from './contestant';

/** LiteRT loads its script by importScripts, which module workers have but refuse. It then looks beside the worker. */
function importScript(url: string): void {
  const request = new XMLHttpRequest();
  request.open('GET', url, false);
  request.send();
  (0, eval)(request.responseText);
}

export async function start(
  { threads }: Extract<ContestantSpec, { kind: 'litert' }>,
  { baseUrl, int8 }: Setup,
): Promise<Contestant> {
  const folder = `${baseUrl}node_modules/@litertjs/core/wasm/`;
  Object.assign(globalThis, {
    importScripts: importScript,
    Module: {
      // Its log; failures are thrown.
      printErr: () => {},
      locateFile: (file: string) => `${folder}${file}`,
      mainScriptUrlOrBlob: `${folder}litert_wasm_threaded_internal.js`,
    },
  });
  await loadLiteRt(folder, { threads: threads > 1 });
  const network = parseInt8Model(int8);
  const model = await loadAndCompile(int8ToTflite(network), {
    accelerator: 'wasm',
    cpuOptions: { numThreads: threads },
  });
  const { h, w, c } = network.tensors[0];
  return {
    what: 'LiteRT.js (wasm), INT8',
    threads,
    async logits(pixels) {
      const image = new Tensor(normalizeImages(pixels, CIFAR10), [1, h, w, c]);
      const [logits] = await model.run(image);
      const values = logits.toTypedArray() as Float32Array;
      image.delete();
      logits.delete();
      return values;
    },
  };
}

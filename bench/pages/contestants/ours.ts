// Our integer engine as a contestant.
import { CIFAR10 } from '../../../src/data/cifar10-spec';
import { dequantizeOutput, imageCodes } from '../../../src/convert/image';
import { parseInt8Model } from '../../../src/int8/serialize';
import { createWasmEngine } from '../../../src/engine/wasm-engine';
import type { Contestant, ContestantSpec, Setup } from './contestant';

export async function start(
  { build, threads }: Extract<ContestantSpec, { kind: 'ours' }>,
  { baseUrl, int8 }: Setup,
): Promise<Contestant> {
  const model = parseInt8Model(int8);
  const engine = await createWasmEngine(model, { build, threads, wasmBase: `${baseUrl}wasm/` });
  return {
    what: `our engine, INT8, ${build} SIMD`,
    threads: engine.threads,
    logits: (pixels, n) => dequantizeOutput(engine.run(imageCodes(pixels, n, model, CIFAR10), n), model),
  };
}

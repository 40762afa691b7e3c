// Everything a checkout needs that is made, not committed: WASM modules and CIFAR-10 shards. Fast when all is there.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildEngine } from './build-engine';
import { buildKernels } from './build-kernels';
import { copyTfjsWasm } from './copy-tfjs-wasm';
import { listWasm } from './list-wasm';
import { prepareData } from './prepare-data';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
await buildEngine(root);
await buildKernels(root);
copyTfjsWasm(root);
listWasm(root);
await prepareData(root);

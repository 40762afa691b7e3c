// What webgpu-variants.spec.ts runs in the page: the choice of convolution variants, and what was kept of it.
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { openDB } from 'idb';
import { chooseVariants, networkConvolutions } from '../../src/train/kernels/webgpu/choose-variants';
import { registerWebGpuBackend } from '../../src/train/kernels/webgpu/device';
import { DATABASE, STORE } from '../../src/train/kernels/webgpu/variant-store';
import { variantFor } from '../../src/train/kernels/webgpu/variants';

/** Where the choices came from, and the variant of each of the network's convolutions. */
export async function choose(): Promise<{ from: string; variants: string[]; tensors: number }> {
  registerWebGpuBackend();
  await tf.setBackend('webgpu');
  await tf.ready();
  const backend = tf.backend() as WebGPUBackend;
  const from = await chooseVariants(backend);
  const variants = networkConvolutions().map((shape) => variantFor(backend.device, shape));
  return { from, variants, tensors: backend.numDataIds() };
}

/** Leaves an entry that lacks most shapes, as another version of the network would. */
export async function damage(): Promise<void> {
  const database = await openDB(DATABASE);
  const [adapter] = await database.getAllKeys(STORE);
  await database.put(STORE, { '8,8,64,64,3,3,1,1': 'registers' }, adapter);
  database.close();
}

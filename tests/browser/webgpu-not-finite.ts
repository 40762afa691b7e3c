// What webgpu-not-finite.spec.ts runs in the page: the cases of every backend, on WebGPU.
import { finishes, LEGS, verdictOnAll, verdictOnRunning, type Verdict } from '../../src/train/not-finite-cases';
import { setUp } from './webgpu-kernels';

const legOf = (name: string) => LEGS.find((leg) => leg.name === name)!;

/** Of one leg, at each `every`th place. */
export async function all(name: string, every: number): Promise<Verdict> {
  await setUp();
  return verdictOnAll(legOf(name), every);
}

/** NaN in running statistics. */
export async function running(name: string): Promise<Verdict> {
  await setUp();
  return verdictOnRunning(legOf(name));
}

/** Whether a leg finishes without a fault. */
export async function sound(name: string): Promise<boolean> {
  await setUp();
  return finishes(legOf(name));
}

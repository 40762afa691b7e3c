// The second stage of a sum cut into slices: adds them in order, so that the result is the same at every run.
import { rowLoop } from './row-loop';
import type { Shader } from './run';

/** Input slices [slices, size], output their sum [size]. @param name the kernel it belongs to */
export function addSlices(name: Shader['name'], slices: number, size: number): Shader {
  const s = rowLoop(size, 1, 1);
  return {
    name,
    key: `slices,${slices},${size}`,
    inputs: [{ name: 'parts', type: 'f32', length: slices * size }],
    outputs: [{ name: 'total', type: 'f32', length: size }],
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    body: () => `
  ${s.open}
  var sum = 0.0;
  for (var k = index; k < ${slices * size}u; k += ${size}u) { sum += parts[k]; }
  total[index] = sum;`,
  };
}

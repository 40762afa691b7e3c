// tfjs's MaxPool on WebGPU, and where each maximum stands: the first of equal ones in row-major order, as in PyTorch. The
// maximum of a window that holds a NaN is NaN, wherever that is found to stand.
import { poolKey, poolShape, type PoolShape } from '../pool-shape';
import type { WebGpuKernel } from './kernel';
import { KEEP_NAN } from './nan';
import { run, type Shader } from './run';
import { vec4Tensor } from './vec4';

const WORKGROUP = 64;

/** x [n,h,w,c] -> [n,oh,ow,c]. */
export const maxPool: WebGpuKernel<'MaxPool'> = ({ x }, attrs, backend) => {
  const s = poolShape(x.shape, attrs);
  return run(backend, maxPoolShader(s, 'maximum'), [x], [[s.n, s.oh, s.ow, s.c]]);
};

/** The window's maximum, or its place ky * kw + kx in the window as a float. */
export function maxPoolShader(s: PoolShape, result: 'maximum' | 'place'): Shader {
  const x = vec4Tensor('x', s.n * s.h * s.w, s.c);
  const y = vec4Tensor('y', s.n * s.oh * s.ow, s.c);
  const threads = s.n * s.oh * s.ow * y.vec4s;
  return {
    name: result === 'maximum' ? 'MaxPool' : 'MaxPoolGrad',
    key: `${result},${poolKey(s)}`,
    inputs: [x.binding],
    outputs: [y.binding],
    workgroupSize: WORKGROUP,
    workgroups: Math.ceil(threads / WORKGROUP),
    declarations: () => `${x.load}
${y.store}
${KEEP_NAN}
fn pixel_at(image : i32, row : i32, column : i32) -> u32 {
  return u32(image + row * ${s.w} + column) * ${x.vec4s}u;
}`,
    body: () => `
  if (index >= ${threads}u) { return; }
  let c4 = index % ${y.vec4s}u;
  let pixel = i32(index / ${y.vec4s}u);
  let top = (pixel / ${s.ow}) % ${s.oh} * ${s.sh} - ${s.padTop};
  let left = pixel % ${s.ow} * ${s.sw} - ${s.padLeft};
  let image = pixel / ${s.oh * s.ow} * ${s.h * s.w};
  let ky0 = max(0, -top);
  let kx0 = max(0, -left);
  var maximum = x_at(pixel_at(image, top + ky0, left + kx0) + c4);
  var place = vec4<f32>(f32(ky0 * ${s.kw} + kx0));
  var largest = vec4<u32>();
  for (var ky = ky0; ky < min(${s.kh}, ${s.h} - top); ky++) {
    for (var kx = kx0; kx < min(${s.kw}, ${s.w} - left); kx++) {
      let v = x_at(pixel_at(image, top + ky, left + kx) + c4);
      place = select(place, vec4<f32>(f32(ky * ${s.kw} + kx)), v > maximum);
      maximum = max(maximum, v);
      largest = max(largest, bitcast<vec4<u32>>(v) & ~SIGN);
    }
  }
  maximum = nan_unless(largest <= INFINITE, maximum);
  y_put(index, ${result});`,
  };
}

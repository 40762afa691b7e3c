// Int8Model -> plan, ahead of time and pure: steps, live taps, packed weights, kernels that are proven to be exact,
// the arena. Not for WASM memory (memory-image.ts) nor for timing kernels (tune.ts).
import type { Window } from '../core/window';
import type { Int8Model, Int8Tensor, Int8WeightedOp } from '../int8/int8-model';
import { requantization, type Requantization } from '../int8/requantize';
import { validateInt8Model } from '../int8/validate';
import { neededBits } from '../int8/weight-bits';
import { placeTensors, type Lifetime } from './arena';
import { ARENA_START } from './assembly/layout';
import { BLOCK_CHANNELS } from './kernels';
import { lower, rebasedTensors, type Step } from './lower';
import { loweringOf } from './ops/table';
import { firstAccumulators } from './pack';
import { longestChain } from './overflow';
import type { WeightRegion } from './region';
import { hull, tapPatterns } from './taps';
import { tilingsFor, type Tiling, type TilingOptions } from './tilings';

/** How a tensor's codes lie in the arena: rows of pixels of channels. */
export interface StoredTensor {
  readonly offset: number;
  readonly bytes: number;
  readonly pixelBytes: number;
  readonly rowBytes: number;
  /** Bytes of padding before the first pixel of a row; the image alone may have some. */
  readonly left: number;
  /** Pixels of padding on both sides of a row; undefined where pixels have whole blocks of channels and no padding. */
  readonly padding?: number;
  /** Subtracted from every code before it is stored. */
  readonly rebase: number;
  /** The stored code of the real number 0, and the largest stored code. */
  readonly zero: number;
  readonly max: number;
}

/** Output pixels with the same live taps; offsets in bytes from their tensors' starts. */
export interface TapGroup {
  /** Rows of live taps, and the stored input values that are read from each: a multiple of 4. */
  readonly rows: number;
  readonly run: number;
  /** Where the first live tap is in the packed weights: its row, and its value in the row. */
  readonly weightRow: number;
  readonly weightValue: number;
  readonly pixels: readonly { readonly input: number; readonly output: number }[];
}

export interface ConvPlan {
  readonly groups: readonly TapGroup[];
  readonly region: WeightRegion;
  /** Steps that `chain` kernels sum in i16; 0 where they are none of the tilings. */
  readonly chain: number;
  /** Per group and channel: what its accumulators start from. */
  readonly first: Int32Array;
  readonly requantization: Requantization;
  /** Candidates, the most promising first. */
  readonly tilings: readonly Tiling[];
}

/** One step with everything that is known before it runs. */
export interface PlanLayer {
  readonly step: Step;
  readonly name: string;
  readonly conv?: ConvPlan;
  /** Multiply-accumulates of the layer as written, and of its live taps. */
  readonly macs: number;
  readonly liveMacs: number;
  readonly activationBytes: number;
}

export interface Plan {
  readonly model: Int8Model;
  readonly relaxed: boolean;
  readonly layers: readonly PlanLayer[];
  /** By the model's tensor index; absorbed tensors have none. */
  readonly tensors: readonly (StoredTensor | undefined)[];
  /** Index of the model's output tensor. */
  readonly result: number;
  readonly arenaBytes: number;
}

export interface PlanOptions extends TilingOptions {
  /** Every tensor keeps its bytes and nothing is absorbed: for traces. */
  readonly separate?: boolean;
}

/** Bytes after an arena's end that kernels may read. */
const SLACK = 64;

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** The image's horizontal padding in memory, when only convolutions of one padding read it; else undefined. */
function imagePadding(steps: readonly Step[]): number | undefined {
  const pads = steps
    .filter(({ inputs }) => inputs.includes(0))
    .map(({ op }) => ('weights' in op ? loweringOf(op).window(op).pad : undefined));
  return pads.every((pad) => pad === pads[0]) ? pads[0] : undefined;
}

type Layout = Omit<StoredTensor, 'offset'>;
interface Layouts {
  readonly input: Layout;
  readonly output: Layout;
}

/** The image keeps its channels unpadded in rows with horizontal padding; all others have whole blocks of channels. */
function layoutOf({ h, w, c, q }: Int8Tensor, rebased: boolean, padding: number | undefined): Layout {
  const pixelBytes = padding === undefined ? roundUp(c, BLOCK_CHANNELS) : c;
  const rowBytes = (w + 2 * (padding ?? 0)) * pixelBytes;
  const rebase = rebased ? q.zeroPoint : 0;
  const left = (padding ?? 0) * pixelBytes;
  return {
    bytes: h * rowBytes + SLACK,
    pixelBytes,
    rowBytes,
    left,
    padding,
    rebase,
    zero: q.zeroPoint - rebase,
    max: q.qmax - rebase,
  };
}

function planConv(
  op: Int8WeightedOp,
  window: Window,
  input: Int8Tensor,
  output: Int8Tensor,
  stored: Layouts,
  options: PlanOptions,
): ConvPlan {
  const { pixelBytes, rowBytes, padding, max, zero } = stored.input;
  // Where horizontal padding is in memory, every tap of a row is read.
  const left = padding === undefined ? window.pad : 0;
  const width = input.w + 2 * (padding ?? 0);
  const patterns = tapPatterns(input.h, width, window, { ...window, pad: left });
  const region = {
    weights: op.weights,
    cout: output.c,
    kernel: window.kernel,
    cin: input.c,
    ky: hull(patterns.map(({ ky }) => ky)),
    kx: hull(patterns.map(({ kx }) => kx)),
    pixelBytes,
  };
  const groups = patterns.map(({ ky, kx, pixels }) => ({
    rows: kx.from < kx.to ? ky.to - ky.from : 0,
    run: roundUp((kx.to - kx.from) * pixelBytes, 4),
    weightRow: ky.from - region.ky.from,
    weightValue: (kx.from - region.kx.from) * pixelBytes,
    pixels: pixels.map(({ x, y }) => ({
      input: (y * window.stride - window.pad + ky.from) * rowBytes + (x * window.stride - left + kx.from) * pixelBytes,
      output: y * stored.output.rowBytes + x * stored.output.pixelBytes,
    })),
  }));
  const bits = neededBits(op.weights);
  return {
    groups,
    region,
    chain: longestChain(bits, max) ?? 0,
    first: firstAccumulators(region, patterns, zero),
    requantization: requantization(input.q.scale, op.weightScales, op.bias, output.q.scale),
    tilings: tilingsFor({ region, max, bits, image: padding !== undefined }, options),
  };
}

function planLayer(step: Step, model: Int8Model, layouts: readonly Layout[], options: PlanOptions): PlanLayer {
  const { op, inputs, output } = step;
  const source = model.tensors[inputs[0]];
  const target = model.tensors[output];
  const activationBytes = [...inputs, output].reduce((sum, index) => sum + layouts[index].bytes - SLACK, 0);
  const base = { step, name: step.name, activationBytes };
  if (!('weights' in op)) return { ...base, macs: 0, liveMacs: 0 };
  const window = loweringOf(op).window(op);
  const conv = planConv(op, window, source, target, { input: layouts[inputs[0]], output: layouts[output] }, options);
  const exact = tapPatterns(source.h, source.w, window, window);
  const taps = exact.reduce(
    (sum, { ky, kx, pixels }) => sum + (ky.to - ky.from) * (kx.to - kx.from) * pixels.length,
    0,
  );
  return {
    ...base,
    conv,
    macs: target.h * target.w * window.kernel ** 2 * source.c * target.c,
    liveMacs: taps * source.c * target.c,
  };
}

/** When each tensor is written first and read last; step -1 is before the run. */
function lifetimesOf(
  steps: readonly Step[],
  layouts: readonly Layout[],
  result: number,
  separate: boolean,
): Map<number, Lifetime> {
  const lifetimes = new Map<number, Lifetime>();
  // The image's padding is written once and must stay; the result is read after the run.
  lifetimes.set(0, { bytes: layouts[0].bytes, from: -1, to: Infinity });
  steps.forEach(({ output }, from) => {
    const to = steps.reduce((last, { inputs }, index) => (inputs.includes(output) ? index : last), from);
    const stays = separate || output === result;
    lifetimes.set(output, { bytes: layouts[output].bytes, from, to: stays ? Infinity : to });
  });
  return lifetimes;
}

/**
 * Plans a model for the WASM engine.
 * @throws PlaygroundError 'bad-file' when the model is malformed or could leave the engine's exact range
 */
export function planModel(model: Int8Model, options: PlanOptions): Plan {
  validateInt8Model(model);
  const steps = lower(model, options.separate ?? false);
  const rebased = rebasedTensors(model);
  const padding = imagePadding(steps);
  const layouts = model.tensors.map((tensor, index) =>
    layoutOf(tensor, rebased.has(index), index === 0 ? padding : undefined),
  );
  const result = model.ops[model.ops.length - 1].output;
  const lifetimes = lifetimesOf(steps, layouts, result, options.separate ?? false);
  const { offsets, bytes } = placeTensors([...lifetimes.values()], ARENA_START);
  const placed = new Map([...lifetimes.keys()].map((tensor, index) => [tensor, offsets[index]]));
  return {
    model,
    relaxed: options.relaxed,
    layers: steps.map((step) => planLayer(step, model, layouts, options)),
    tensors: layouts.map((layout, index) => {
      const offset = placed.get(index);
      return offset === undefined ? undefined : { ...layout, offset };
    }),
    result,
    arenaBytes: bytes + SLACK,
  };
}

// Int8Model -> steps: what is computed, in which order, and how each tensor's codes are stored.
// Not for memory addresses, packing or kernels: plan.ts.
import type { Int8Model, Int8Op } from '../int8/int8-model';
import { loweringOf } from './ops/table';

/** A model's operation as it will run; `relu` may come from a separate ReLU that it absorbed. */
export interface Step {
  readonly op: Int8Op;
  /** e.g. 'layer1.0.add + layer1.0.relu2' */
  readonly name: string;
  readonly inputs: readonly number[];
  readonly output: number;
  readonly relu: boolean;
}

/** Tensors whose codes never lie below the zero point are stored as code - zeroPoint: padding is then plain zero. */
export function rebasedTensors(model: Int8Model): Set<number> {
  const rebased = new Set<number>();
  for (const op of model.ops) {
    const { relu, keepsSign } = loweringOf(op);
    if (relu(op) || (keepsSign && rebased.has(op.inputs[0]))) rebased.add(op.output);
  }
  return rebased;
}

/**
 * One step per operation in the model's order, or, when not `separate`, ReLUs absorbed by the convolution or add
 * before them and steps sorted by depth, so that independent ones stand together.
 */
export function lower(model: Int8Model, separate: boolean): Step[] {
  const single = (op: Int8Op): Step => ({
    op,
    name: op.name,
    inputs: op.inputs,
    output: op.output,
    relu: loweringOf(op).relu(op),
  });
  if (separate) return model.ops.map(single);

  const last = model.ops[model.ops.length - 1].output;
  const readers = (tensor: number): Int8Op[] => model.ops.filter(({ inputs }) => inputs.includes(tensor));
  const steps: Step[] = [];
  const absorbed = new Set<Int8Op>();
  for (const op of model.ops) {
    if (absorbed.has(op)) continue;
    const [reader, ...others] = readers(op.output);
    const takes = loweringOf(op).absorbsRelu && op.output !== last && others.length === 0;
    if (takes && reader?.op === 'relu') {
      absorbed.add(reader);
      steps.push({ ...single(op), name: `${op.name} + ${reader.name}`, output: reader.output, relu: true });
    } else steps.push(single(op));
  }
  const depth = new Map([[0, 0]]);
  for (const { inputs, output } of steps)
    depth.set(output, 1 + Math.max(...inputs.map((input) => depth.get(input) ?? 0)));
  return steps.sort((a, b) => (depth.get(a.output) ?? 0) - (depth.get(b.output) ?? 0));
}

// What both ONNX forms of an integer model share: its boundary, the constants of tensors, and what keeps codes in a tensor's
// range. Not for the operators between: onnx-qdq.ts, onnx-qlinear.ts.
import type { Int8Model } from '../int8/int8-model';
import { encodeOnnx, type OnnxConstant, type OnnxNode, type OnnxVersions } from './onnx-file';

/** The largest code of uint8, where operators saturate by themselves. */
const MAX_CODE = 255;

type Emitted = Omit<OnnxNode, 'output'>;

export class Int8OnnxGraph {
  /** The value that holds each tensor's codes. */
  readonly codes: string[] = [];
  /** Names of each tensor's scale and zero point. */
  readonly qparams: readonly (readonly [scale: string, zeroPoint: string])[];
  private readonly nodes: OnnxNode[] = [];
  private readonly constants: OnnxConstant[] = [];

  /** @param goesOn to 255, a tensor whose largest code this is */
  constructor(
    private readonly model: Int8Model,
    private readonly goesOn: (qmax: number) => boolean = () => false,
  ) {
    this.qparams = model.tensors.map(
      ({ q }, index) =>
        [
          this.constant(`tensor${index}.scale`, Float32Array.of(q.scale)),
          this.constant(`tensor${index}.zero_point`, Uint8Array.of(q.zeroPoint)),
        ] as const,
    );
    this.clamped({ op: 'QuantizeLinear', inputs: ['image', ...this.qparams[0]] }, 0, 'image_codes');
  }

  /** @param bits of each code in the file, else as many as the array has */
  constant(name: string, data: OnnxConstant['data'], dims: readonly number[] = [], bits?: 4): string {
    this.constants.push({ name, dims, data, bits });
    return name;
  }

  /** @param output its value, which is returned */
  node(node: Emitted, output: string): string {
    this.nodes.push({ ...node, output });
    return output;
  }

  /**
   * An operator that gives a tensor's codes, and a Clip where it would not keep them in its range by itself.
   * @param name of the value in the end @param relu whether the range begins at the zero point
   */
  clamped(node: Emitted, tensor: number, name: string, relu = false): void {
    const { zeroPoint, qmin, qmax } = this.model.tensors[tensor].q;
    const low = relu ? zeroPoint : qmin;
    const above = qmax < MAX_CODE && !this.goesOn(qmax);
    this.codes[tensor] = name;
    if (low === 0 && !above) {
      this.node(node, name);
      return;
    }
    const limit = (end: string, code: number) => this.constant(`${name}.${end}`, Uint8Array.of(code));
    const limits = [low > 0 ? limit('lowest', low) : '', ...(above ? [limit('highest', qmax)] : [])];
    this.node({ op: 'Clip', inputs: [this.node(node, `${name}.before_clip`), ...limits] }, name);
  }

  /** The file, whose input 'image' is [N, c, h, w] and whose output 'logits' is the last operation's. */
  file(versions?: OnnxVersions): Uint8Array {
    const { name, tensors, ops } = this.model;
    const last = ops[ops.length - 1];
    const [image, logits] = [tensors[0], tensors[last.output]];
    const inputs = [this.codes[last.output], ...this.qparams[last.output]];
    this.node({ op: 'DequantizeLinear', inputs }, 'logits');
    const map = last.op === 'linear' ? [] : [logits.h, logits.w];
    return encodeOnnx(
      {
        name,
        nodes: this.nodes,
        constants: this.constants,
        input: { name: 'image', dims: ['N', image.c, image.h, image.w] },
        output: { name: 'logits', dims: ['N', logits.c, ...map] },
      },
      versions,
    );
  }
}

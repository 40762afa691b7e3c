// Cross-entropy and its gradient (torch.nn.functional.cross_entropy, mean over the batch), with a teacher's too.
import type { Numbers } from './numbers';

/** Its answers, as many as logits, and their share of the target, 0..1. */
export interface TeacherLogits {
  readonly logits: Numbers;
  readonly share: number;
}

/**
 * loss = mean of log(sum of exp(logits)) - logits[label], of the labels alone; dlogits = (softmax - target) / n, the target
 * being (1 - share) * one-hot label + share * softmax(teacher's logits).
 * @param logits [n, classes]; @param labels [n] class indices
 */
export function crossEntropy(
  logits: Numbers,
  labels: Numbers,
  teacher?: TeacherLogits,
): { loss: number; dlogits: Float64Array } {
  const n = labels.length;
  const classes = logits.length / n;
  const share = teacher?.share ?? 0;
  const dlogits = new Float64Array(logits.length);
  let loss = 0;
  for (let i = 0; i < n; i++) {
    const own = softmax(logits, i, classes);
    const taught = teacher && softmax(teacher.logits, i, classes);
    loss += (own.logSum - logits[i * classes + labels[i]]) / n;
    own.shares.forEach((p, k) => {
      const target = (k === labels[i] ? 1 - share : 0) + (taught ? share * taught.shares[k] : 0);
      dlogits[i * classes + k] = (p - target) / n;
    });
  }
  return { loss, dlogits };
}

/** Of one row: softmax, and the log of the sum of exponentials. */
function softmax(logits: Numbers, i: number, classes: number): { shares: number[]; logSum: number } {
  const row = Array.from({ length: classes }, (_, k) => logits[i * classes + k]);
  const greatest = Math.max(...row);
  const exponentials = row.map((logit) => Math.exp(logit - greatest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return { shares: exponentials.map((e) => e / sum), logSum: Math.log(sum) + greatest };
}

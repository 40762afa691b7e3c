// Cross-entropy and its gradient (torch.nn.functional.cross_entropy, mean over the batch).
import type { Numbers } from './numbers';

/**
 * loss = mean of log(sum of exp(logits)) - logits[label]; dlogits = (softmax - one-hot) / n.
 * @param logits [n, classes]; @param labels [n] class indices
 */
export function crossEntropy(logits: Numbers, labels: Numbers): { loss: number; dlogits: Float64Array } {
  const n = labels.length;
  const classes = logits.length / n;
  const dlogits = new Float64Array(logits.length);
  let loss = 0;
  for (let i = 0; i < n; i++) {
    const row = Array.from({ length: classes }, (_, k) => logits[i * classes + k]);
    const greatest = Math.max(...row);
    const exponentials = row.map((logit) => Math.exp(logit - greatest));
    const sum = exponentials.reduce((a, b) => a + b, 0);
    loss += (Math.log(sum) + greatest - row[labels[i]]) / n;
    exponentials.forEach((e, k) => (dlogits[i * classes + k] = (e / sum - (k === labels[i] ? 1 : 0)) / n));
  }
  return { loss, dlogits };
}

// What the logits of a batch are worth, on the host. Not for the loss that is minimised: loss.ts.
import { areFinite } from '../core/finite';
import { argmax } from '../report/accuracy';

/** Loss and accuracy on the host, in double precision; the loss is NaN where a logit is not finite, whosever it is. */
export function score(logits: Float32Array, labels: Uint8Array): { loss: number; accuracy: number } {
  if (!areFinite(logits)) return { loss: NaN, accuracy: 0 };
  const classes = logits.length / labels.length;
  let [loss, hits] = [0, 0];
  labels.forEach((label, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const top = argmax(row);
    const exponentials = row.reduce((sum, value) => sum + Math.exp(value - row[top]), 0);
    loss += Math.log(exponentials) + row[top] - row[label];
    if (top === label) hits++;
  });
  return { loss: loss / labels.length, accuracy: hits / labels.length };
}

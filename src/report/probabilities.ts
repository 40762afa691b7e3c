// Logits as probabilities, and the classes that have most of them. Not for the one answer: accuracy.ts.

/** Softmax of one row of logits. */
export function probabilities(logits: Float32Array): number[] {
  const most = Math.max(...logits);
  const shares = Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = shares.reduce((all, share) => all + share, 0);
  return shares.map((share) => share / sum);
}

export interface Guess {
  readonly label: number;
  readonly probability: number;
}

/** The `count` most likely classes, the most likely first; of equal ones the first label. */
export const mostLikely = (probabilities: readonly number[], count: number): Guess[] =>
  probabilities
    .map((probability, label) => ({ label, probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count);

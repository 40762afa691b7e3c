// The last layer alone, trained to its optimum: softmax regression on features, by L-BFGS over all images at once. Convex, so
// that neither a seed nor a learning rate decides what comes out. Not for features: src/lab/last-layer.ts; plain arrays, no tfjs.

export interface Features {
  /** [images][features], image after image. */
  readonly values: Float32Array;
  readonly labels: Uint8Array;
  readonly classes: number;
}

export interface Regression {
  /** [classes][features], and a bias for each class: of the features as they were given. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly iterations: number;
  /** Mean cross-entropy on these images, without the penalty. */
  readonly loss: number;
}

/** How far it has come. */
export interface RegressionStep {
  readonly iteration: number;
  /** Largest entry of the gradient. */
  readonly gradient: number;
}

export const MOST_ITERATIONS = 300;
/** Of the gradient's entries, where it ends: the loss is then the optimum's to about eight digits. */
const FLAT = 1e-6;
/** Steps that the curvature is learned from. */
const MEMORY = 10;
/** Share of the decrease that the slope promises, which a step must bring. */
const ENOUGH = 1e-4;

/**
 * Minimises the mean cross-entropy plus |W|² / 2n of the weights on standardised features, scikit-learn's default (C = 1);
 * biases are free. A feature that never changes gets no weight.
 * @returns step by step how far it is, in the end the layer
 */
export function* softmaxRegression(features: Features): Generator<RegressionStep, Regression> {
  const { labels, classes } = features;
  const n = labels.length;
  const d = features.values.length / n;
  const { x, mean, deviation } = standardised(features.values, d);
  const objective = objectiveOf({ x, labels, classes, d });
  const { point, iterations } = yield* minimised(objective, classes * (d + 1));

  const weight = new Float32Array(classes * d);
  const bias = new Float32Array(classes);
  for (let k = 0; k < classes; k++) {
    let shift = point[classes * d + k];
    for (let j = 0; j < d; j++) {
      const w = point[k * d + j] / deviation[j];
      weight[k * d + j] = w;
      shift -= w * mean[j];
    }
    bias[k] = shift;
  }
  let squares = 0;
  for (let i = 0; i < classes * d; i++) squares += point[i] ** 2;
  return { weight, bias, iterations, loss: objective(point, new Float64Array(point.length)) - squares / (2 * n) };
}

/** Every feature with mean 0 and standard deviation 1; one that never changes is 0. */
function standardised(values: Float32Array, d: number) {
  const n = values.length / d;
  const [mean, deviation] = [new Float64Array(d), new Float64Array(d)];
  for (let i = 0; i < values.length; i++) mean[i % d] += values[i];
  // Only now: of a feature that never changes the mean is then that very value.
  for (let j = 0; j < d; j++) mean[j] /= n;
  for (let i = 0; i < values.length; i++) deviation[i % d] += (values[i] - mean[i % d]) ** 2 / n;
  for (let j = 0; j < d; j++) deviation[j] = Math.sqrt(deviation[j]) || 1;
  const x = Float64Array.from(values, (value, i) => (value - mean[i % d]) / deviation[i % d]);
  return { x, mean, deviation };
}

/** Value at a point [weights, biases]; writes the gradient there. */
type Objective = (point: Float64Array, gradient: Float64Array) => number;

interface Problem {
  readonly x: Float64Array;
  readonly labels: Uint8Array;
  readonly classes: number;
  readonly d: number;
}

function objectiveOf({ x, labels, classes, d }: Problem): Objective {
  const n = labels.length;
  const [logits, errors] = [new Float64Array(classes), new Float64Array(classes)];
  return (point, gradient) => {
    gradient.fill(0);
    let loss = 0;
    for (let i = 0; i < n; i++) {
      const image = x.subarray(i * d, (i + 1) * d);
      products(point, image, logits);
      let largest = -Infinity;
      for (let k = 0; k < classes; k++) {
        logits[k] += point[classes * d + k];
        if (logits[k] > largest) largest = logits[k];
      }
      let total = 0;
      for (let k = 0; k < classes; k++) total += Math.exp(logits[k] - largest);
      loss += (largest + Math.log(total) - logits[labels[i]]) / n;
      for (let k = 0; k < classes; k++) {
        errors[k] = (Math.exp(logits[k] - largest) / total - Number(k === labels[i])) / n;
        gradient[classes * d + k] += errors[k];
      }
      addOuter(errors, image, gradient);
    }
    for (let i = 0; i < classes * d; i++) {
      loss += point[i] ** 2 / (2 * n);
      gradient[i] += point[i] / n;
    }
    return loss;
  };
}

// Both take four classes at a time: sums that do not wait for each other, and one read of the image for all four.

/** out = W x for the rows of W that stand one after the other. */
function products(w: Float64Array, x: Float64Array, out: Float64Array): void {
  const d = x.length;
  let k = 0;
  for (; k + 4 <= out.length; k += 4) {
    let [at0, at1, at2, at3] = [k * d, (k + 1) * d, (k + 2) * d, (k + 3) * d];
    let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
    for (let j = 0; j < d; j++) {
      const value = x[j];
      sum0 += w[at0++] * value;
      sum1 += w[at1++] * value;
      sum2 += w[at2++] * value;
      sum3 += w[at3++] * value;
    }
    [out[k], out[k + 1], out[k + 2], out[k + 3]] = [sum0, sum1, sum2, sum3];
  }
  for (; k < out.length; k++) {
    let sum = 0;
    for (let j = 0, at = k * d; j < d; j++, at++) sum += w[at] * x[j];
    out[k] = sum;
  }
}

/** W += e x' for the rows of W that stand one after the other. */
function addOuter(e: Float64Array, x: Float64Array, w: Float64Array): void {
  const d = x.length;
  let k = 0;
  for (; k + 4 <= e.length; k += 4) {
    let [at0, at1, at2, at3] = [k * d, (k + 1) * d, (k + 2) * d, (k + 3) * d];
    const [e0, e1, e2, e3] = [e[k], e[k + 1], e[k + 2], e[k + 3]];
    for (let j = 0; j < d; j++) {
      const value = x[j];
      w[at0++] += e0 * value;
      w[at1++] += e1 * value;
      w[at2++] += e2 * value;
      w[at3++] += e3 * value;
    }
  }
  for (; k < e.length; k++) for (let j = 0, at = k * d; j < d; j++, at++) w[at] += e[k] * x[j];
}

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

/** L-BFGS from zero, halving a step until it brings enough (Nocedal and Wright, algorithms 7.4 and 3.1). */
function* minimised(
  objective: Objective,
  size: number,
): Generator<RegressionStep, { readonly point: Float64Array; readonly iterations: number }> {
  let [point, gradient] = [new Float64Array(size), new Float64Array(size)];
  let value = objective(point, gradient);
  let pairs: readonly Pair[] = [];
  for (let iteration = 1; iteration <= MOST_ITERATIONS; iteration++) {
    const steepest = gradient.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
    yield { iteration, gradient: steepest };
    if (steepest <= FLAT) return { point, iterations: iteration - 1 };
    const direction = downhill(gradient, pairs);
    const slope = dot(direction, gradient);
    let step = pairs.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(dot(gradient, gradient)));
    let next: Float64Array<ArrayBuffer>;
    let nextGradient: Float64Array<ArrayBuffer>;
    let nextValue: number;
    for (; ; step /= 2) {
      next = Float64Array.from(point, (entry, i) => entry + step * direction[i]);
      nextGradient = new Float64Array(size);
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + ENOUGH * step * slope) break;
      // No smaller number is left: this is the optimum, as far as numbers tell.
      if (step < 1e-12) return { point, iterations: iteration };
    }
    const s = Float64Array.from(next, (entry, i) => entry - point[i]);
    const y = Float64Array.from(nextGradient, (entry, i) => entry - gradient[i]);
    const curvature = dot(s, y);
    if (curvature > 0) pairs = [...pairs, { s, y, rho: 1 / curvature }].slice(-MEMORY);
    [point, gradient, value] = [next, nextGradient, nextValue];
  }
  return { point, iterations: MOST_ITERATIONS };
}

/** The two-loop recursion. */
function downhill(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = Float64Array.from(gradient, (entry) => -entry);
  const alphas = pairs.map(() => 0);
  for (let p = pairs.length - 1; p >= 0; p--) {
    const { s, y, rho } = pairs[p];
    const alpha = (alphas[p] = rho * dot(s, q));
    for (let i = 0; i < q.length; i++) q[i] -= alpha * y[i];
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let i = 0; i < q.length; i++) q[i] *= scale;
  }
  pairs.forEach(({ s, y, rho }, p) => {
    const beta = rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i] += (alphas[p] - beta) * s[i];
  });
  return q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

// What a training step minimises: cross-entropy, with the labels or partly with what a teacher answers (distillation).
// Not for the loss that is told of a step, which is of the labels alone: trainer.ts.
import * as tf from '@tensorflow/tfjs';

/**
 * Mean over the batch of -sum(target * log softmax(logits)). With d the share of a teacher, the target is (1 - d) * one-hot
 * label + d * softmax(teacher's logits): up to the teacher's own entropy, which has no gradient, (1 - d) * cross-entropy +
 * d * KL(teacher || network), Hinton et al. 2015 at temperature 1.
 * @param logits [n, classes] @param labels n class indices @param teacher its logits and share, 0..1
 */
export function trainingLoss(
  logits: tf.Tensor2D,
  labels: Uint8Array,
  teacher?: { readonly logits: tf.Tensor2D; readonly share: number },
): tf.Scalar {
  const [n, classes] = logits.shape;
  const share = teacher?.share ?? 0;
  const values = new Float32Array(n * classes);
  labels.forEach((label, i) => (values[i * classes + label] = (share - 1) / n));
  const own = tf.tensor2d(values, [n, classes]);
  const target = teacher ? tf.sub(own, tf.mul(tf.softmax(teacher.logits), share / n)) : own;
  return tf.sum(tf.mul(tf.logSoftmax(logits), target));
}

// tf.tidy for work that may fail. Not for work that awaits: tfjs's scopes end with the call.
import * as tf from '@tensorflow/tfjs';

/**
 * tf.tidy, in which nothing stays of work that throws. tf.tidy alone leaves what was kept: by tf.keep, and by tfjs itself,
 * which keeps all that a gradient will need (each layer's input, among others) until the gradient was taken.
 */
export function tidy<T extends tf.TensorContainer>(work: () => T): T {
  const engine = tf.engine();
  const { keep } = engine;
  const kept: tf.Tensor[] = [];
  engine.keep = (tensor) => {
    kept.push(tensor);
    return keep.call(engine, tensor) as typeof tensor;
  };
  try {
    return tf.tidy(work);
  } catch (error) {
    tf.dispose(kept);
    throw error;
  } finally {
    engine.keep = keep;
  }
}

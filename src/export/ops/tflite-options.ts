// BuiltinOptions of TensorFlow Lite's schema that several operations share: padding, activations, fields by their size.

/** Padding and ActivationFunctionType of the schema. */
export const SAME = 0;
export const VALID = 1;
const NONE = 0;
const RELU = 1;

export const byte = (value: number) => ({ bytes: 1, value }) as const;
export const int = (value: number) => ({ bytes: 4, value }) as const;
export const activation = (relu: boolean) => byte(relu ? RELU : NONE);

/** Pool2DOptions; no padding. */
export const poolOptions = (stride: number, kernel: { readonly h: number; readonly w: number }) => ({
  type: 5,
  fields: [byte(VALID), int(stride), int(stride), int(kernel.w), int(kernel.h), activation(false)],
});

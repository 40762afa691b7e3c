// What the network is fed instead of pixel bytes: (byte / 255 - mean) / std by channel, in torchvision's float32 steps.
// Not for reading images (src/data) nor for quantizing them (src/convert/image.ts).

/** The article's constants (ImageNet's), red, green, blue. */
const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

const f32 = Math.fround;

/** float32 [256][3]: the normalised value of every byte in every channel, at byte * 3 + channel. */
export const NORMALISED: Float32Array = Float32Array.from({ length: 256 * 3 }, (_, i) => {
  const channel = i % 3;
  const unit = f32(Math.floor(i / 3) / 255);
  return f32(unit - f32(MEAN[channel])) / f32(STD[channel]);
});

// An RGB image on a canvas of its size. Not for choosing what is drawn.

/** To be attached to a canvas. @param pixels RGB of every pixel, row by row, as many as the canvas has */
export const drawImage = (pixels: Uint8Array) => (canvas: HTMLCanvasElement) => {
  const image = new ImageData(canvas.width, canvas.height);
  for (let i = 0; i < canvas.width * canvas.height; i++) {
    image.data.set(pixels.subarray(i * 3, i * 3 + 3), i * 4);
    image.data[i * 4 + 3] = 255;
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0);
};

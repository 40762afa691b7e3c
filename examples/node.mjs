// Classifies pictures in Node: node node.mjs MODEL PICTURES
// MODEL is an integer file that the playground saved. PICTURES is a file of red, green and blue bytes, one picture after the
// other, each of the network's size. ImageMagick makes one: magick cat.png -resize 32x32! -depth 8 rgb:cat.rgb
// Prints a line of JSON for each picture.
import { readFile } from 'node:fs/promises';
import { argv } from 'node:process';
import { loadModel } from 'qat-playground-engine';

const [model, pictures] = argv.slice(2);
const engine = await loadModel(await readFile(model));
const names = engine.info.classes;
const { classes, logits } = engine.classify(await readFile(pictures));
for (const [i, best] of classes.entries()) {
  const row = logits.subarray(i * names.length, (i + 1) * names.length);
  console.log(JSON.stringify({ class: names[best], logits: [...row] }));
}
engine.close();

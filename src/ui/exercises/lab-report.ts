// The lab report: one HTML file with what was chosen, what was measured, and what the student thought of it; the same as JSON
// within, for whoever reads a class's reports. Text alone. Not for gathering what is in it: LabReport.svelte.
import type { Recipe } from '../../recipe/recipe';
import { toQuery } from '../../recipe/recipe-text';
import type { Report } from '../../report/types';
import { bytes, count, fixed, milliseconds, percent, points } from '../format';
import type { Words } from '../words/words.svelte';
import type { Prediction } from '../state/study.svelte';
import type { Network } from './exercise';

export interface LabReport {
  readonly author: string;
  /** Of its texts, as a tag. */
  readonly language: string;
  /** ISO 8601. */
  readonly made: string;
  /** Of the page, with the choices of the run in hand. */
  readonly address: string;
  /** As the browser calls itself, and its cores. */
  readonly browser: string;
  readonly cores: number;
  /** Names of a visitor's own files; missing for the page's own. */
  readonly network?: string;
  readonly images?: string;
  readonly runs: readonly LabRun[];
  /** What the slider's networks answered. */
  readonly stops: readonly Network[];
  readonly predictions: readonly Prediction[];
  readonly exercises: readonly LabExercise[];
}

export interface LabRun {
  readonly name: string;
  readonly recipe: Recipe;
  /** undefined where the run has not come to the end of step 8. */
  readonly report?: Report;
  /** Loss of each step; undefined where it was not trained. */
  readonly losses?: { readonly qat: readonly number[]; readonly control: readonly number[] };
}

interface LabExercise {
  readonly id: string;
  readonly name: string;
  readonly task: string;
  readonly met: boolean;
  readonly evidence: string;
  /** That were opened, of three. */
  readonly hints: number;
  readonly question: string;
  readonly answer: string;
}

type Texts = Words['labReport'];

/** Of the element that holds a report as JSON. */
export const LAB_REPORT_ID = 'qat-playground-lab-report';

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);
/** Nothing in it can end the element that it stands in. */
const asJson = (report: LabReport): string => JSON.stringify(report).replaceAll('<', '\\u003c');

function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const head = heads.map((text) => `<th scope="col">${escaped(text)}</th>`).join('');
  const row = (texts: readonly string[]) => `<tr>${texts.map((text) => `<td>${escaped(text)}</td>`).join('')}</tr>`;
  return `<table><caption>${escaped(caption)}</caption><thead><tr>${head}</tr></thead><tbody>
${rows.map(row).join('\n')}
</tbody></table>`;
}

const accuraciesOf = ({ fp32, control, ptq, qat }: Report): readonly number[] => [
  ...[fp32.accuracy, control.accuracy, ptq.accuracy, qat.int8.accuracy],
];

/** Bars of the four models, from chance to all right; the table above holds the numbers. */
function accuracyChart({ name, report }: LabRun, t: Texts): string {
  if (!report) return '';
  const bars = accuraciesOf(report).map((accuracy, i) => {
    const y = 8 + 26 * i;
    const label = `<text x="62" y="${y + 14}" text-anchor="end">${escaped(t.models[i])}</text>`;
    const value = `<text x="${76 + 400 * accuracy}" y="${y + 14}">${percent(accuracy, 1)}</text>`;
    return `${label}<rect x="70" y="${y}" width="${fixed(400 * accuracy, 1)}" height="18" class="m${i}"/>${value}`;
  });
  return figure(escaped(t.accuracyChart(name)), 540, 116, bars.join('\n'));
}

const MOST_POINTS = 200;
/** Means of as many steps as leave few enough points. */
function thinned(losses: readonly number[]): number[] {
  const step = Math.ceil(losses.length / MOST_POINTS);
  const means: number[] = [];
  for (let i = 0; i < losses.length; i += step) {
    const piece = losses.slice(i, i + step);
    means.push(piece.reduce((sum, loss) => sum + loss, 0) / piece.length);
  }
  return means;
}

function lossChart({ name, losses }: LabRun, t: Texts): string {
  if (!losses || losses.qat.length === 0) return '';
  const lines = [losses.qat, losses.control].map(thinned);
  const most = Math.max(...lines.flat());
  const drawn = lines.map((line, i) => {
    const at = line.map((loss, k) => {
      const x = 40 + (480 * k) / Math.max(1, line.length - 1);
      return `${x.toFixed(1)},${(130 - (115 * loss) / most).toFixed(1)}`;
    });
    return `<polyline points="${at.join(' ')}" class="l${i}"/>`;
  });
  const axis = `<text x="36" y="20" text-anchor="end">${fixed(most, 2)}</text><text x="36" y="132" text-anchor="end">0</text>`;
  const ends = losses.qat.length;
  return figure(escaped(t.lossChart(name, count(ends))), 540, 140, `${axis}${drawn.join('\n')}`);
}

const figure = (what: string, width: number, height: number, inner: string): string =>
  `<figure><svg role="img" aria-label="${what}" viewBox="0 0 ${width} ${height}" width="${width}">${inner}</svg><figcaption>${what}.</figcaption></figure>`;

const STYLE = `:root{color-scheme:light dark;background:Canvas;color:CanvasText}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0;display:block;overflow-x:auto}caption{text-align:left;font-weight:600}
th,td{border-bottom:1px solid #8888;padding:.25rem .7rem;text-align:left}figure{margin:1rem 0}svg{max-width:100%;font-size:13px}
text{fill:CanvasText}.m0,.m1{fill:#2a62b8}.m2,.m3{fill:#ad4e08}.m1,.m2{opacity:.6}polyline{fill:none;stroke:#ad4e08;stroke-width:2}
.l1{stroke:#2a62b8;stroke-dasharray:5 4}blockquote{border-left:3px solid #8888;margin-left:0;padding-left:1rem;white-space:pre-wrap}`;

/** @returns a whole HTML page that needs no other file, with these texts of the page's */
export function labReport(report: LabReport, t: Texts): string {
  const {
    author,
    language,
    made,
    address,
    browser,
    cores,
    network,
    images: pictures,
    runs,
    stops,
    predictions,
    exercises,
  } = report;
  const share = (accuracy: number | undefined) => (accuracy === undefined ? '–' : percent(accuracy));
  const chosen = runs.map(({ name, recipe }) => [
    ...[name, `${recipe.weightBits}/${recipe.activationBits}`, recipe.qconfig, count(recipe.steps)],
    ...[
      String(recipe.learningRate),
      recipe.schedule,
      recipe.optimizer,
      String(recipe.seed),
      toQuery(recipe) || t.allDefault,
    ],
  ]);
  const measured = runs.flatMap(({ name, report }) => {
    if (!report) return [];
    const { latency, size, images, agreement } = report;
    const figures = [percent(agreement), milliseconds(latency.int8.median_ms), bytes(size.int8_bytes), count(images)];
    return [[name, ...accuraciesOf(report).map((one) => percent(one)), ...figures]];
  });
  const answered = stops.map(({ weightBits, activationBits, accuracy, images, bytes: size }) => [
    ...[`${weightBits}/${activationBits}`, percent(accuracy), count(images), size === undefined ? '–' : bytes(size)],
  ]);
  const guessed = predictions.map(({ guessed, weightBits, activationBits, guess, accuracy }) => [
    ...[t.guessOf(guessed.toUpperCase(), weightBits, activationBits), percent(guess, 0), share(accuracy)],
    accuracy === undefined ? '–' : points(accuracy - guess),
  ]);
  const tried = exercises.map(
    ({
      name,
      task,
      met,
      evidence,
      hints,
      question,
      answer,
    }) => `<section><h3>${escaped((met ? t.reached : t.notReached)(name))}</h3>
<p>${escaped(task)}</p><p>${escaped(evidence)} ${escaped(t.hints(hints))}</p>
<p><strong>${escaped(question)}</strong></p><blockquote>${escaped(answer) || escaped(t.noAnswer)}</blockquote></section>`,
  );
  return `<!doctype html>
<html lang="${escaped(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(author ? t.titleOf(author) : t.heading)}</title><style>${STYLE}</style></head><body><main>
<h1>${escaped(t.heading)}</h1>
<p>${escaped(author && t.by(author))}${escaped(t.made(made, browser, cores))} <a href="${escaped(address)}">${escaped(t.page)}</a>${t.end}</p>
<p>${escaped(t.of(network ?? t.pagesOwn.network, pictures ?? t.pagesOwn.images))}</p>
<h2>${escaped(t.runs)}</h2>
${table(t.chosen, t.choices, chosen)}
${table(t.measured, [t.run, ...t.models, ...t.figures], measured)}
${runs.map((run) => accuracyChart(run, t) + lossChart(run, t)).join('\n')}
<h2>${escaped(t.slider)}</h2>
${table(t.rounded, t.stops, answered) || `<p>${escaped(t.notMoved)}</p>`}
<h2>${escaped(t.predictions)}</h2>
${table(t.guessed, t.guesses, guessed) || `<p>${escaped(t.noneGuessed)}</p>`}
<h2>${escaped(t.exercises)}</h2>
${tried.join('\n')}</main>
<script type="application/json" id="${LAB_REPORT_ID}">${asJson(report)}</script>
</body></html>
`;
}

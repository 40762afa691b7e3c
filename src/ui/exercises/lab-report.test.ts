import { describe, expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../../recipe/recipe';
import { labReport as texts } from '../words/en/lab-report';
import { LAB_REPORT_ID, labReport, type LabReport } from './lab-report';

const REPORT: LabReport = {
  ...{ author: '<b>A & B</b>', made: '2026-01-01T00:00:00.000Z', address: 'https://example.org/?a=1&b="2"' },
  ...{ browser: 'Chromium', cores: 2, language: 'en', images: 'cats & dogs.zip' },
  runs: [
    { name: 'Run </script>', recipe: { ...DEFAULT_RECIPE, weightBits: 4 }, losses: { qat: [2, 1, 0.5], control: [] } },
  ],
  stops: [
    ...[{ made: 'the slider', kind: 'ptq' as const, weightBits: 4, activationBits: 4, accuracy: 0.83, images: 1000 }],
  ],
  predictions: [{ guessed: 'ptq', weightBits: 4, activationBits: 4, guess: 0.5, accuracy: 0.83 }],
  exercises: [
    {
      ...{ id: 'x', name: 'X', task: 'Do it.', met: true, evidence: 'Done.', hints: 1, question: 'Why?' },
      answer: 'Because 1 < 2 </script><script>alert(1)</script>',
    },
  ],
};

describe('lab report', () => {
  const html = labReport(REPORT, texts);

  it('holds itself as JSON', () => {
    const [, json] = new RegExp(`<script type="application/json" id="${LAB_REPORT_ID}">(.*?)</script>`).exec(html)!;
    expect(JSON.parse(json)).toEqual(REPORT);
  });

  it('lets nothing that was typed become a part of the page', () => {
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toContain('<b>A');
    expect(html).toContain('By &lt;b&gt;A &amp; B&lt;/b&gt;');
    expect(html).toContain('href="https://example.org/?a=1&amp;b=&quot;2&quot;"');
  });

  it('says what was guessed, chosen and answered', () => {
    for (const text of [
      'Network: ResNet18, the page’s own. Images: cats &amp; dogs.zip.',
      'weight-bits=4',
      '+33.00',
      '83.00',
      'Hints opened: 1 of 3',
      'Because 1 &lt; 2',
    ])
      expect(html).toContain(text);
  });
});

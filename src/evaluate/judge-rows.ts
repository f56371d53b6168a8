import type { Curve } from './best-curve.js';
import { applyCurve } from './best-curve.js';
import type { EdgeMask } from './edge-mask.js';
import type { Evaluation } from './evaluation.js';
import { BLOB_RULE, COUNTERPART_REACH, COUNTERPART_RULE } from './honesty.js';
import type { ImageSet } from './image-set.js';
import { EDGE_THRESHOLD } from './structure.js';
import { summarizeHonesty, summarizeStructure } from './summarize.js';
import type { ToneMeter } from './tones.js';
import { asShown, judgeImages, type Translated } from './translate-images.js';

/** What is judged without a reference: drawing, honesty and tones of the day, and of what was made of it. */
export interface JudgedRows {
  readonly day: ImageSet;
  readonly grade: Translated;
  readonly result: Translated;
  readonly curve: Curve;
}

/** The part of an evaluation that {@link JudgedRows} give. */
export function judgeRows(
  judged: JudgedRows,
  tools: { readonly mask: EdgeMask; readonly meter: ToneMeter; readonly seed: number },
): Pick<Evaluation, 'structure' | 'honesty'> & { readonly tones: Omit<Evaluation['tones'], 'real'> } {
  const { mask, meter, seed } = tools;
  const { day, grade, result } = judged;
  const rows = {
    day: judgeImages(day, day, mask),
    grade,
    curve: judgeImages(day, applyCurve(day, judged.curve).map(asShown), mask),
    result,
  };
  return {
    tones: byRow(rows, ({ pictures }) => meter.range(pictures)),
    structure: {
      edgeThreshold: EDGE_THRESHOLD,
      ...byRow(rows, ({ structure }) => summarizeStructure(structure, seed)),
    },
    honesty: {
      thresholds: {
        saturation: BLOB_RULE.saturation,
        luma: BLOB_RULE.luma,
        size: BLOB_RULE.size,
        counterpartSaturation: COUNTERPART_RULE.saturation,
        counterpartReach: COUNTERPART_REACH,
      },
      ...byRow(rows, ({ honesty }) => summarizeHonesty(honesty, seed)),
    },
  };
}

type Row = 'day' | 'grade' | 'curve' | 'result';

function byRow<T>(rows: Readonly<Record<Row, Translated>>, measure: (row: Translated) => T): Record<Row, T> {
  const grade = measure(rows.grade);
  const result = rows.result === rows.grade ? grade : measure(rows.result);
  return { day: measure(rows.day), grade, curve: measure(rows.curve), result };
}

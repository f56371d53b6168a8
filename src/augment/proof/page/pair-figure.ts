import { createElement } from '../../../train/report/page/create-element.js';
import type { EmbeddedImage, ReportPair } from '../report-data.js';

/** A day beside its night, with item, verdict, draw and scores. */
export function pairFigure(pair: ReportPair): HTMLElement {
  const { item, variant, verdict, reason, draw, scores } = pair;
  const title = createElement('p', {}, createElement('b', {}, item), ` variant ${variant} `);
  const state = createElement('span', { className: verdict }, reason === '' ? verdict : `${verdict}: ${reason}`);
  title.append(verdict === 'alreadyNight' ? createElement('span', { className: verdict }, 'night already') : state);
  return createElement(
    'figure',
    { className: 'pair' },
    createElement(
      'div',
      { className: 'images' },
      imageOf(pair.day, `day of ${item}`, 'no image of the source'),
      imageOf(pair.night, `night of ${item}, variant ${variant}`, 'no image was written'),
    ),
    createElement('figcaption', {}, title, createElement('p', {}, scores), createElement('p', {}, draw)),
  );
}

function imageOf(image: EmbeddedImage | undefined, alt: string, missing: string): HTMLElement {
  if (!image) return createElement('div', { className: 'missing' }, missing);
  return createElement('img', { src: image.uri, width: image.width, height: image.height, alt, decoding: 'async' });
}

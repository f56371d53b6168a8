import type { Material } from './canvas.js';
import type { Pen } from './pen.js';
import { KERB_HEIGHT, ROAD_HALF_WIDTH } from './street-plan.js';
import type { StreetSign } from './street-signs.js';
import { fromRgb } from './yuv.js';

/** The colours of a sign: its rim and what it encloses. */
const FACES: readonly (readonly [rim: number, face: number, mark: number])[] = [
  [0xc01f22, 0xf2f1ec, 0x1d1d1f],
  [0xf0f0ee, 0x1d4fa3, 0xf0f0ee],
  [0xc01f22, 0xc01f22, 0xf2f1ec],
  [0x1f2022, 0xf2b91e, 0x1d1d1f],
  [0xf0f0ee, 0x1c7a47, 0xf0f0ee],
  [0xc01f22, 0x1d4fa3, 0xc01f22],
];
const STEEL: Material = { color: fromRgb(0x8d9296) };
const BACK: Material = { color: fromRgb(0x777c80) };

/** Corners of each shape, clockwise from the first angle in radians. */
const SHAPES: readonly { readonly corners: number; readonly first: number; readonly stretch: number }[] = [
  { corners: 16, first: 0, stretch: 1 },
  { corners: 3, first: Math.PI / 2, stretch: 1 },
  { corners: 4, first: Math.PI / 4, stretch: 1 },
  { corners: 4, first: Math.PI / 2, stretch: 1 },
  { corners: 4, first: Math.PI / 4, stretch: 0.55 },
  { corners: 4, first: Math.PI / 4, stretch: 1.6 },
  { corners: 8, first: Math.PI / 8, stretch: 1 },
];

/** Draws a traffic sign on its post. Signs of the other direction show their grey backs, which are no sign. */
export function drawSign(pen: Pen, { side, z, appearance }: StreetSign): void {
  const x = side * (ROAD_HALF_WIDTH + 0.45);
  const [rim, face, mark] = FACES[appearance % FACES.length] ?? FACES[0] ?? [0, 0, 0];
  const radius = 0.32 + 0.28 * (((appearance >> 3) & 15) / 15);
  const height = 2.3 + 0.9 * (((appearance >> 7) & 15) / 15);
  const isBack = ((appearance >> 11) & 7) === 0 || side < 0;
  pen.fillUprightRect({ x: [x - 0.04, x + 0.04], y: [KERB_HEIGHT, height + radius], z }, STEEL);
  const shape = SHAPES[(appearance >> 14) % SHAPES.length] ?? SHAPES[0];
  if (!shape) return;
  const draw = (share: number, material: Material): void => {
    for (let i = 0; i < shape.corners; i++) {
      const angle = shape.first - (2 * Math.PI * i) / shape.corners;
      const [dx, dy] = [Math.cos(angle) * radius * share, Math.sin(angle) * radius * share * shape.stretch];
      pen.setCorner(i, x + dx, height + dy, z - 0.05 - 0.01 * (1 - share));
    }
    pen.fillPolygon(shape.corners, material);
  };
  if (isBack) draw(1, BACK);
  else {
    draw(1, { color: fromRgb(rim), surface: 'sign' });
    draw(0.8, { color: fromRgb(face), surface: 'sign' });
    const tall = radius * 0.2 * shape.stretch;
    const long = radius * (shape.corners === 3 ? 0.12 : 0.36);
    const at = { x: [x - long, x + long], y: [height - tall, height + tall], z: z - 0.07 } as const;
    pen.fillUprightRect(at, { color: fromRgb(mark), surface: 'sign' });
  }
}

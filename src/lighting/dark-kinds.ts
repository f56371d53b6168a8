import type { LampKind } from '../look/look.js';
import type { Scene } from '../scene/scene.js';
import type { NightStyle } from './night-style.js';
import { isFarHead } from './street-lamps.js';
import { isFarVehicle } from './traffic-lamps.js';

/**
 * The style without some kinds of lamp: without the lamps, their glow, their light on the ground and what sends it back. A lamp too far to
 * be more than a point is dark with its own kind too. Street lamps take the town's glow and the lamps out of the frame with them.
 */
export function withoutLamps(style: NightStyle, kinds: readonly LampKind[]): NightStyle {
  return kinds.reduce<NightStyle>((left, kind) => ({ ...left, ...darkParts(left, kind) }), style);
}

function darkParts(
  { beam, shops, signals, signs, streetLamps, town, traffic, windows }: NightStyle,
  kind: LampKind,
): Partial<NightStyle> {
  switch (kind) {
    case 'headLamp':
      return { traffic: { ...traffic, headLuma: 0, headPool: 0 } };
    case 'tailLamp':
      return { traffic: { ...traffic, tailLuma: 0, tailPool: 0 } };
    case 'plate':
      return { traffic: { ...traffic, plateLuma: 0 } };
    case 'streetLamp':
      return { streetLamps: { ...streetLamps, strength: 0, luma: 0 }, town: { ...town, glow: 0, unseenLamps: 0 } };
    case 'window':
      return { windows: { ...windows, litShare: 0 } };
    case 'signal':
      return { signals: { ...signals, luma: 0 } };
    case 'sign':
      return { signs: { ...signs, luminance: 0 }, beam: { ...beam, signs: 0 } };
    case 'shop':
      return { shops: { ...shops, luminance: 0 } };
    case 'farLamp':
      return {}; // these are single things of a scene
  }
}

/** The scene without the things that are `farLamp`s, where that kind is dark. Borrows the scene. */
export function withoutThings(scene: Scene, kinds: readonly LampKind[]): Scene {
  if (!kinds.includes('farLamp')) return scene;
  return {
    ...scene,
    vehicles: scene.vehicles.filter((vehicle) => !isFarVehicle(vehicle)),
    lampHeads: scene.lampHeads.filter((head) => !isFarHead(head)),
  };
}

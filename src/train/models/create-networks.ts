import { nightgrid, START_GRID } from '../networks/nightgrid.js';
import type { Network } from '../networks/ops.js';
import { patchDiscriminator } from '../networks/patch-discriminator.js';
import { resnetGenerator } from '../networks/resnet-generator.js';
import { unetGenerator } from '../networks/unet-generator.js';
import type { TrainOptions } from '../options.js';

/** A ResNet halves the size twice, and doubles it twice. */
const RESNET_MULTIPLE = 4;

/** A generator of images. */
interface ClassicGenerator {
  readonly network: Network<'image'>;
  /** It takes images whose sides are multiples of this; a U-Net also some others. */
  readonly multiple: number;
}

/** netGA (day to night) by the options. */
export function createGeneratorA(options: TrainOptions): Network {
  return classicGenerator(options)?.network ?? nightgrid;
}

/** netGA where it outputs images; undefined for the look network. */
export function classicGenerator({ generator, ngf, downs }: TrainOptions): ClassicGenerator | undefined {
  switch (generator) {
    case 'nightgrid':
      return undefined;
    case 'resnet9':
      return { network: resnetGenerator({ ngf, blocks: 9 }), multiple: RESNET_MULTIPLE };
    case 'resnet6':
      return { network: resnetGenerator({ ngf, blocks: 6 }), multiple: RESNET_MULTIPLE };
    case 'unet':
      return { network: unetGenerator({ ngf, downs }), multiple: 2 ** downs };
  }
}

/** netGB (night to day): the same ResNet where netGA is one, else a small U-Net, which is enough to reconstruct the day. */
export function createGeneratorB(options: TrainOptions): Network<'image'> {
  const { generator, ngfB, downsB } = options;
  if (generator === 'resnet9' || generator === 'resnet6') {
    return resnetGenerator({ ngf: ngfB, blocks: generator === 'resnet9' ? 9 : 6 });
  }
  return unetGenerator({ ngf: ngfB, downs: downsB });
}

/** netDA and netDB. */
export function createDiscriminator({ ndf, layersD, scalesD, normD }: TrainOptions): Network {
  return patchDiscriminator({ ndf, layers: layersD, scales: scalesD.split(',').map(Number), norm: normD });
}

/** Factors on netGA's learning rate by parameter prefix. */
export function learningRateScales({ generator, rateStart }: TrainOptions): Readonly<Record<string, number>> {
  return generator === 'nightgrid' ? { [START_GRID]: rateStart } : {};
}

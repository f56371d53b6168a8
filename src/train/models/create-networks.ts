import { nightgrid, START_GRID } from '../networks/nightgrid.js';
import type { Network } from '../networks/ops.js';
import { patchDiscriminator } from '../networks/patch-discriminator.js';
import { resnetGenerator } from '../networks/resnet-generator.js';
import { unetGenerator } from '../networks/unet-generator.js';
import type { TrainOptions } from '../options.js';

/** netGA (day to night) by the options. */
export function createGeneratorA(options: TrainOptions): Network {
  switch (options.generator) {
    case 'nightgrid':
      return nightgrid;
    case 'resnet9':
      return resnetGenerator({ ngf: options.ngf, blocks: 9 });
    case 'resnet6':
      return resnetGenerator({ ngf: options.ngf, blocks: 6 });
    case 'unet':
      return unetGenerator({ ngf: options.ngf, downs: options.downs });
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

import { nightgrid, START_GRID } from '../networks/nightgrid.js';
import { multiScaleDiscriminator } from '../networks/multi-scale.js';
import type { Network } from '../networks/ops.js';
import { resnetGenerator } from '../networks/resnet-generator.js';
import { unetGenerator } from '../networks/unet-generator.js';
import type { TrainOptions } from '../options.js';

/** netGA by the options. */
export function generatorA(options: TrainOptions): Network {
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

/** netGB: CycleGAN's other ResNet beside one, else a small U-Net, for it only has to find the day again. */
export function generatorB(options: TrainOptions): Network<'picture'> {
  const { generator, ngfB, downsB } = options;
  if (generator === 'resnet9' || generator === 'resnet6') {
    return resnetGenerator({ ngf: ngfB, blocks: generator === 'resnet9' ? 9 : 6 });
  }
  return unetGenerator({ ngf: ngfB, downs: downsB });
}

/** netDA and netDB. */
export function discriminator({ ndf, layersD, scalesD, normD }: TrainOptions): Network {
  return multiScaleDiscriminator({ ndf, layers: layersD, scales: scalesD.split(',').map(Number), norm: normD });
}

/** Factors of netGA's learning rate by parameter. */
export function rateScales({ generator, rateStart }: TrainOptions): Readonly<Record<string, number>> {
  return generator === 'nightgrid' ? { [START_GRID]: rateStart } : {};
}

import { describe } from 'vitest';
import { openFfmpegEncoder } from '../../../src/encode/ffmpeg/ffmpeg-encoder.js';
import { hasFfmpeg } from '../../support/ffmpeg.js';
import { describeEncoderContract } from '../encoder-contract.js';

describe.runIf(hasFfmpeg)("the user's FFmpeg", () => {
  describeEncoderContract('libx264 of ffmpeg', (options) => openFfmpegEncoder(options, {}));
});

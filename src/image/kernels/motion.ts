// The motion kernel: block-matching optical flow between two consecutive thumbnails, and looks warped along that flow.
export { BACKWARD, FORWARD, RESIDUAL, IN, LIGHTS_IN, LIGHTS_OUT, GRID_IN, GRID_OUT, COARSE_NOW, COARSE_BEFORE } from './motion/layout';
export { compensate, forgetVectors, keepNow, reduceNow } from './motion/pyramid';
export { search } from './motion/search';
export { warpGrid, warpLights } from './motion/warp';

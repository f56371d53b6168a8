// The motion kernel: where what is seen in one thumbnail was seen in the one before, by blocks; looks carried along with it.
export { BACKWARD, FORWARD, RESIDUAL, IN, LIGHTS_IN, LIGHTS_OUT, GRID_IN, GRID_OUT, COARSE_NOW, COARSE_BEFORE } from './motion/layout';
export { compensate, forgetVectors, keepNow, reduceNow } from './motion/pyramid';
export { search } from './motion/search';
export { warpGrid, warpLights } from './motion/warp';

// The planes kernel: filters for planes of float samples, and the steps of a grade that read a thumbnail. Four samples at once.
export { halve } from './planes/halve';
export { FREE, MAX_RADIUS, STAGE_IN, STAGE_OUT } from './planes/layout';
export { dilate, dilateDisc, erode, subtract } from './planes/morphology';
export { boxBlur } from './planes/blur';
export { flood } from './planes/flood';
export { spread, splat } from './planes/splat';
export { dropGrey, rateSky, skyColour, steps } from './planes/sky';

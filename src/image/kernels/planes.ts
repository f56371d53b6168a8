// The planes kernel: filters for planes of float samples, the steps of a grade that read a thumbnail, and those of the lighting that take
// the longest. Four samples at once.
export { fitGrid } from './planes/grid-fit';
export { halve } from './planes/halve';
export { FREE, MAX_RADIUS, STAGE_IN, STAGE_OUT } from './planes/layout';
export { fitLights } from './planes/lights-fit';
export { dilate, dilateDisc, erode, subtract } from './planes/morphology';
export { boxBlur } from './planes/blur';
export { flood } from './planes/flood';
export { exponentials, logarithms } from './planes/logarithms';
export { readDay } from './planes/read-day';
export { reflect, sendBack } from './planes/reflect';
export { spread, splat } from './planes/splat';
export { dropGrey, rateSky, skyColour, steps } from './planes/sky';
export { addDoubled, halvePlane } from './planes/half-plane';
export { bloom } from './planes/bloom';
export { expose } from './planes/expose';
export { guidedFilter } from './planes/guided-filter';
export { enlarge, softmax } from './planes/softmax';

// The fit kernel: finds the grid of a look that turns one image into another, and what the grid leaves.
export { GRID, IMAGES } from './fit/layout';
export { fitGrid, releaseGrid } from './fit/grid';
export { findSpots, sanitise } from './fit/spots';
export { findResidual } from './fit/residual';
export { fitLights, LIGHTS } from './fit/lights';

// The fit kernel: finds the grid of a look that turns one image into another, and what the grid leaves.
export { GRID, IMAGES } from './fit/layout';
export { fitGrid } from './fit/grid';

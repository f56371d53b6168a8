/** Standard deviations of a night's sensor noise, as shares of the full range. */
export interface GrainSigma {
  readonly luma: number;
  readonly chroma: number;
}

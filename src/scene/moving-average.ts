/** Share of a new value in an average over time. @param seconds since the last value. @param memorySeconds time constant of the average. */
export function newShare(seconds: number, memorySeconds: number): number {
  return 1 - Math.exp(-seconds / memorySeconds);
}

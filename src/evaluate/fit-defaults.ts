/** What a fit of a style does where nothing else is said. In a file of its own, so that `--help` loads fast. */
export const FIT_DEFAULTS = { from: 'city-led', steps: 400, seed: 1, maxDays: 40, maxNights: 300 } as const;

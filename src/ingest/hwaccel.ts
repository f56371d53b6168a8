/** What may decode: `none` is the CPU, `auto` the first device that opens, else the CPU; the others by FFmpeg's names. */
export const HWACCELS = ['none', 'auto', 'vaapi', 'cuda', 'videotoolbox', 'd3d11va', 'qsv', 'vulkan'] as const;

/** One of {@link HWACCELS}. */
export type Hwaccel = (typeof HWACCELS)[number];

/** One stream of a container. Fields that do not apply or are unknown are absent. */
export interface StreamReport {
  readonly index: number;
  /** `video`, `audio`, `subtitle`, `data`. */
  readonly type: string;
  /** True for the video stream that becomes night. */
  readonly isUsed: boolean;
  /**
   * What Nocturne does with it. `copied`: `render` copies it unchanged where the output's container supports it; `serve`
   * does not send it.
   */
  readonly handling: 'night' | 'copied' | 'left out';
  /** FFmpeg's name; of an image, its format, such as `jpeg`. */
  readonly codec: string;
  /** Coded size in pixels; an image's upright. */
  readonly width?: number;
  readonly height?: number;
  /** FFmpeg's name. */
  readonly pixelFormat?: string;
  /** Frames per second. */
  readonly frameRate?: number;
  readonly sampleAspect?: readonly [number, number];
  /** libav's names: `bt709`, `smpte2084`. */
  readonly matrix?: string;
  readonly primaries?: string;
  readonly transfer?: string;
  readonly range?: 'limited' | 'full';
  readonly isHdr?: boolean;
  /** Filters that rotate the video upright, where it is stored rotated. */
  readonly upright?: readonly string[];
  readonly durationS?: number;
  readonly bitrateBps?: number;
}

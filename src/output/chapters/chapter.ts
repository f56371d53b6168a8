import type { Micros } from '../../core/time.js';

/** A named part of a file. */
export interface Chapter {
  readonly start: Micros;
  readonly end: Micros;
  /** May be empty. */
  readonly title: string;
  /** ISO 639-2, three letters; `und` when unknown. */
  readonly language: string;
}

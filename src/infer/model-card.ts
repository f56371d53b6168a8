/** What a generator is: where it comes from and how it is fed. */
export interface ModelCard {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly licence: string;
}

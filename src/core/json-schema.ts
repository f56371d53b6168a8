/** A JSON Schema of draft 2020-12. Plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

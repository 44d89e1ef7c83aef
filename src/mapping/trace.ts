/** What one expression of a mapping found, to be shown to who wrote it. */
export interface Trace {
  /** Where the expression stands: `readings.0.remaining`. */
  readonly field: string;
  /** Of the reading that it is for; absent before that is known. */
  readonly quota?: string;
  readonly expression: string;
  /** JSON path of what it was evaluated on. */
  readonly at: string;
  readonly outcome: "value" | "missing" | "null" | "wrong";
  /** A value that a reading may carry, or why there is none. Never other text out of the answer. */
  readonly told: string;
  /** Of a condition that is false: the fields it reads that are not in the answer, in words; absent where all are. */
  readonly lacking?: string;
}

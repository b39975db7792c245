/** What we use of `saxes` (tsconfig.json, `paths`): its own declarations contradict `exactOptionalPropertyTypes`. */
export interface SaxesTag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export class SaxesParser {
  /** Of what has been read so far, from 1. */
  readonly line: number;
  on(event: "error", handler: (error: Error) => void): void;
  on(event: "opentag" | "closetag", handler: (tag: SaxesTag) => void): void;
  write(text: string): this;
  close(): this;
}

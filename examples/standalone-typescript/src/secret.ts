import { inspect } from "node:util";

/** A secret is private, and everything that prints it prints this. */
const MASKED = "[secret]";

abstract class Masked {
  toString(): string {
    return MASKED;
  }

  toJSON(): string {
    return MASKED;
  }

  [inspect.custom](): string {
    return MASKED;
  }
}

/** A secret text. */
export class Secret extends Masked {
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  /** The text. Do not keep or format it. */
  reveal(): string {
    return this.#text;
  }
}

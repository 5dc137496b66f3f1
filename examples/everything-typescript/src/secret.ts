import { readFileSync } from "node:fs";
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

/** A secret in a file, which Kubernetes replaces while the service runs. */
export class SecretFile extends Masked {
  readonly #path: string;
  #text = "";
  #failure = "";

  constructor(path: string) {
    super();
    this.#path = path;
    this.#load();
  }

  /** False if the file had no text at the start. */
  get usable(): boolean {
    return this.#text !== "";
  }

  /** The present text of the file, or the last one while the file can't be read. */
  reveal(): string {
    const before = this.#failure;
    this.#load();
    if (this.#failure !== "" && before === "") {
      // One line, even if every request reads it. `main.ts` logs warnings.
      process.emitWarning(`secret unreadable: ${this.#path}: ${this.#failure}`, "SecretWarning");
    }
    return this.#text;
  }

  /** Reads the file each time: it is small, in memory, and a link can lead to another one. */
  #load(): void {
    try {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      const text = decoder.decode(readFileSync(this.#path)).replace(/[\r\n]+$/, "");
      this.#failure = text === "" ? "empty" : "";
      this.#text = text || this.#text;
    } catch (error) {
      this.#failure = String(error);
    }
  }
}

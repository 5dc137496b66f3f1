import { Secret } from "./secret.js";

/** Reads variables, and collects mistakes without the value, which can be a secret. */
export class Environment {
  readonly mistakes: string[] = [];
  readonly #variables: NodeJS.ProcessEnv;

  constructor(variables: NodeJS.ProcessEnv) {
    this.#variables = variables;
  }

  text(name: string, fallback: string): string {
    return this.#variables[name] ?? fallback;
  }

  choice<Choice extends string>(
    name: string,
    choices: readonly Choice[],
    fallback: Choice,
  ): Choice {
    const parse = (value: string) => choices.find((choice) => choice === value);
    return this.#read(name, fallback, `one of ${choices.join(", ")}`, parse);
  }

  /** Only digits, without sign, exponent or spaces. */
  whole(name: string, fallback: number, least: number, most: number): number {
    const right = `a whole number from ${least} to ${most}`;
    return this.#read(name, fallback, right, (value) =>
      within(/^\d+$/.test(value), Number(value), least, most),
    );
  }

  seconds(name: string, fallback: number, least: number, most: number): number {
    const right = `a number of seconds from ${least} to ${most}`;
    return this.#read(name, fallback, right, (value) =>
      within(/^\d+([.]\d+)?$/.test(value), Number(value), least, most),
    );
  }

  timeout(name: string, fallback: number): number {
    return this.seconds(name, fallback, 0.001, 3600);
  }

  port(name: string, fallback: number): number {
    return this.whole(name, fallback, 1, 65535);
  }

  httpUrl(name: string, fallback: string): string {
    return this.#read(name, fallback, "an http:// or https:// URL", (value) =>
      /^https?:\/\/[!-~]+$/.test(value) && URL.canParse(value) ? value : undefined,
    );
  }

  /** host:port */
  address(name: string, fallback: string): string {
    return this.#read(name, fallback, "an address host:port", (value) => {
      const match = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/.exec(value);
      return within(match !== null, Number(match?.[2]), 1, 65535) === undefined ? undefined : value;
    });
  }

  secret(name: string): Secret {
    const text = this.text(name, "");
    if (text === "") {
      this.mistakes.push(`${name} must be set, and not empty`);
    }
    return new Secret(text);
  }

  #read<Value>(
    name: string,
    fallback: Value,
    right: string,
    parse: (value: string) => Value | undefined,
  ): Value {
    const value = this.#variables[name];
    if (value === undefined) {
      return fallback;
    }
    const parsed = parse(value);
    if (parsed === undefined) {
      this.mistakes.push(`${name} must be ${right}`);
    }
    return parsed ?? fallback;
  }
}

function within(wellFormed: boolean, value: number, least: number, most: number) {
  return wellFormed && value >= least && value <= most ? value : undefined;
}

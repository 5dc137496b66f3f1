import { Agent, request } from "undici";
import { REQUEST_ID_HEADER } from "../request-id.js";
import { type Caller, Dependency, type DependencyOptions } from "./dependency.js";

const MAX_ANSWER_BYTES = 1_048_576;

/** An HTTP dependency. */
export class HttpDependency extends Dependency {
  readonly #url: string;
  readonly #agent: Agent;

  constructor(options: DependencyOptions & { readonly url: string }) {
    super(options);
    this.#url = options.url;
    // Separate connections, so that a slow dependency can't use up those of another.
    this.#agent = new Agent({
      connect: { timeout: options.timeoutSeconds * 1000 },
      maxResponseSize: MAX_ANSWER_BYTES,
    });
  }

  protected override call(caller: Caller, signal: AbortSignal): Promise<unknown> {
    return this.get(this.#url, caller, signal);
  }

  /** The JSON or text of a successful response. */
  protected async get(url: string, caller: Caller, signal: AbortSignal): Promise<unknown> {
    const { statusCode, headers, body } = await request(url, {
      dispatcher: this.#agent,
      signal,
      headers: {
        accept: "application/json, text/plain",
        ...(caller.requestId && { [REQUEST_ID_HEADER]: caller.requestId }),
      },
    });
    if (statusCode < 200 || statusCode > 299) {
      await body.dump();
      throw new Error(`status ${statusCode}`);
    }
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await body.bytes());
    return String(headers["content-type"]).includes("json") ? JSON.parse(text) : text;
  }
}

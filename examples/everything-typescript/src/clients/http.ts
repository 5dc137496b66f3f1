import type { Span } from "@opentelemetry/api";
import { Agent, type Dispatcher, request } from "undici";
import { caller } from "../caller.js";
import { REQUEST_ID_HEADER } from "../request-id.js";
import { traceCall } from "../tracing.js";
import { Dependency, type DependencyOptions } from "./dependency.js";

const MAX_RESPONSE_BYTES = 1_048_576;

type Options = Pick<Dispatcher.RequestOptions, "method" | "body" | "signal">;

/** An HTTP dependency. */
export class HttpDependency extends Dependency {
  protected readonly url: string;
  readonly #agent: Agent;

  constructor(options: DependencyOptions & { readonly url: string }) {
    super(options);
    this.url = options.url;
    // Separate connections, so that a slow dependency can't use up those of another.
    this.#agent = new Agent({
      connect: { timeout: options.timeoutSeconds * 1000 },
      maxResponseSize: MAX_RESPONSE_BYTES,
    });
  }

  override ask(): Promise<unknown> {
    return this.get();
  }

  /** The JSON or text of a successful response. */
  get(url = this.url): Promise<unknown> {
    return this.bounded((signal) => this.#request(url, { method: "GET", signal }));
  }

  /** Sends the value as JSON; returns the JSON or text of a successful response. */
  post(value: unknown, url = this.url): Promise<unknown> {
    const body = JSON.stringify(value);
    return this.bounded((signal) => this.#request(url, { method: "POST", body, signal }));
  }

  #request(url: string, options: Options): Promise<unknown> {
    return traceCall(url, options.method, (trace, span) => this.#send(url, options, trace, span));
  }

  async #send(
    url: string,
    options: Options,
    trace: Record<string, string>,
    span: Span,
  ): Promise<unknown> {
    const { id } = caller();
    const { statusCode, headers, body } = await request(url, {
      ...options,
      dispatcher: this.#agent,
      headers: {
        accept: "application/json, text/plain",
        ...(options.body && { "content-type": "application/json" }),
        ...(id && { [REQUEST_ID_HEADER]: id }),
        ...trace,
      },
    });
    span.setAttribute("http.response.status_code", statusCode);
    if (statusCode < 200 || statusCode > 299) {
      await body.dump();
      throw new Error(`status ${statusCode}`);
    }
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await body.bytes());
    return String(headers["content-type"]).includes("json") ? JSON.parse(text) : text;
  }
}

import {
  type Context,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { SERVICE } from "./settings.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Has the request's span, which is the parent of its calls. */
    trace: Context;
  }
}

const tracer = trace.getTracer(SERVICE);

/** Runs the hooks and routes of a request in its span. */
export function traceRequests(app: FastifyInstance): void {
  app.decorateRequest("trace");
  app.addHook("onRequest", (request, _reply, done) => inSpan(request, done));
  // A body is read outside of the request's context.
  app.addHook("preValidation", (request, _reply, done) => inSpan(request, done));
}

/** Begins the span of a request, in the trace of its caller. */
export function beginSpan(request: FastifyRequest, method: string): void {
  const route = request.routeOptions.url;
  const caller = propagation.extract(ROOT_CONTEXT, request.headers);
  const attributes = { "http.request.method": method, ...(route && { "http.route": route }) };
  const name = route ? `${method} ${route}` : method;
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, caller);
  request.trace = trace.setSpan(caller, span);
}

export function inSpan(request: FastifyRequest, work: () => void): void {
  context.with(request.trace, work);
}

export function endSpan(request: FastifyRequest, status: number): void {
  const span = trace.getSpan(request.trace);
  span?.setAttribute("http.response.status_code", status);
  end(span, status >= 500);
}

/** Does an HTTP call in its own span. The headers connect the dependency's span with it. */
export function traceCall<Answer>(
  url: string,
  method: string,
  call: (headers: Record<string, string>, span: Span) => Promise<Answer>,
): Promise<Answer> {
  const { hostname, port, protocol } = new URL(url);
  const attributes = {
    "http.request.method": method,
    "server.address": hostname,
    "server.port": Number(port || (protocol === "https:" ? 443 : 80)),
  };
  return tracer.startActiveSpan(method, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    const headers: Record<string, string> = {};
    propagation.inject(context.active(), headers);
    let failed = true;
    try {
      const answer = await call(headers, span);
      failed = false;
      return answer;
    } finally {
      end(span, failed);
    }
  });
}

/** Runs a job in a span; returns its exit code. */
export function traceJob(job: string, run: () => Promise<number>): Promise<number> {
  return tracer.startActiveSpan(job, { root: true }, async (span) => {
    const code = await run();
    end(span, code !== 0);
    return code;
  });
}

/** The fields that connect a log line with its span. */
export function spanIds(): { trace_id?: string; span_id?: string } {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

function end(span: Span | undefined, failed: boolean): void {
  if (failed) {
    span?.setStatus({ code: SpanStatusCode.ERROR });
  }
  span?.end();
}

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export const registry = new Registry();
collectDefaultMetrics({ register: registry });
const registers = [registry];

export const httpRequests = new Counter({
  name: "http_requests_total",
  help: "Requests served",
  labelNames: ["method", "route", "status"],
  registers,
});

export const httpSeconds = new Histogram({
  name: "http_request_duration_seconds",
  help: "Time to serve a request",
  labelNames: ["method", "route"],
  registers,
});

export const httpInFlight = new Gauge({
  name: "http_requests_in_flight",
  help: "Requests being served",
  registers,
});

export const dependencyRequests = new Counter({
  name: "dependency_requests_total",
  help: "Calls to a dependency by outcome: ok, error or timeout",
  labelNames: ["dependency", "outcome"],
  registers,
});

export const dependencySeconds = new Histogram({
  name: "dependency_request_duration_seconds",
  help: "Time of a call to a dependency",
  labelNames: ["dependency"],
  registers,
});

export const dependencyFallbacks = new Counter({
  name: "dependency_fallbacks_total",
  help: "Calls whose result a fallback replaced",
  labelNames: ["dependency"],
  registers,
});

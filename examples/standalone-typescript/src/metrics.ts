import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export const registry = new Registry();
collectDefaultMetrics({ register: registry });
const registers = [registry];

export const httpRequests = new Counter({
  name: "http_requests_total",
  help: "Requests that were answered",
  labelNames: ["method", "route", "status"],
  registers,
});

export const httpSeconds = new Histogram({
  name: "http_request_duration_seconds",
  help: "Time from a request's head to the end of its answer",
  labelNames: ["method", "route"],
  registers,
});

export const httpInFlight = new Gauge({
  name: "http_requests_in_flight",
  help: "Requests that are being answered",
  registers,
});

export const dependencyRequests = new Counter({
  name: "dependency_requests_total",
  help: "Calls to a dependency by their outcome: ok, error or timeout",
  labelNames: ["dependency", "outcome"],
  registers,
});

export const dependencySeconds = new Histogram({
  name: "dependency_request_duration_seconds",
  help: "Time that a call to a dependency took",
  labelNames: ["dependency"],
  registers,
});

export const dependencyFallbacks = new Counter({
  name: "dependency_fallbacks_total",
  help: "Calls to an auxiliary dependency that its fallback answered",
  labelNames: ["dependency"],
  registers,
});

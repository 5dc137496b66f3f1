import type { FastifyInstance } from "fastify";
import { Problem } from "./problem.js";

/** Collects the methods of all routes. The returned function rejects all others with 405. */
export function noteMethods(app: FastifyInstance): () => void {
  const methodsOf = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    const methods = methodsOf.get(url) ?? new Set();
    for (const one of [method].flat()) {
      methods.add(one);
    }
    methodsOf.set(url, methods);
  });

  return () => {
    for (const [url, methods] of [...methodsOf]) {
      const allow = [...methods].join(", ");
      const method = app.supportedMethods.filter((one) => !methods.has(one));
      app.route({
        url,
        method,
        // Before the body is parsed, because its content does not matter.
        preParsing: async () => {
          throw new Problem(405, `This route knows only ${allow}.`, { allow });
        },
        handler: () => {},
      });
    }
  };
}

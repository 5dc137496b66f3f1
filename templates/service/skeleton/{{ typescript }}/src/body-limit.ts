import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { Problem } from "./problem.js";

/** How long a rejected body is still read, so that the client gets the response. */
const LINGER_MS = 1000;

/** Limits every body, also one that no route reads. Fastify limits only bodies that it parses. */
export function limitBodies(app: FastifyInstance, maxBytes: number): void {
  const tooLarge = () => new Problem(413, `The body is larger than ${maxBytes} bytes.`);

  app.addHook("onRequest", async ({ headers }) => {
    if (Number(headers["content-length"] ?? 0) > maxBytes) {
      throw tooLarge();
    }
  });
  app.addHook("preParsing", async ({ headers, method }, _reply, body) => {
    const unparsed = headers["content-length"] && (method === "GET" || method === "HEAD");
    return headers["transfer-encoding"] || unparsed ? readWhole(body, maxBytes, tooLarge) : body;
  });
  app.addHook("onResponse", async ({ raw }) => {
    if (!raw.complete) {
      const timer = setTimeout(() => raw.socket.destroy(), LINGER_MS);
      raw.once("close", () => clearTimeout(timer));
    }
  });
}

/**
 * The size of a chunked body is known only at its end, and the body of a GET is not parsed, so both
 * are read before the route runs. The rest of a body that is too large is dropped, because closing
 * the connection would lose the response.
 */
function readWhole(body: Readable, maxBytes: number, tooLarge: () => Error): Promise<Readable> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    body.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        chunks.length = 0;
        reject(tooLarge());
      } else {
        chunks.push(chunk);
      }
    });
    body.once("end", () => resolve(Readable.from(Buffer.concat(chunks))));
    body.once("error", () => reject(new Problem(400, "The body ended early.")));
  });
}

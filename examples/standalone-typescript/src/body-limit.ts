import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { Problem } from "./problem.js";

/** How long a body that nobody wants is still read, so that its client sees the answer before the connection ends. */
const LINGER_MS = 1000;

/** Limits every body, also one that no route reads; Fastify limits only those that it parses. */
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
 * A chunked body says its size at its end, and that of a GET is not parsed: they are read before the route runs.
 * One that is too large flows on unread: a connection closed on it would lose the answer.
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

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { createServer as createTcpServer } from "node:net";
import type { TestContext } from "node:test";
import type { Logger } from "pino";
import { createLog } from "../src/log.js";
import { loadSettings, type Settings } from "../src/settings.js";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts a stub server for a dependency; returns its URL. */
export async function stub(t: TestContext, handler: Handler): Promise<string> {
  const server = createServer(handler);
  t.after(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${await listening(server)}`;
}

export function json(response: ServerResponse, value: unknown): void {
  response.setHeader("content-type", "application/json").end(JSON.stringify(value));
}

/** A port where nothing listens. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  const port = await listening(server);
  server.close();
  await once(server, "close");
  return port;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Your own required settings, each with a value for the tests. */
const REQUIRED: Record<string, string> = {};
REQUIRED.SESSION_KEY = "test";

/** These variables, and the required ones. */
export function variables(changes: Record<string, string> = {}): Record<string, string> {
  return { ...REQUIRED, ...changes };
}

/** The defaults, with free ports. */
export async function testSettings(changes: Partial<Settings> = {}): Promise<Settings> {
  return {
    ...loadSettings(variables()),
    ports: { http: await freePort() },
    adminPort: await freePort(),
    ...changes,
  };
}

export type Line = Record<string, unknown> & { errors?: string[]; known?: string[] };

/** A log, and its lines as they are on stdout. */
export function testLog(): { log: Logger; lines: Line[] } {
  const lines: Line[] = [];
  const log = createLog("info", "1.2.3", {
    write: (line) => {
      lines.push(JSON.parse(line));
    },
  });
  return { log, lines };
}

/** Waits until the condition is true, and fails after a timeout. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 5000;
  while (!(await condition())) {
    if (performance.now() > end) {
      throw new Error(`not within 5 s: ${condition}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

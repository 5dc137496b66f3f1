import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** A client that reads nothing of its response for this time is disconnected. */
const UNREAD_MS = 30_000;

/** Ends every response, whatever its client does. */
export function endResponses(server: Server): void {
  const responsesOf = new WeakMap<Socket, Set<ServerResponse>>();
  server.on("connection", (socket) => {
    const responses = new Set<ServerResponse>();
    responsesOf.set(socket, responses);
    socket.once("close", () => closeWaiting(responses));
  });
  server.prependListener("request", ({ socket }, response) => {
    const responses = responsesOf.get(socket);
    responses?.add(response);
    response.once("close", () => responses?.delete(response));
    cutStalled(response);
  });
}

/** Node.js forgets the responses to pipelined requests that wait, so they would stay in flight. */
function closeWaiting(responses: Iterable<ServerResponse>): void {
  for (const response of responses) {
    if (!response.socket) {
      response.emit("close");
    }
  }
}

/** In Node.js, the time starts again when the client reads. */
function cutStalled(response: ServerResponse): void {
  response.setTimeout(UNREAD_MS, () => {
    // With nothing to send, the client waits for the service.
    if (response.socket && response.socket.writableLength > 0) {
      response.socket.destroy();
    }
  });
}

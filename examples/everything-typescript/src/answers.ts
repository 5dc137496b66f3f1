import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** A client that reads nothing of its response for this time is disconnected. */
const UNREAD_MS = 30_000;

/** Ends every response, whatever its client does. */
export function endAnswers(server: Server): void {
  const answersOf = new WeakMap<Socket, Set<ServerResponse>>();
  server.on("connection", (socket) => {
    const answers = new Set<ServerResponse>();
    answersOf.set(socket, answers);
    socket.once("close", () => closeWaiting(answers));
  });
  server.prependListener("request", ({ socket }, response) => {
    const answers = answersOf.get(socket);
    answers?.add(response);
    response.once("close", () => answers?.delete(response));
    cutStalled(response);
  });
}

/** Node.js forgets the responses to pipelined requests that wait, so they would stay in flight. */
function closeWaiting(answers: Iterable<ServerResponse>): void {
  for (const answer of answers) {
    if (!answer.socket) {
      answer.emit("close");
    }
  }
}

/** In Node.js, the time starts again when the client reads. */
function cutStalled(answer: ServerResponse): void {
  answer.setTimeout(UNREAD_MS, () => {
    // With nothing to send, the client waits for the service.
    if (answer.socket && answer.socket.writableLength > 0) {
      answer.socket.destroy();
    }
  });
}

import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** For a client to take some of its answer; one that takes nothing is cut off. */
const UNSENT_MS = 5_000;

/** Sees to it that every answer ends, whatever its client does. */
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

/** Node.js forgets the answers to pipelined requests that wait for their turn: they would be in flight for ever. */
function closeWaiting(answers: Iterable<ServerResponse>): void {
  for (const answer of answers) {
    if (!answer.socket) {
      answer.emit("close");
    }
  }
}

/** To Node.js what the client takes is activity, which begins the time anew. */
function cutStalled(answer: ServerResponse): void {
  answer.setTimeout(UNSENT_MS, () => {
    // With nothing to send it is the client that waits.
    if (answer.socket && answer.socket.writableLength > 0) {
      answer.socket.destroy();
    }
  });
}

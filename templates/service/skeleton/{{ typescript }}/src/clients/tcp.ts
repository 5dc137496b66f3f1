import { once } from "node:events";
import { connect } from "node:net";
import { Dependency, type DependencyOptions } from "./dependency.js";

/** Checks only whether the dependency is reachable. Use a driver for real calls, in `bounded`. */
export class TcpDependency extends Dependency {
  readonly #host: string;
  readonly #port: number;

  constructor(options: DependencyOptions & { readonly address: string }) {
    super(options);
    const { hostname, port } = new URL(`tcp://${options.address}`);
    this.#host = hostname.replace(/^\[|\]$/g, "");
    this.#port = Number(port);
  }

  override ask(): Promise<unknown> {
    return this.bounded(async (signal) => {
      const socket = connect({ host: this.#host, port: this.#port });
      try {
        await once(socket, "connect", { signal });
        return { reachable: true };
      } finally {
        socket.destroy();
      }
    });
  }
}

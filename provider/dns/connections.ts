import type { Deadline } from "./deadline.js";
import type { Endpoint } from "./endpoint.js";
import { lateAnswer } from "./noAnswer.js";
import { TcpConnection } from "./tcpConnection.js";

interface Opened {
  connection: TcpConnection | undefined;
  opening: Promise<TcpConnection>;
}

/** One TCP connection for each address, opened when a message needs it, and anew when it was closed (RFC 7766 6.2.1). */
export class Connections {
  private readonly opened = new Map<string, Opened>();
  private isClosed = false;

  async get(endpoint: Endpoint, milliseconds: number, deadline: Deadline): Promise<TcpConnection> {
    const known = this.opened.get(keyOf(endpoint));
    if (known?.connection?.isUsable) return known.connection;
    const { opening } = known && known.connection === undefined ? known : this.open(endpoint, milliseconds);
    return deadline.within<TcpConnection>(
      milliseconds,
      () => lateAnswer(milliseconds, false),
      (resolve, reject) => opening.then(resolve, reject),
    );
  }

  close(): void {
    this.isClosed = true;
    for (const { connection } of this.opened.values()) connection?.close();
    this.opened.clear();
  }

  private open(endpoint: Endpoint, milliseconds: number): Opened {
    const key = keyOf(endpoint);
    const opened: Opened = { connection: undefined, opening: TcpConnection.open(endpoint, milliseconds) };
    this.opened.set(key, opened);
    opened.opening.then(
      (connection) => {
        opened.connection = connection;
        if (this.isClosed) connection.close();
      },
      () => this.opened.get(key) === opened && this.opened.delete(key),
    );
    return opened;
  }
}

const keyOf = ({ address, port }: Endpoint): string => `${address} ${port}`;

import { isIP, type Socket } from "node:net";
import { buildConnector, Pool } from "undici";
import { authorityOf, type Connection } from "./connection.js";
import { type Destination, type HttpProxy, proxyFor, tunnel } from "./proxy.js";
import { readingOn } from "./readingOn.js";

/** dataminer.services cuts a call off after 29 s (Triggering a user-defined API). */
export const answerMilliseconds = 30_000;
export const connectMilliseconds = 5_000;

/** The way to one Agent. */
export interface Way {
  pool: Pool;
  proxy: HttpProxy | undefined;
  /** What TLS said last when the other side ended it: undici tells no more than that the connection was cut. */
  alert?: Error | undefined;
}

const ways = new Map<string, Way>();

const destinationOf = ({ protocol, host, port }: Connection): Destination => ({
  protocol,
  host,
  port: port ?? (protocol === "https" ? 443 : 80),
});

export function originOf(connection: Connection): string {
  const { protocol, host, port } = destinationOf(connection);
  return `${protocol}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** One pool an Agent; another authority, expected name or proxy is another pool, so that trust is never borrowed. */
export function wayTo(connection: Connection): Way {
  const origin = originOf(connection);
  const ca = connection.protocol === "https" ? authorityOf(connection) : undefined;
  const proxy = proxyFor(destinationOf(connection));
  const key = JSON.stringify([origin, ca, connection.tlsServerName, proxy?.url.href]);
  const known = ways.get(key);
  if (known) return known;
  const way: Way = {
    proxy,
    pool: new Pool(origin, {
      connections: 4, // a User-Defined API runs at least 4 calls at a time (Triggering a user-defined API)
      headersTimeout: answerMilliseconds,
      bodyTimeout: answerMilliseconds,
      connect: connectorOf(connection, ca, proxy, (alert) => {
        way.alert = alert;
      }),
    }),
  };
  ways.set(key, way);
  return way;
}

function connectorOf(connection: Connection, ca: string | undefined, proxy: HttpProxy | undefined, onAlert: (alert: Error) => void) {
  const { tlsServerName, protocol } = connection;
  const connect = buildConnector({
    timeout: connectMilliseconds,
    // Said in so many words: otherwise NODE_TLS_REJECT_UNAUTHORIZED=0, which some set for another program, would turn it off here.
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
  });
  const connector: buildConnector.connector = (options, callback) => {
    const done: buildConnector.Callback = (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      socket.on("error", (broken: NodeJS.ErrnoException) => broken.code?.startsWith("ERR_SSL") && onAlert(broken));
      callback(null, readingOn(socket as Socket) as typeof socket);
    };
    if (proxy === undefined) return connect(options, done);
    tunnel(proxy, destinationOf(connection), connectMilliseconds).then(
      (socket) => (protocol === "https" ? connect({ ...options, httpSocket: socket }, done) : done(null, socket)),
      (error: Error) => done(error, null),
    );
  };
  return connector;
}

/** Ends every connection; for programs that outlive their last call. */
export async function closeConnections(): Promise<void> {
  const open = [...ways.values()];
  ways.clear();
  await Promise.all(open.map(({ pool }) => pool.destroy()));
}

import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { brokenWay, lateAnswer } from "./answer.js";
import type { Deadline } from "./deadline.js";

/** A name server as somebody names it. */
export interface DnsServer {
  /** Its IP address (4 or 6), or a name that this machine resolves; all addresses of a name are tried. */
  host: string;
  /** Default: 53. */
  port?: number | undefined;
}

/** One address of a name server. */
export interface Endpoint {
  address: string;
  port: number;
  family: 4 | 6;
  /** For lines and errors. */
  label: string;
}

const defaultPort = 53;

/** Where the server is, address by address. A name that does not resolve is one more way of not answering. */
export async function endpointsOf(server: DnsServer, milliseconds: number, deadline: Deadline): Promise<Endpoint[]> {
  const { host, port = defaultPort } = server;
  const family = isIP(host);
  if (family !== 0) return [{ address: host, port, family: family === 6 ? 6 : 4, label: labelOf(server) }];
  const found = await deadline.within<{ address: string; family: number }[]>(
    milliseconds,
    () => lateAnswer(milliseconds, false, "its name was being resolved"),
    (resolve, reject) => lookup(host, { all: true }).then(resolve, (error: unknown) => reject(brokenWay(error, false))),
  );
  return found.map(({ address, family: its }) => ({ address, port, family: its === 6 ? 6 : 4, label: `${labelOf(server)} (${address})` }));
}

/** As people write it: the port only where it is another than 53. */
export function labelOf({ host, port = defaultPort }: DnsServer): string {
  if (port === defaultPort) return host;
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

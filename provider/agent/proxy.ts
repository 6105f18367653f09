import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import { isIP, type Socket } from "node:net";
import { inSubnet, sameAddress } from "../core/addresses.js";
import { keepSecret } from "../core/redaction.js";
import { foreignText } from "../core/text.js";

/** The proxy that this machine's environment names for an Agent. */
export interface HttpProxy {
  url: URL;
  /** Where it is, without credentials, and which variable says so. */
  name: string;
}

/** Where a connection leads. */
export interface Destination {
  protocol: "https" | "http";
  host: string;
  port: number;
}

/** What a proxy did instead of letting a call through; whoever made the call says which. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";

  constructor(
    /** It said no, or the other side is silent behind it or before it. */
    readonly kind: "refused" | "silent",
    readonly seen: string,
    readonly cure: string,
    options?: ErrorOptions,
  ) {
    super(seen, options);
  }
}

/**
 * HTTPS_PROXY or HTTP_PROXY, by the protocol of the Agent, unless NO_PROXY names it; in small letters first, as curl has it. This machine
 * itself is never reached through another one.
 */
export function proxyFor({ protocol, host, port }: Destination, environment: NodeJS.ProcessEnv = process.env): HttpProxy | undefined {
  const variable = [`${protocol}_proxy`, `${protocol.toUpperCase()}_PROXY`].find((name) => environment[name]?.trim());
  if (variable === undefined || isThisMachine(host)) return undefined;
  if (isExcepted(host, port, environment.no_proxy ?? environment.NO_PROXY ?? "")) return undefined;
  const text = environment[variable]?.trim() ?? "";
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new ProxyError(
      "refused",
      `${variable} holds no address of an HTTP proxy`,
      "Give it as http://host:port, or name the Agent in NO_PROXY.",
    );
  }
  keepSecret(decoded(url.password));
  if (url.password !== "") keepSecret(credentialsOf(url));
  return { url, name: `the proxy ${url.host} (${variable})` };
}

const isThisMachine = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));

/** Names with all below them, addresses, networks as in 10.0.0.0/8, each with a port or without; a star excepts everything. */
function isExcepted(host: string, port: number, list: string): boolean {
  return list.split(/[\s,]+/).some((entry) => {
    const [, bracketed, plain = entry, only] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
    if (only !== undefined && Number(only) !== port) return false;
    const named = (bracketed ?? plain).toLowerCase().replace(/^\*?\./, "");
    if (named === "" || named === "*") return named === "*";
    const [address = "", bits] = named.split("/");
    if (bits !== undefined) return /^\d+$/.test(bits) && inSubnet(host, { address, prefixLength: Number(bits) });
    return host === named || host.endsWith(`.${named}`) || sameAddress(host, named);
  });
}

const credentialsOf = ({ username, password }: URL): string => Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64");

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A connection to the Agent through the proxy (RFC 9110 9.3.6): what is said in it, TLS first of all, is between us and the Agent. */
export function tunnel({ url, name }: HttpProxy, { host, port }: Destination, timeout: number): Promise<Socket> {
  const path = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const headers = { host: path, ...(url.username === "" ? {} : { "proxy-authorization": `Basic ${credentialsOf(url)}` }) };
  const at = { host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port || (url.protocol === "https:" ? 443 : 80) };
  const call = (url.protocol === "https:" ? overHttps : overHttp)({
    ...at,
    method: "CONNECT",
    path,
    headers,
    agent: false,
    timeout,
    rejectUnauthorized: true,
  });
  return new Promise((resolve, reject) => {
    call.once("connect", ({ statusCode = 0, statusMessage = "" }, socket: Socket, ahead: Buffer) => {
      if (statusCode >= 200 && statusCode < 300) {
        socket.setTimeout(0);
        if (ahead.length > 0) socket.unshift(ahead);
        return resolve(socket);
      }
      socket.destroy();
      reject(refusalOf(name, statusCode, statusMessage));
    });
    call.once("timeout", () => call.destroy(new Error("it does not answer")));
    call.once("error", (error) => reject(unreachable(name, error)));
    call.end();
  });
}

function refusalOf(name: string, status: number, said: string): ProxyError {
  const seen = `${name} answers ${foreignText(`${status} ${said}`, 120)}`;
  if (status === 407) return new ProxyError("refused", seen, "Give its user and password in that variable, or name the Agent in NO_PROXY.");
  if (status >= 500) return new ProxyError("silent", seen, "Check that the proxy reaches the Agent, or name the Agent in NO_PROXY.");
  return new ProxyError("refused", seen, "Let the proxy pass this address and port, or name the Agent in NO_PROXY.");
}

function unreachable(name: string, error: Error): ProxyError {
  const seen = `${name} cannot be used (${foreignText(error.message, 200)})`;
  return new ProxyError("silent", seen, "Check that variable and the proxy, or name the Agent in NO_PROXY.", { cause: error });
}

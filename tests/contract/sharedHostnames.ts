import { onTestFinished } from "vitest";
import { reverseNameOf } from "../../provider/dns/rdata.js";
import { type LoggedMessage, makeKey, NameServer, type ServerKey } from "../../simulator/index.js";
import { claimsIn, withoutClaims } from "./claims.js";

type Values = Record<string, unknown>;

export const zone = "skyline.local.";
export const reverse = "10.10.10.in-addr.arpa.";
export const host = (label: string): string => `${label}.${zone}`;
export const key = makeKey("dma-key");
export const secretEnv = "DNS_SECRET";

/** A name server, and what a program declares of a shared hostname there. */
export interface SharedHostnamePlace {
  server: NameServer;
  args: (more?: object) => Values;
  dns: (more?: object) => Values;
  /** The addresses at a name, and the names of 10.10.10.1 and .2. */
  addresses: (label?: string) => string[];
  names: (...lasts: number[]) => string[][];
  /** Every record of every zone, as text. */
  records: () => string[];
  /** Who owns what, as claimsIn tells it. */
  claims: () => string[];
  /** What the provider changed in which zone, message by message, without the claims. */
  changes: () => string[][];
  /** Messages of the provider that changed something, or were to. */
  updates: () => readonly LoggedMessage[];
}

/** It is closed after the test. */
export async function openSharedHostnamePlace(zones: readonly string[] = [], held: ServerKey = key): Promise<SharedHostnamePlace> {
  const server = await NameServer.start({ zones: [zone, reverse, ...zones], keys: [held] });
  onTestFinished(() => server.close());
  const dns = (more?: object) => ({
    server: `${server.address}:${server.port}`,
    zone: "skyline.local",
    key: { name: key.name, secretEnv },
    ...more,
  });
  const records = () => server.zones.flatMap((each) => each.records().map(({ name, type, ttl, data }) => `${name} ${ttl} ${type} ${data}`));
  const updates = () => server.log.all({ opcode: "UPDATE" }).filter(({ changes }) => changes.length > 0);
  return {
    server,
    dns,
    args: (more) => ({ hostname: "dma", addresses: ["10.10.10.1", "10.10.10.2"], dns: dns(), __owner: "room/test/dma", ...more }),
    addresses: (label = "dma") => server.addresses(host(label)),
    names: (...lasts) => lasts.map((last) => server.data(reverseNameOf(`10.10.10.${last}`), "PTR")),
    records,
    claims: () => claimsIn(records()),
    changes: () => updates().map(({ name, changes }) => [name ?? "", ...withoutClaims(changes)]),
    updates,
  };
}

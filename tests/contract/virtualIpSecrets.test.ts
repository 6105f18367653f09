import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeKey, type NameServer } from "../../simulator/index.js";
import type { DynamicProvider } from "../support/dynamicProvider.js";
import { token, tokenEnv } from "../support/world.js";
import { Resource } from "./resource.js";
import { host, openSharedHostnamePlace } from "./sharedHostnames.js";
import { closeWorlds, openVirtualIpWorld } from "./virtualIpWorld.js";
import { findSpellings, startWatched, type WatchedProvider } from "./watchedProvider.js";

/** Spelled otherwise in a URL. */
const secret = "Se+cret/0123456789abcdefghijklmnopqrstuvwx8=";
const name = "dma-key";
const spellings = [secret, secret.slice(0, 20), encodeURIComponent(secret), Buffer.from(secret, "base64").toString("hex")];

let folder: string;
let network = 130;
const processes: DynamicProvider[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dma-failover-dns-secrets-"));
  await writeFile(join(folder, "secret"), `${secret}\n`);
  await writeFile(join(folder, "key"), `key "${name}" { algorithm hmac-sha256; secret "${secret}"; };\n`);
  await writeFile(join(folder, "broken"), `key "${name}" { algorithm hmac-sha256; secret "${secret}" }\n`);
});

afterAll(async () => {
  for (const process of processes) process.stop();
  await Promise.all([closeWorlds(), rm(folder, { recursive: true })]);
});

async function watched(handler: string): Promise<WatchedProvider> {
  const watch = await startWatched(handler, { [tokenEnv]: token, SECRET_KEY: secret });
  processes.push(watch.provider);
  return watch;
}

/** Where the secret stands, other than under the key that the engine knows as secret and in what the sdk has it encrypt whole. */
const leaks = (watch: WatchedProvider): string[] =>
  findSpellings(watch, spellings).filter(
    (path) => !/^given\.\d+\.(inputs|outs|props|failure\.properties)\.((__declared|__attempted)\.)?dns\.key\.secret$/.test(path),
  );

const failing = (call: Promise<unknown>) =>
  call.then(
    () => Promise.reject(new Error("It succeeded, but it should have failed.")),
    (error: Error) => error.message,
  );

/** The life of one resource, with everything that can go wrong on the way. */
async function live(
  { provider }: WatchedProvider,
  server: NameServer,
  zone: string,
  args: (dns?: object) => Record<string, unknown>,
  key: object,
) {
  const resource = new Resource(provider);
  server.zone("skyline.local.").set("dma", "A", "10.9.9.9");
  expect(await failing(resource.up(args()))).toMatch("RECORD_EXISTS");
  server.zone("skyline.local.").remove("dma");
  server.fail({ kind: "rcode", rcode: "SERVFAIL" }, { changing: true, zone, key: name });
  expect(await failing(resource.up(args()))).toMatch("DNS_SERVFAIL");
  await resource.up(args());
  await resource.refresh();
  server.zone("skyline.local.").set("dma", "A", "10.9.9.9");
  await resource.refresh();
  await resource.diff(args());
  server.fail({ kind: "rcode", rcode: "REFUSED" }, { changing: true, zone, key: name, times: 9 });
  await failing(resource.up(args({ reverse: false, ttl: 60 })));
  server.clearFaults();
  for (const fault of [{ kind: "wrongMac" }, { kind: "unsigned" }] as const) {
    server.fail(fault, { times: 99 });
    await failing(resource.up(args({ timeouts: { update: "3s" } })));
    server.clearFaults();
  }
  server.clockOffsetSeconds = 4000;
  expect(await failing(resource.refresh())).toMatch("DNS_BADTIME");
  server.clockOffsetSeconds = 0;
  const wrong = { ...key, keyFile: undefined, key: { name, secret: `${secret.slice(0, -2)}w=` } };
  expect(await failing(resource.up(args(wrong)))).toMatch(/DNS_BADSIG/);
  expect(await failing(resource.up(args({ ...wrong, key: { name, secret: secret.slice(1) } })))).toMatch(/no base64/);
  expect(await failing(resource.up(args({ ...wrong, key: { name: "nobody", secret } })))).toMatch(/DNS_BADKEY/);
  expect(await failing(resource.up(args({ keyFile: join(folder, "broken"), key: undefined })))).toMatch(/DNS_KEY_FILE/);
  await provider.check({}, args({ key: { name, secret, secretFile: "both", stray: 1 }, keyFile: "both", zone: 7 }));
  await server.stop();
  expect(await failing(resource.destroy())).toMatch("DNS_UNREACHABLE");
  await server.start();
  await resource.destroy();
}

const sources: [source: string, key: () => object][] = [
  ["a literal secret", () => ({ key: { name, secret } })],
  ["secretEnv", () => ({ key: { name, secretEnv: "SECRET_KEY" } })],
  ["secretFile", () => ({ key: { name, secretFile: join(folder, "secret") } })],
  ["keyFile", () => ({ keyFile: join(folder, "key") })],
];

describe.each(sources)("with %s no secret of a key is in a result, in an error or in a line", (_, key) => {
  test("of a VirtualIp", async () => {
    const watch = await watched("virtualIp");
    const dnsKey = { ...makeKey(name), secret };
    const reverse = `${network + 1}.66.127.in-addr.arpa.`;
    const place = await openVirtualIpWorld(`66.${++network}`, { dns: { zone: "skyline.local.", reverseZones: [reverse], key: dnsKey } });
    const args = (more?: object) => place.args({ dns: place.dns({ keyFile: undefined, hostname: "dma", ...key(), ...more }) });
    const timed = ({ timeouts, ...dns }: { timeouts?: object } = {}) => ({ ...args(dns), timeouts });
    await live(watch, place.server, reverse, timed, key());
    expect(leaks(watch)).toEqual([]);
    expect(place.server.addresses(host("dma"))).toEqual([]);
  });

  test("of a SharedHostnameRecord", async () => {
    const watch = await watched("sharedHostnameRecord");
    const place = await openSharedHostnamePlace([], { ...makeKey(name), secret });
    const args = ({ timeouts, reverse, ttl, ...dns }: { timeouts?: object; reverse?: boolean; ttl?: number } = {}) =>
      place.args({ dns: place.dns({ key: undefined, ...key(), ...dns }), timeouts, reverse, ttl });
    await live(watch, place.server, "10.10.10.in-addr.arpa.", args, key());
    expect(leaks(watch)).toEqual([]);
    expect(place.addresses()).toEqual([]);
  });
});

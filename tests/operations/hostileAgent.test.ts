import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { Poller } from "../../cli/web/poller.js";
import { createStatusPage } from "../../cli/web/statusPage.js";
import { readStatus } from "../../operations/readStatus.js";
import type { ProbeResult } from "../../provider/agent/contract.js";
import type { Snapshot } from "../../provider/agent/snapshotSchema.js";
import { forgetSnapshots } from "../../provider/agent/snapshots.js";
import { closeConnections } from "../../provider/agent/transport.js";
import { dmaAgent, failoverPair } from "../../provider/index.js";
import { json, standIn, token } from "../agent/standIn.js";
import { runCommand } from "../support/commandLine.js";
import { eventually } from "../support/patience.js";
import { anOperation, aPair, aSnapshot, aStatus } from "../support/snapshot.js";

const [main, backup] = ["127.0.21.1", "127.0.21.2"];
const folder = mkdtempSync(join(tmpdir(), "hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterAll(closeConnections);

/** A forged line, an order to the terminal, an override of the reading direction, hidden characters, the token, and no end. */
const hostile = `a\r\nERROR forged\u001b[2J\u009b\u202e\u2066\u200b${token.slice(0, 9)}\u200b${token.slice(9)} ${token}\ud800${"x".repeat(5_000)}${token}`;
/** What a terminal or a reader would take for something else; our own line breaks are taken out before. */
const orders = /[\p{Cc}\p{Cf}\p{Surrogate}\u2028\u2029]|\n(?:ERROR|error) forged/u;

interface Answers {
  snapshot: Snapshot;
  probe: ProbeResult;
}

/** A whole answer in which every field that may be there is there. */
function answers(here: string, position: "main" | "backup", changes: { paired: boolean }): Answers {
  const status = aStatus({
    failoverStatus: position === "main" ? "Online" : "Offline",
    configuration: { value: "Invalid", failureReason: "a reason" },
    connectivity: [
      { kind: "Heartbeat", label: "to 10.0.0.1", value: "Failing", failureReason: "r", failCount: 2, lastSuccess: "2026-01-01T00:00:00Z" },
    ],
    syncConnection: { value: "Not Available", failureReason: "r" },
    dbSync: { value: "Failing", failureReason: "r", lastSuccess: "2026-01-01T00:00:00Z" },
    dbSyncStack: { value: "Too Large", pending: 9 },
    nics: [{ index: 1, value: "Unavailable" }],
    database: { value: "Failing", failureReason: "r" },
    nats: { value: "Failing", clusterEndpointsInSync: false, failureReason: "r" },
  });
  const pair = aPair(main, backup, { position, operation: anOperation({ state: "failed", error: { code: "C", detail: "d" } }) });
  const agent = { https: { name: "agent", subjectAltNames: ["one"], notAfter: "2036-01-01T00:00:00Z", trusted: true } };
  const snapshot = aSnapshot(here, {
    agent,
    dms: { pairTypes: ["virtualIp"], agentsByHostname: false, primaryAddress: main },
    ...(changes.paired ? { pair, status } : {}),
  });
  const probe = {
    addresses: [{ address: "10.10.10.5", answers: true, mac: "00:50:56:00:00:09" }],
    names: [{ name: "shared.example.com", addresses: ["10.0.0.9"] }],
    reverse: [{ address: main, names: ["other.example.com"] }],
  };
  return { snapshot, probe };
}

/** The paths of all texts in an answer. */
function textPaths(value: unknown, path: string[] = []): string[][] {
  if (typeof value === "string") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textPaths(inner, [...path, key]));
}

function withText<Value>(value: Value, [step, ...rest]: string[], text: string): Value {
  if (step === undefined) return text as Value;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  copy[step] = withText(copy[step], rest, text);
  return copy as Value;
}

const said: { main?: Answers; backup?: Answers } = {};

/** Two Agents that say what they are told to. */
async function hostileAgents(told: { main: Answers; backup: Answers }): Promise<void> {
  Object.assign(said, told);
  forgetSnapshots();
  const answer =
    (position: "main" | "backup") =>
    (...[response, call]: Parameters<ReturnType<typeof json>>) =>
      json(200, call.url.pathname.endsWith("/probe") ? said[position]?.probe : said[position]?.snapshot)(response, call);
  await Promise.all([main, backup].map((host, at) => standIn([answer(at === 0 ? "main" : "backup")], { host, port: 8121 })));
}

const connection = (host: string) => ({ host, protocol: "http" as const, port: 8121, tokenEnv: "HOSTILE_TOKEN" });
const members = { main: connection(main), backup: connection(backup) };
const declared = {
  ...members,
  virtualIps: [{ network: "corporate", address: "10.10.10.5", prefixLength: 24 }],
  mode: "automatic",
  heartbeats: [
    { kind: "normal", from: "main", target: { agent: "backup" } },
    { kind: "normal", from: "backup", target: { agent: "main" } },
  ],
};
const flags = [
  "--main",
  main,
  "--backup",
  backup,
  "--protocol",
  "http",
  "--port",
  "8121",
  "--token-env",
  "HOSTILE_TOKEN",
  "--patience",
  "1s",
];

/** Everything that leaves us, by where it comes out. */
async function everythingSaid({ paired }: { paired: boolean }): Promise<Record<string, string>> {
  process.env.HOSTILE_TOKEN = token;
  const lines: string[] = [];
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation((chunk) => Boolean(lines.push(String(chunk))));
  const shown: Record<string, string> = {};
  const owned = { ...declared, __owner: "project/stack/pair" };
  const told = async (name: string, call: Promise<unknown>) => {
    forgetSnapshots();
    shown[name] = await call.then(
      (value) => JSON.stringify(value, null, 1),
      (error: Error) => `${error.message}\n${error.stack}\n${JSON.stringify({ ...error })}`,
    );
  };
  try {
    if (!paired) {
      await told("check of a pair", failoverPair.check({}, owned));
      await told("check with a hostname", failoverPair.check({}, { ...owned, virtualIps: undefined, hostname: "shared.example.com" }));
      await told("create of a pair", failoverPair.create((await failoverPair.check({ schemaVersion: 1 }, owned)).inputs));
      const preflight = await runCommand(["preflight", ...flags, "--virtual-ip", "10.10.10.5/24"]);
      const named = await runCommand(["preflight", ...flags, "--hostname", "shared.example.com", "--json"]);
      return { ...shown, preflight: preflight.out + preflight.err, "preflight --json": named.out + named.err, stderr: lines.join("") };
    }
    const { inputs } = await failoverPair.check({ schemaVersion: 1 }, owned);
    await told("check of a pair that exists", failoverPair.check({}, owned));
    await told("read of a pair", failoverPair.read("id", { ...inputs, __declared: inputs, schemaVersion: 1, dataMinerId: 111 }));
    const agent = await dmaAgent.check({ schemaVersion: 1 }, { ...connection(main), __owner: "project/stack/main", version: "10.5.4.0-1" });
    await told("check of an Agent", dmaAgent.check({}, agent.inputs));
    await told("create of an Agent", dmaAgent.create({ ...agent.inputs, version: undefined }));
    const status = await runCommand(["status", ...flags]);
    shown.status = status.out + status.err;
    const asJson = await runCommand(["status", ...flags, "--json"]);
    shown["status --json"] = asJson.out + asJson.err;
    Object.assign(shown, await reports(), await pages());
    shown.stderr = lines.join("");
    return shown;
  } finally {
    stderr.mockRestore();
  }
}

async function reports(): Promise<Record<string, string>> {
  const inventory = join(folder, "pairs.yaml");
  writeFileSync(inventory, JSON.stringify({ schemaVersion: 1, pairs: [{ name: "north", ...declared }] }));
  const kinds = ["text", "json", "junit", "prometheus"];
  const files = kinds.flatMap((kind) => [`--${kind}-file`, join(folder, kind)]);
  const { out, err } = await runCommand(["drift", "--inventory", inventory, ...files]);
  return { drift: out + err, ...Object.fromEntries(kinds.map((kind) => [`drift as ${kind}`, readFileSync(join(folder, kind), "utf8")])) };
}

/** The pages of eight such pairs. */
async function pages(): Promise<Record<string, string>> {
  const targets = Array.from({ length: 8 }, (_, at) => ({ name: `pair ${at}`, ...members }));
  const poller = new Poller({ targets, read: (target, options) => readStatus(target, { ...options, secondLookMilliseconds: 0 }) });
  const app = createStatusPage({ poller });
  const polling = poller.run();
  onTestFinished(async () => {
    poller.stop();
    await polling;
  });
  await eventually(() => expect(poller.pairs.every(({ reads }) => reads > 0)).toBe(true));
  poller.stop();
  const paths = ["/", "/pairs/1", "/api/status", "/metrics"];
  const texts = await Promise.all(paths.map(async (path) => (await app.request(path, { headers: { host: "localhost" } })).text()));
  return Object.fromEntries(paths.map((path, at) => [path, texts[at] ?? ""]));
}

/** What is wrong with what was said, by where. */
function faultsOf(shown: Record<string, string>): string[] {
  return Object.entries(shown).flatMap(([where, text]) => {
    const order = orders.exec(text.replace(/\n(?!ERROR forged)/g, ""));
    return [
      ...(order ? [`${where}: ${JSON.stringify(text.slice(Math.max(0, order.index - 60), order.index + 60))}`] : []),
      ...(text.replace(/[^!-~]/g, "").includes(token) ? [`${where}: the token`] : []),
      ...(text.length > 150_000 ? [`${where}: ${text.length} characters`] : []),
    ];
  });
}

const kinds = [
  { what: "two Agents that are to be paired", paired: false },
  { what: "a pair", paired: true },
];
const fields = kinds.flatMap(({ what, paired }) => {
  const whole = answers(main, "main", { paired });
  return textPaths(whole)
    .filter(([kind]) => paired === (kind !== "probe") || (!paired && kind === "snapshot"))
    .map((path) => ({ what, paired, path: path.join("."), steps: path }));
});

describe("an Agent that means harm", () => {
  test.each(fields)(
    "in $path of $what orders nobody about, shows no token and takes no room",
    { timeout: 60_000 },
    async ({ paired, steps }) => {
      const told = { main: answers(main, "main", { paired }), backup: answers(backup, "backup", { paired }) };
      await hostileAgents({ main: withText(told.main, steps, hostile), backup: withText(told.backup, steps, hostile) });
      expect(faultsOf(await everythingSaid({ paired }))).toEqual([]);
    },
  );

  /** Whatever is only shown says as much as it may, in a hundred rows. */
  function loud(here: string, position: "main" | "backup"): Answers {
    const { snapshot, probe } = answers(here, position, { paired: true });
    const long = hostile.slice(0, 800);
    const shown = textPaths(snapshot).filter(([part, key]) => part === "status" || key === "name" || key === "cluster" || key === "state");
    const told = shown
      .filter((path) => !["value", "failoverStatus", "lastSuccess"].includes(path.at(-1) ?? ""))
      .reduce((whole, path) => withText(whole, path, long), snapshot);
    const row = { kind: long, label: long, value: "Failing", failureReason: long, failCount: 7 };
    return { snapshot: { ...told, status: aStatus({ ...told.status, connectivity: Array.from({ length: 100 }, () => row) }) }, probe };
  }

  test("in every field at once makes no page of eight pairs heavy", async () => {
    await hostileAgents({ main: loud(main, "main"), backup: loud(backup, "backup") });
    const shown = await everythingSaid({ paired: true });
    const weights = Object.fromEntries(Object.entries(shown).map(([where, text]) => [where, text.length]));
    expect(weights["/"]).toBeLessThan(100_000);
    expect(weights["/pairs/1"]).toBeLessThan(250_000);
    expect(weights["read of a pair"]).toBeLessThan(50_000);
    expect(weights["drift as junit"]).toBeLessThan(50_000);
    expect(weights["/api/status"]).toBeLessThan(1_500_000);
    expect(shown["/"]).toContain("more");
  });

  test("in thousands of rows is refused, and both say why", async () => {
    const told = (position: "main" | "backup", here: string): Answers => {
      const { snapshot, probe } = answers(here, position, { paired: true });
      const connectivity = Array.from({ length: 3_000 }, () => ({ kind: "Ping", label: "to 10.0.0.1", value: "Success" }));
      return { snapshot: { ...snapshot, status: aStatus({ connectivity }) }, probe };
    };
    await hostileAgents({ main: told("main", main), backup: told("backup", backup) });
    const { status, "status --json": asJson } = await everythingSaid({ paired: true });
    expect(status).toContain("does not fit the Failover API at status.connectivity (Too big: expected array to have <=100 items)");
    expect(asJson).toContain('"led": "red"');
  });

  test("in names that a probe found names some of them", async () => {
    const { snapshot, probe } = answers(main, "main", { paired: false });
    const names = Array.from({ length: 900 }, (_, at) => `host-${at}.example.com`);
    const found = { ...probe, reverse: [{ address: main, names }], names: [{ name: "shared.example.com", addresses: names }] };
    await hostileAgents({ main: { snapshot, probe: found }, backup: { ...answers(backup, "backup", { paired: false }), probe: found } });
    const { "preflight --json": preflight } = await everythingSaid({ paired: false });
    expect(preflight).toContain("host-9.example.com and 890 more on main");
    expect(preflight).not.toContain("host-10.example.com");
  });
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { InventoryError, parseInventory, readInventory } from "../../operations/inventory.js";

const heartbeats = [
  { kind: "normal", from: "main", target: { agent: "backup" } },
  { kind: "normal", from: "backup", target: { agent: "main" } },
];
const pair = (name: string, more: object = {}) => ({
  name,
  main: { host: "10.10.10.1", tokenEnv: "DMA_TOKEN" },
  backup: { host: "10.10.10.2", tokenEnv: "DMA_TOKEN" },
  virtualIps: [{ network: "corporate", address: "10.10.10.5", prefixLength: 24 }],
  mode: "automatic",
  heartbeats,
  ...more,
});
const inventory = (more: object = {}) => ({ schemaVersion: 1, pairs: [pair("north")], ...more });
const record = {
  name: "portal",
  hostname: "DMA.example.com",
  addresses: ["10.10.10.2", "10.10.10.1"],
  dns: { server: "10.10.10.53", zone: "example.com", keyFile: "keys/dns.key" },
};
const virtualIp = {
  name: "corporate",
  agents: [
    { host: "10.10.10.1", tokenEnv: "DMA_TOKEN" },
    { host: "10.10.10.2", tokenEnv: "DMA_TOKEN" },
  ],
  address: "10.10.10.5",
  prefixLength: 24,
  network: "corporate",
};

/** What is wrong with it, each problem on its own line. */
async function problemsOf(content: unknown, file = "pairs.yaml"): Promise<string[]> {
  const text = typeof content === "string" ? content : stringify(content);
  const error = await parseInventory(text, file).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InventoryError);
  const { problems, message, code } = error as InventoryError;
  expect(code).toBe("INVENTORY_INVALID");
  for (const { text: told, line, path } of problems) {
    expect(message).toContain(told);
    // The line is the one of the key, or of what lacks it.
    const keys = path.split(/[.[\]]+/).filter((step) => /^[a-zA-Z]/.test(step));
    if (line !== null && path !== "") expect(keys.some((key) => text.split("\n")[line - 1]?.includes(key))).toBe(true);
  }
  return problems.map(({ text: line }) => line);
}

describe("an inventory", () => {
  test("is YAML or JSON, and says the same in both", async () => {
    const content = inventory({ virtualIps: [virtualIp], sharedHostnameRecords: [record] });
    const fromYaml = await parseInventory(stringify(content), "pairs.yaml");
    expect(await parseInventory(JSON.stringify(content, null, "\t"), "pairs.yaml")).toEqual(fromYaml);
    expect(fromYaml.pairs.map(({ name }) => name)).toEqual(["north"]);
    expect(fromYaml.entries.map(({ resource, name }) => [resource.type, name])).toEqual([
      ["FailoverPair", "north"],
      ["VirtualIp", "corporate"],
      ["SharedHostnameRecord", "portal"],
    ]);
    expect(fromYaml.entries[2]?.declared).toMatchObject({ hostname: "dma.example.com", addresses: ["10.10.10.1", "10.10.10.2"] });
    expect(fromYaml.entries[1]?.declared.agents).toHaveLength(2);
  });

  test("has pairs that are targets of every other operation, too", async () => {
    const [north] = (await parseInventory(stringify({ schemaVersion: 1, pairs: [pair("north", { expectedOnline: "backup" })] }), "a"))
      .pairs;
    expect(north).toMatchObject({ name: "north", main: { host: "10.10.10.1" }, backup: { host: "10.10.10.2" }, expectedOnline: "backup" });
    expect(north?.declared).not.toHaveProperty("name");
    expect(north?.declared).not.toHaveProperty("expectedOnline");
  });

  test("may say once what all Agents have in common, however many they are", async () => {
    const more = Array.from({ length: 150 }, (_, index) => {
      const member = (last: number) => `{ <<: *agent, host: 10.20.${index}.${last} }`;
      return `  - { <<: *pair, name: pair${index}, main: ${member(1)}, backup: ${member(2)} }`;
    });
    const text = [
      "schemaVersion: 1",
      "pairs:",
      "  - &pair",
      "    name: first",
      "    main: &agent { host: 10.10.10.1, tokenEnv: DMA_TOKEN, port: 8443 }",
      "    backup: { <<: *agent, host: 10.10.10.2 }",
      "    hostname: dma.example.com",
      "    mode: automatic",
      `    heartbeats: ${JSON.stringify(heartbeats)}`,
      ...more,
    ].join("\n");
    const { pairs } = await parseInventory(text, "pairs.yaml");
    expect(pairs).toHaveLength(151);
    expect(pairs[150]).toMatchObject({ name: "pair149", backup: { host: "10.20.149.2", port: 8443, tokenEnv: "DMA_TOKEN" } });
  });

  test("means its files from its own folder", async () => {
    const text = stringify(
      inventory({
        pairs: [pair("north", { main: { host: "10.10.10.1", tokenFile: "secrets/token", caFile: "/etc/ca.pem" } })],
        sharedHostnameRecords: [record],
      }),
    );
    const { pairs, entries } = await parseInventory(text, "ops/pairs.yaml");
    expect(pairs[0]?.main).toMatchObject({ tokenFile: resolve("ops/secrets/token"), caFile: "/etc/ca.pem" });
    expect(entries[1]?.declared).toMatchObject({ dns: { keyFile: resolve("ops/keys/dns.key") } });
  });

  test("is read from a file, whose absence is told like every other problem", async () => {
    const folder = await mkdtemp(join(tmpdir(), "inventory-"));
    try {
      const file = join(folder, "pairs.json");
      await writeFile(file, `\ufeff${JSON.stringify(inventory())}`);
      expect((await readInventory(file)).pairs).toHaveLength(1);
      await expect(readInventory(join(folder, "other.json"))).rejects.toThrow(
        /other\.json: it cannot be read \(ENOENT.*Give a path that exists here\./,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("what is wrong with an inventory is told with file, line, path and cure", () => {
  test.each([
    ["nothing at all", "", "pairs.yaml: expected schemaVersion: 1 and a list of pairs."],
    ["a list", "- a", "pairs.yaml: expected schemaVersion: 1 and a list of pairs."],
    [
      "no YAML",
      "pairs: [",
      "pairs.yaml:1: it is no YAML and no JSON: Flow sequence in block collection must be sufficiently indented and end with a ].",
    ],
    ["a key that stands twice", "pairs: []\npairs: []", "pairs.yaml:2: it is no YAML and no JSON: Map keys must be unique."],
    [
      "an anchor that is not there",
      "schemaVersion: 1\npairs: *all",
      "pairs.yaml: it is no YAML and no JSON: Unresolved alias (the anchor must be set before the alias): all.",
    ],
    ["two documents", "a: 1\n---\nb: 2", /^pairs\.yaml:\d: it is no YAML and no JSON: Source contains multiple documents/],
    ["a later version", "schemaVersion: 2\npairs: []", "pairs.yaml:1: schemaVersion: expected 1, the version of this format."],
    ["nothing to look at", "schemaVersion: 1", "pairs.yaml: it names nothing to look at. Add at least one pair, virtual IP or record."],
    [
      "a stray list",
      "schemaVersion: 1\npair: []",
      "pairs.yaml:2: pair: expected one of schemaVersion, pairs, virtualIps, sharedHostnameRecords.",
    ],
    ["no list", "schemaVersion: 1\npairs: { a: 1 }", "pairs.yaml:2: pairs: expected a list."],
    [
      "a nameless pair",
      "schemaVersion: 1\npairs: [{ mode: manual }]",
      "pairs.yaml:2: pairs[0].name: expected a name by which reports call it.",
    ],
  ] as const)("%s", async (_, text, problem) => {
    expect(await problemsOf(text)).toEqual([problem instanceof RegExp ? expect.stringMatching(problem) : problem]);
  });

  test("an alias that would grow without end is refused", async () => {
    const lines = Array.from({ length: 12 }, (_, index) => `a${index + 1}: &a${index + 1} [${`*a${index}, `.repeat(9)}*a${index}]`);
    expect(await problemsOf(["a0: &a0 [x, x]", ...lines].join("\n"))).toEqual([expect.stringContaining("it is no YAML and no JSON")]);
  });

  test("everything that the resources themselves refuse, all at once and in their own words", async () => {
    const pairs = [
      pair("north", { mode: "sometimes", colour: "red", backup: { host: "dma2" } }),
      pair("south", {
        hostname: "dma.example.com",
        main: { host: "10.10.20.1", tokenEnv: "A" },
        backup: { host: "10.10.20.1", tokenEnv: "A" },
      }),
    ];
    const found = await problemsOf(
      inventory({
        pairs,
        virtualIps: [{ ...virtualIp, prefixLength: 99 }],
        sharedHostnameRecords: [{ ...record, addresses: ["10.10.10.1"] }],
      }),
    );
    expect(found).toEqual([
      "pairs.yaml:7: pairs[0].backup.tokenEnv: expected tokenEnv (the name of a variable) or tokenFile (a path).",
      "pairs.yaml:7: pairs[0].backup.address: expected the Agent's corporate IP address, because host is the name dma2.",
      'pairs.yaml:13: pairs[0].mode: Invalid option: expected one of "manual"|"automatic".',
      'pairs.yaml:23: pairs[0].colour: "colour" is no input here.',
      "pairs.yaml:37: pairs[1].hostname: expected either virtualIps or hostname, found both.",
      "pairs.yaml:28: pairs[1].backup: expected another Agent than main, found 10.10.20.1 for both.",
      "pairs.yaml:46: virtualIps[0].prefixLength: expected at most 32 bits for 10.10.10.5, found 99.",
      "pairs.yaml:51: sharedHostnameRecords[0].addresses: expected the primary addresses of both Agents, so exactly two.",
    ]);
  });

  test("names that are taken, and an Agent in two pairs", async () => {
    expect(await problemsOf(inventory({ pairs: [pair("north"), pair("north")] }))).toEqual([
      "pairs.yaml:24: pairs[1].name: the name north is taken already. Give each entry of a list its own.",
    ]);
    const copied = pair("south", { backup: { host: "10.10.20.2", tokenEnv: "A" } });
    expect(await problemsOf(inventory({ pairs: [pair("north"), copied] }))).toEqual([
      "pairs.yaml:25: pairs[1].main: 10.10.10.1 is in pair north already. An Agent can be in one pair only.",
      expect.stringMatching(/pairs\[1\]\.virtualIps\[0\]\.address: 10\.10\.10\.5 is the virtual IP of pair north already\./),
    ]);
  });

  test("a virtual IP of two pairs, or that is an Agent of another pair", async () => {
    const south = (address: string) =>
      pair("south", {
        main: { host: "10.10.10.3", tokenEnv: "A" },
        backup: { host: "10.10.10.4", tokenEnv: "A" },
        virtualIps: [{ network: "corporate", address, prefixLength: 24 }],
      });
    expect(await problemsOf(inventory({ pairs: [pair("north"), south("10.10.10.5")] }))).toEqual([
      expect.stringMatching(
        /pairs\[1\]\.virtualIps\[0\]\.address: 10\.10\.10\.5 is the virtual IP of pair north already\. Give each pair an address of its own\.$/,
      ),
    ]);
    expect(await problemsOf(inventory({ pairs: [pair("north"), south("10.10.10.2")] }))).toEqual([
      expect.stringMatching(/pairs\[1\]\.virtualIps\[0\]\.address: 10\.10\.10\.2 is an Agent of pair north already\./),
    ]);
    expect((await parseInventory(stringify(inventory({ pairs: [pair("north"), south("10.10.10.6")] })), "pairs.yaml")).pairs).toHaveLength(
      2,
    );
  });

  test("who is expected online is one of two, and only of a pair", async () => {
    expect(await problemsOf(inventory({ pairs: [pair("north", { expectedOnline: "both" })] }))).toEqual([
      expect.stringMatching(/pairs\[0\]\.expectedOnline: expected "main" or "backup"/),
    ]);
    expect(await problemsOf(inventory({ virtualIps: [{ ...virtualIp, expectedOnline: "main" }] }))).toEqual([
      expect.stringMatching(/virtualIps\[0\]\.expectedOnline: "expectedOnline" is no input here\./),
    ]);
  });
});

describe("secrets", () => {
  const token = "ThisTokenIsSecret0123456789";
  const secret = "VGhpc0tleUlzU2VjcmV0MDEyMzQ1Njc4OQ==";

  test("are refused in the file, and shown by no message about it", async () => {
    const found = await problemsOf(
      inventory({
        pairs: [pair("north", { main: { host: "10.10.10.1", token }, mode: token })],
        sharedHostnameRecords: [{ ...record, dns: { server: "10.10.10.53", key: { name: "dma-key", secret } }, hostname: `${secret}..` }],
      }),
    );
    expect(found).toEqual([
      expect.stringMatching(/^pairs\.yaml:6: pairs\[0\]\.main\.token: expected tokenEnv .* or tokenFile .*, never the token itself/),
      expect.stringMatching(/pairs\[0\]\.mode/),
      expect.stringMatching(
        /sharedHostnameRecords\[0\]\.dns\.key\.secret: expected secretEnv .* or secretFile .*, never the secret itself/,
      ),
      expect.stringMatching(/sharedHostnameRecords\[0\]\.hostname/),
    ]);
    for (const line of found) expect(line).not.toMatch(new RegExp(`${token}|${secret}`));
  });
});

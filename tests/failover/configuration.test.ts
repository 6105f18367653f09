import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Configuration,
  canonicalConfiguration,
  canonicalHeartbeats,
  canonicalVirtualIps,
  type DeclaredConfiguration,
} from "../../provider/failover/configuration.js";
import {
  type ConfigurationKey,
  configurationDifferences,
  mergeConfiguration,
  newConfiguration,
} from "../../provider/failover/configurationChange.js";
import { fourHeartbeats, pairConfiguration } from "./members.js";

const acquisition = { network: "acquisition", address: "10.10.20.5", prefixLength: 24 };
const corporate = { network: "corporate", address: "10.10.10.5", prefixLength: 24 };

describe("the canonical configuration", () => {
  test("is the same for every order of heartbeats", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(fourHeartbeats, { minLength: 4 }), (shuffled) => {
        expect(canonicalHeartbeats(shuffled)).toEqual(canonicalHeartbeats(fourHeartbeats));
      }),
    );
  });

  test("lists normal heartbeats before inverted ones, and main's before backup's", () => {
    const order = canonicalHeartbeats([...fourHeartbeats].reverse()).map(({ kind, from }) => `${kind} ${from}`);
    expect(order).toEqual(["normal main", "normal backup", "inverted main", "inverted backup"]);
  });

  test("keeps two heartbeats that differ only in how many failures they allow, fewest first", () => {
    const [first] = fourHeartbeats;
    const strict = { ...first!, maxFailures: 1 };
    expect(canonicalHeartbeats([first!, strict]).map(({ maxFailures }) => maxFailures)).toEqual([1, 3]);
  });

  test("fills in that a heartbeat names no interface", () => {
    expect(canonicalHeartbeats([{ kind: "normal", from: "main", target: { agent: "backup" }, maxFailures: 3 }])[0]?.interface).toBeNull();
  });

  test("lists the corporate virtual IP first, then acquisition, then others by name", () => {
    const other = { network: "backbone", address: "10.10.30.5", prefixLength: 24 };
    expect(canonicalVirtualIps([other, acquisition, corporate])).toEqual([corporate, acquisition, other]);
  });

  test("spells addresses and the hostname in one way", () => {
    const written: Configuration = {
      ...pairConfiguration,
      main: { address: "2001:DB8::0001", acquisitionAddress: "2001:DB8:1::0001" },
      virtualIps: [{ network: "corporate", address: "2001:DB8::0005", prefixLength: 64 }],
      hostname: "DMA.Skyline.Local.",
      heartbeats: [{ kind: "inverted", from: "main", target: { address: "2001:DB8::00fe" }, interface: null, maxFailures: 3 }],
    };
    expect(canonicalConfiguration(written)).toMatchObject({
      main: { address: "2001:db8::1", acquisitionAddress: "2001:db8:1::1" },
      virtualIps: [{ address: "2001:db8::5" }],
      hostname: "dma.skyline.local",
      heartbeats: [{ target: { address: "2001:db8::fe" } }],
    });
  });

  test("leaves text that is no address as it is, for preflight to judge", () => {
    expect(canonicalVirtualIps([{ ...corporate, address: "dma-virtual" }])[0]?.address).toBe("dma-virtual");
  });

  test("is canonical already when it is made canonical again", () => {
    const once = canonicalConfiguration(pairConfiguration);
    expect(canonicalConfiguration(once)).toEqual(once);
  });
});

describe("merging what is declared into what is live", () => {
  test("keeps the live value of every option that is not declared", () => {
    const live = { ...pairConfiguration, syncInterface: 2, restartWhenGoingOffline: true };
    expect(mergeConfiguration(live, { mode: "manual", syncInterface: undefined })).toEqual(
      canonicalConfiguration({ ...live, mode: "manual" }),
    );
  });

  test.each<[ConfigurationKey, DeclaredConfiguration]>([
    ["virtualIps", { virtualIps: [corporate, acquisition] }],
    ["hostname", { hostname: "dma.skyline.local" }],
    ["mode", { mode: "manual" }],
    ["heartbeats", { heartbeats: [] }],
    ["syncInterface", { syncInterface: 2 }],
    ["restartWhenGoingOffline", { restartWhenGoingOffline: true }],
  ])("changes %s, and nothing else, when only that is declared differently", (key, declared) => {
    expect(configurationDifferences(pairConfiguration, mergeConfiguration(pairConfiguration, declared))).toEqual([key]);
  });
});

describe("a first configuration", () => {
  test("has the product's defaults where nothing is declared", () => {
    const { main, backup } = pairConfiguration;
    expect(newConfiguration(main, backup, { mode: "manual", virtualIps: [corporate] })).toEqual({
      ...pairConfiguration,
      mode: "manual",
      heartbeats: [],
    });
  });

  test("is of the shared hostname type as soon as a hostname is declared", () => {
    const { main, backup } = pairConfiguration;
    expect(newConfiguration(main, backup, { mode: "manual", hostname: "DMA.skyline.local" })).toMatchObject({
      type: "sharedHostname",
      hostname: "dma.skyline.local",
      virtualIps: [],
    });
  });
});

describe("comparing configurations", () => {
  test("sees no difference in order, spelling or acquisition addresses", () => {
    const other = {
      ...pairConfiguration,
      main: { ...pairConfiguration.main, acquisitionAddress: "10.10.20.1" },
      heartbeats: [...fourHeartbeats].reverse(),
    };
    expect(configurationDifferences(pairConfiguration, other)).toEqual([]);
  });

  test("names a member whose machine is another", () => {
    const other = { ...pairConfiguration, backup: { address: "10.10.10.3", acquisitionAddress: null } };
    expect(configurationDifferences(pairConfiguration, other)).toEqual(["backup"]);
  });

  test("names every key that differs, in the order of the configuration", () => {
    const other: Configuration = { ...pairConfiguration, syncInterface: 2, mode: "manual" };
    expect(configurationDifferences(pairConfiguration, other)).toEqual(["mode", "syncInterface"]);
  });
});

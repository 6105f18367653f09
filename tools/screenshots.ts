import { mkdirSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { Poller } from "../cli/web/poller.js";
import { servePage } from "../cli/web/servePage.js";
import { createStatusPage } from "../cli/web/statusPage.js";
import { readStatus } from "../operations/index.js";
import { PairConfig } from "../provider/agent/pairSchema.js";
import { type ManualClock, manualClock, type PairControl, type Simulator, startSimulator } from "../simulator/index.js";

// Makes docs/images/status-*.png from simulated pairs, in headless Chromium: `npx tsx tools/screenshots.ts`.
// Needs Chromium (Debian: apt-get install chromium; CHROMIUM names another one) and looks best with a font like Roboto or Noto Sans.

const folder = "docs/images";
const tokenEnv = "SCREENSHOTS_DMA_TOKEN";
const token = "screenshots-0123456789-abcdefghijk";

const sites = [
  "Antwerp headend",
  "Antwerp playout",
  "Brussels contribution",
  "Brussels master control",
  "Ghent fibre access",
  "Izegem staging",
  "Lisbon satellite uplink",
  "London playout",
  "Madrid teleport",
  "Oslo mobile core",
  "Paris contribution",
  "Singapore teleport",
  "Sydney disaster recovery",
  "Vienna headend",
];

interface Scene {
  simulator: Simulator;
  clock: ManualClock;
  /** The pair at this place in the list of sites. */
  pair: (site: string) => PairControl;
}

interface Picture {
  name: string;
  produce: (scene: Scene) => void;
  viewport: { width: number; height: number };
  colorScheme: "light" | "dark";
  /** The pair whose rows are shown. */
  opened?: string;
}

const wall = { width: 1600, height: 900 };

const failDatabase = ({ simulator, pair }: Scene) => {
  simulator.agent(pair("London playout").backupAddress).setDatabase("Failing");
  simulator.agent(pair("London playout").backupAddress).raiseRuntimeError();
};
const losePair = ({ simulator, pair, clock }: Scene) => {
  const lost = pair("Oslo mobile core");
  for (const address of [lost.mainAddress, lost.backupAddress]) simulator.agent(address).stop();
  simulator.agent(pair("Vienna headend").backupAddress).stop();
  clock.advance(240);
};
const splitBrain = ({ pair, clock }: Scene) => {
  pair("Madrid teleport").breakPath();
  pair("Madrid teleport").bringOnline("backup");
  clock.advance(300);
};

const pictures: readonly Picture[] = [
  { name: "healthy", produce: () => {}, viewport: wall, colorScheme: "light" },
  { name: "red", produce: failDatabase, viewport: wall, colorScheme: "light", opened: "London playout" },
  { name: "unreachable", produce: losePair, viewport: wall, colorScheme: "dark" },
  { name: "split-brain", produce: splitBrain, viewport: wall, colorScheme: "light" },
  {
    name: "phone-dark",
    produce: (scene) => {
      failDatabase(scene);
      splitBrain(scene);
    },
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
  },
];

async function startScene(): Promise<Scene> {
  const clock = manualClock(Date.now());
  const address = (site: number, last: number) => `127.92.${site + 1}.${last}`;
  const simulator = await startSimulator({
    token,
    clock,
    hosts: sites.flatMap((_, site) => [address(site, 253), address(site, 254)]),
    agents: sites.flatMap((name, site) =>
      [1, 2].map((last) => ({
        address: address(site, last),
        dataMinerId: 101 + site,
        name: `${name.slice(0, 3).toUpperCase()}${name.split(" ")[1]?.slice(0, 2).toUpperCase()}-DMA${last}`,
        system: name,
        profile: "10.6" as const,
      })),
    ),
    pairs: sites.map((_, site) => ({ config: configOf((last) => address(site, last)), online: site === 4 ? "backup" : "main" }) as const),
  });
  return { simulator, clock, pair: (site) => simulator.pair(address(sites.indexOf(site), 1)) };
}

function configOf(address: (last: number) => string): PairConfig {
  const heartbeat = (kind: string, from: string, target: object) => ({ kind, from, target, interface: null, maxFailures: 3 });
  return PairConfig.parse({
    type: "virtualIp",
    main: { address: address(1), acquisitionAddress: null },
    backup: { address: address(2), acquisitionAddress: null },
    virtualIps: [{ network: "corporate", address: address(5), prefixLength: 24 }],
    hostname: null,
    mode: "manual",
    heartbeats: [
      heartbeat("normal", "main", { agent: "backup" }),
      heartbeat("normal", "backup", { agent: "main" }),
      heartbeat("inverted", "main", { address: address(254) }),
      heartbeat("inverted", "backup", { address: address(253) }),
    ],
    syncInterface: null,
    restartWhenGoingOffline: false,
  });
}

async function take(browser: Browser, { name, produce, viewport, colorScheme, opened }: Picture): Promise<void> {
  const scene = await startScene();
  produce(scene);
  const { agents, pairs } = scene.simulator;
  const connection = (host: string) => ({
    host,
    protocol: "http" as const,
    port: agents.find(({ address }) => address === host)?.port,
    tokenEnv,
  });
  const targets = pairs.map(({ mainAddress, backupAddress }, site) => ({
    name: sites[site] ?? "",
    main: connection(mainAddress),
    backup: connection(backupAddress),
  }));
  const read: typeof readStatus = (target, options) =>
    readStatus(target, { ...options, patienceMilliseconds: 300, secondLookMilliseconds: 0 });
  const poller = new Poller({ targets, read });
  const polling = poller.run();
  const served = await servePage(createStatusPage({ poller }), { host: "127.0.0.1", port: 0 });
  const context = await browser.newContext({ viewport, colorScheme, deviceScaleFactor: 1.5, reducedMotion: "reduce", locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(served.url);
  await page.locator("#overview[data-reading='0']").waitFor();
  if (opened) {
    await page.getByRole("link", { name: opened }).click();
    await page.locator("#content tbody tr").first().waitFor();
    await page.locator("#overview[data-reading='0']").waitFor();
  }
  const file = `${folder}/status-${name}.png`;
  await page.screenshot({ path: file });
  console.log(file);
  await context.close();
  poller.stop();
  await Promise.all([polling, served.close()]);
  await scene.simulator.close();
}

async function main(): Promise<void> {
  process.env[tokenEnv] = token;
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    for (const picture of pictures) await take(browser, picture);
  } finally {
    await browser.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

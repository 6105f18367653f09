import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Poller } from "../../cli/web/poller.js";
import { type Served, servePage } from "../../cli/web/servePage.js";
import { createStatusPage } from "../../cli/web/statusPage.js";
import { readStatus } from "../../operations/index.js";
import { closeConnections } from "../../provider/agent/transport.js";
import { absentRows, pcapSituations, type Situated, situate, statusSituations } from "../support/statusRows.js";
import { token, tokenEnv } from "../support/world.js";
import { useChromium, type Viewer, visit } from "./chromium.js";

// One page of all situations, each a pair of its own in the simulator.

const named = <Situation>(word: string, situations: readonly Situation[]) =>
  situations.map((situation, index) => ({ ...situation, name: `${word} ${index + 1}` }));

const rows = named("row", statusSituations);
const absent = named("absent", absentRows);
const pcap = named("pcap", pcapSituations);

const scenes = new Map<string, Situated>();
let served: Served;
let poller: Poller;
let viewer: Viewer;
let page: Page;

useChromium();

beforeAll(async () => {
  process.env[tokenEnv] = token;
  const situations = [...rows, ...absent, ...pcap.map((situation) => ({ ...situation, agents: { pcap: situation.pcap } }))];
  await Promise.all(situations.map(async (situation, index) => scenes.set(situation.name, await situate(`90.${index + 1}`, situation))));
  poller = new Poller({
    targets: situations.map(({ name }) => ({ ...scenes.get(name)!.target, name })),
    read: (target, options) => {
      const { a, b } = scenes.get(target.name)!;
      // Who is stopped is given up soon; who runs has time enough, however busy this machine is.
      const patienceMilliseconds = a.isRunning && b.isRunning ? options.patienceMilliseconds : 2_000;
      return readStatus(target, { ...options, patienceMilliseconds, secondLookMilliseconds: 0 });
    },
  });
  void poller.run();
  served = await servePage(createStatusPage({ poller }), { host: "127.0.0.1", port: 0 });
  viewer = await visit(served.url);
  page = viewer.page;
  await page.locator("#overview[data-reading='0']").waitFor();
});

afterAll(async () => {
  await viewer.leave();
  poller.stop();
  await served.close();
  await Promise.all([...scenes.values()].map(({ close }) => close()));
  await closeConnections();
});

/** Clicks on a pair and answers with its dialog, which is closed again with Escape. */
async function openWindow(name: string) {
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name, exact: true }).click();
  const window = page.getByRole("dialog", { name, exact: true });
  await window.getByRole("table").first().waitFor();
  return { window, member: (position: "main" | "backup") => window.getByRole("region", { name: new RegExp(`^${position}`, "i") }) };
}

describe("a click on a pair shows the Status window of both members", () => {
  test.each(rows)("$position: $row is $literal", async ({ name, position, row, literal, bad = false, failureReason = "" }) => {
    const { fill } = scenes.get(name)!;
    const member = (await openWindow(name)).member(position);
    const shown = member.getByRole("row").filter({ has: page.getByRole("rowheader", { name: fill(row), exact: true }) });
    // The page reads on by itself: an Agent that a busy machine kept from answering in time is there again at the next look.
    await expect.poll(() => shown.count()).toBe(1);
    expect(await shown.locator(".value bdi").textContent()).toBe(fill(literal));
    expect(await shown.textContent()).toContain(fill(failureReason));
    expect(await shown.getByText("bad: ").count()).toBe(bad ? 1 : 0);
    if (bad) await member.getByRole("img", { name: "LED red" }).waitFor();
  });

  test.each(absent)("$position: no $row $when", async ({ name, position, row }) => {
    const member = (await openWindow(name)).member(position);
    await expect.poll(() => member.getByRole("rowheader").count()).toBeGreaterThan(3);
    expect(await member.getByRole("rowheader", { name: row, exact: true }).count()).toBe(0);
  });

  test.each(pcap)("$pcap: the notice is $notice", async ({ name, notice }) => {
    const { window } = await openWindow(name);
    const notices = await window.locator(".pcap").allTextContents();
    expect(notices).toEqual(notice === null ? [] : [expect.stringContaining(`${notice}. `), expect.stringContaining(`${notice}. `)]);
  });

  test("an unreachable member has no other row, and says what was seen", async () => {
    const { name } = rows.find(({ literal }) => literal === "Unreachable")!;
    const member = (await openWindow(name)).member("backup");
    expect(await member.getByRole("rowheader").allTextContents()).toEqual(["Agent Status"]);
    expect(await member.textContent()).toContain("Runbook: AGENT_UNREACHABLE.");
  });
});

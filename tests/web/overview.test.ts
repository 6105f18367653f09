import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { servePage } from "../../cli/web/servePage.js";
import type { Problem } from "../../operations/index.js";
import { turn, until, useChromium, view } from "./chromium.js";
import { settle } from "./standingClock.js";
import { startPage } from "./startPage.js";
import { aMember, aRow, aStatus, kinds } from "./statuses.js";

useChromium();

const failing = aMember("backup", "Offline", { rows: [aRow("Database", "Failing", { bad: true })] });

const pairOf = (page: Page, name: string) => page.getByRole("listitem").filter({ has: page.getByRole("link", { name, exact: true }) });

describe("the overview", () => {
  test("shows two LEDs a pair, who is online, names and addresses", async () => {
    const { url } = await startPage({ Antwerp: aStatus("Antwerp", { backup: failing }) });
    const pair = pairOf(await view(url), "Antwerp");
    expect(await pair.getByRole("img").evaluateAll((leds) => leds.map((led) => led.getAttribute("aria-label")))).toEqual([
      "LED green",
      "LED red",
    ]);
    const [main, backup] = await pair.locator(".member").allInnerTexts();
    expect(main?.split("\n")).toEqual(["Main", "DMA-MAIN", "10.10.10.1", "Online"]);
    expect(backup?.split("\n")).toEqual(["Backup", "DMA-BACKUP", "10.10.10.2", "Offline"]);
  });

  test("shows LEDs by their shape too", async () => {
    const { url } = await startPage({ a: aStatus("a", { backup: failing }), b: undefined });
    const page = await view(url);
    const shapes = await page.locator(".led").evaluateAll((leds) => leds.map((led) => `${led.getAttribute("data-led")} ${led.innerHTML}`));
    expect(new Set(shapes.slice(0, 3)).size).toBe(3);
    expect(shapes.map((shape) => shape.split(" ")[0])).toEqual(["green", "red", "transparent", "transparent"]);
  });

  test("is brought up to date by the clock, once a minute", async () => {
    const { url, clock, told } = await startPage({ a: aStatus("a") });
    const page = await view(url, { clock: true });
    told.a = aStatus("a", { backup: failing });
    await clock.advance(59);
    await turn(page);
    expect(await page.locator("#verdict").innerText()).toBe("The pair is healthy");
    await clock.advance(1);
    await turn(page);
    await page.getByText("a: Database Failing", { exact: true }).waitFor();
    expect(await page.title()).toBe("(1) Failover status");
  });

  test("is brought up to date at once on demand, and says so to those who do not see it", async () => {
    const { url, clock, told } = await startPage({ a: aStatus("a") });
    const page = await view(url, { clock: true });
    await clock.advance(10);
    told.a = aStatus("a", kinds.unreachable);
    const refresh = page.getByRole("button", { name: "Refresh" });
    await refresh.click();
    await page.getByText("a: Unreachable", { exact: true }).waitFor();
    await until(page, async () => (await page.getByRole("status").textContent())?.startsWith("Refreshed. a: Unreachable") === true);
    expect(await refresh.evaluate((button) => button === button.ownerDocument.activeElement)).toBe(true);
  });

  test("lets LEDs be transparent only while a status is fetched, and keeps the last known one", async () => {
    const { url, clock, told } = await startPage({ a: aStatus("a"), b: aStatus("b", kinds.unreachable) });
    const page = await view(url, { clock: true });
    const leds = () => page.locator(".led").evaluateAll((all) => all.map((led) => led.getAttribute("data-led")));
    expect(await leds()).toEqual(["red", "red", "green", "green"]);
    told.b = undefined;
    await clock.advance(60);
    await turn(page);
    await expect.poll(leds).toEqual(["transparent", "transparent", "green", "green"]);
    expect(await pairOf(page, "b").innerText()).toContain("No status of either Agent could be fetched.");
    expect(await page.locator("#overview").getAttribute("data-reading")).toBe("1");
  });

  test("has one poller for all who look at it", async () => {
    const { url, clock, reads } = await startPage({ a: aStatus("a") });
    const pages = await Promise.all([1, 2, 3, 4].map(() => view(url, { clock: true })));
    await clock.advance(60);
    await Promise.all(pages.map(turn));
    await Promise.all(pages.map((page) => page.getByRole("button", { name: "Refresh" }).click()));
    expect(reads).toEqual(["a", "a"]);
  });

  test("tells the age of its data, each in its own place, and marks what is old", async () => {
    const { url, clock, told } = await startPage({ a: aStatus("a"), b: aStatus("b", kinds.red) });
    const page = await view(url, { clock: true });
    const ages = () =>
      page
        .locator("time.age")
        .evaluateAll((times) => times.map((time) => `${time.textContent}${time.hasAttribute("data-old") ? ", old" : ""}`));
    expect(await ages()).toEqual(["just now", "just now", "just now"]);
    told.b = new Error("Asking the Agent: it sends nonsense.");
    await clock.advance(60);
    await turn(page);
    await expect.poll(ages).toEqual(["1 min ago", "1 min ago", "just now"]);
    expect(await pairOf(page, "b").innerText()).toContain("Old data: Asking the Agent: it sends nonsense.");
    await clock.advance(120);
    await turn(page);
    await expect.poll(ages).toEqual(["3 min ago, old", "3 min ago, old", "just now"]);
  });

  test("announces what has changed, and nothing else", async () => {
    const { url, clock, told } = await startPage({ a: aStatus("a"), b: aStatus("b") });
    const page = await view(url, { clock: true });
    const announced = () => page.getByRole("status").textContent();
    await clock.advance(60);
    await turn(page);
    expect(await announced()).toBe("");
    told.b = aStatus("b", kinds["split brain"]);
    await clock.advance(60);
    await turn(page);
    await expect.poll(announced).toBe("b: Split brain.");
    told.b = aStatus("b");
    await clock.advance(60);
    await turn(page);
    await expect.poll(announced).toBe("b: Healthy.");
  });

  test("says that its data are old when its server is gone, and goes on when it is back", async () => {
    const { url, app, close } = await startPage({ a: aStatus("a") });
    const page = await view(url, { clock: true, expected: /Failed to load resource/ });
    await close();
    const banner = page.getByRole("alert");
    await until(page, () => banner.isVisible());
    expect(await banner.innerText()).toBe("No answer from the server of this page since 00:00:00. What you see is old.");
    let asked = 0;
    page.on("request", () => asked++);
    for (let click = 0; click < 5; click++) await page.getByRole("button", { name: "Refresh" }).click();
    for (let second = 0; second < 60; second++) await page.clock.runFor(1_000);
    expect(asked, "however often it was asked to refresh, it tries every five seconds").toBeLessThanOrEqual(5 + 12);
    await page.clock.runFor(120_000);
    expect(await page.locator(".oldest").innerText()).toBe("read 3 min ago");
    const again = await servePage(app, { host: "127.0.0.1", port: Number(new URL(url).port) });
    await until(page, () => banner.isHidden());
    await again.close();
  });

  test("starts anew with an updated server", async () => {
    const { url, clock, told } = await startPage({ a: aStatus("a") });
    const page = await view(url, { clock: true });
    await page.evaluate("document.documentElement.dataset.version = 'an older one'");
    told.a = aStatus("a", kinds.red);
    await clock.advance(60);
    await until(page, () => page.getByText("a: Database Failing", { exact: true }).isVisible());
    expect(await page.locator("html").getAttribute("data-version")).not.toBe("an older one");
  });

  test("keeps hostile names as text, and in their place", async () => {
    const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>\u202eevil\u2067\u05d0\u05d1 ${"very-long-name-".repeat(40)}`;
    const problem: Problem = { kind: "underWay", seen: hostile, lasting: { seen: hostile, milliseconds: 2, limitMilliseconds: 1 } };
    const member = aMember("main", hostile, { agentName: hostile, address: "10.10.10.1", seen: hostile });
    const { url } = await startPage({
      [hostile]: aStatus(hostile, { main: member, problems: [problem] }),
      b: new Error(hostile),
      c: aStatus("c"),
    });
    for (const viewport of [
      { width: 1600, height: 900 },
      { width: 320, height: 700 },
    ]) {
      const page = await view(url, { viewport });
      expect(await page.locator("script").count()).toBe(1);
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.getByText("<script>alert(1)</script>").count()).toBeGreaterThan(4);
      expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth"), "no scrolling sideways").toBeLessThanOrEqual(0);
      await page.getByRole("link", { name: "<script>" }).click();
      await page.getByRole("dialog").getByRole("table").first().waitFor();
      expect(await page.getByRole("dialog").evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBeLessThanOrEqual(0);
    }
  });

  test("shows a hundred pairs", async () => {
    const names = Array.from({ length: 100 }, (_, index) => `Pair ${index + 1}`);
    const { url, clock, told } = await startPage(Object.fromEntries(names.map((name) => [name, aStatus(name)])));
    for (let turns = 0; turns < 20; turns++) await settle();
    const page = await view(url, { clock: true });
    expect(await page.locator("#verdict").innerText()).toBe("All 100 pairs are healthy");
    expect(await page.locator(".pair").count()).toBe(100);
    told["Pair 77"] = aStatus("Pair 77", kinds["split brain"]);
    await clock.advance(60);
    await turn(page);
    await page.getByText("Pair 77: Split brain", { exact: true }).waitFor();
    expect(await page.locator(".pair h3").first().innerText()).toBe("Pair 77");
    expect(await page.locator(".pair").count()).toBe(100);
  });

  test("moves nothing for those who want that", async () => {
    const { url } = await startPage({ a: aStatus("a") });
    const transitions = async (reducedMotion: "reduce" | "no-preference") =>
      (await view(url, { reducedMotion }))
        .locator(".led")
        .first()
        .evaluate((led) => led.ownerDocument.defaultView?.getComputedStyle(led).transitionDuration);
    expect(await transitions("reduce")).toBe("0s");
    expect(await transitions("no-preference")).not.toBe("0s");
  });
});

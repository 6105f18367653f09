import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { type Problem, problemText } from "../../operations/index.js";
import { until, useChromium, view } from "./chromium.js";
import { startPage } from "./startPage.js";
import { aMember, aRow, aStatus, kinds, noPair } from "./statuses.js";

useChromium();

const focused = (page: Page) =>
  page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent") as Promise<string>;
const three = () => startPage({ a: aStatus("a"), b: aStatus("b"), c: aStatus("c", kinds.red) });

describe("the dialog of a pair", () => {
  test("opens on a click anywhere on its card, and closes with Escape, its button or a click beside it", async () => {
    const page = await view((await three()).url);
    const dialog = page.getByRole("dialog");
    const ways = [
      () => page.keyboard.press("Escape"),
      () => page.getByRole("button", { name: "Close" }).click(),
      () => page.mouse.click(5, 5),
    ];
    for (const close of ways) {
      await page.locator("#pair-2").click({ position: { x: 40, y: 90 } });
      await dialog.waitFor();
      expect(await dialog.getByRole("heading", { level: 2 }).innerText()).toBe("b");
      await close();
      await dialog.waitFor({ state: "hidden" });
    }
  });

  test("is reached, used and left by keyboard alone, and the focus comes back", async () => {
    const page = await view((await three()).url);
    const stops: string[] = [];
    for (let stop = 0; stop < 4; stop++) {
      await page.keyboard.press("Tab");
      stops.push(await focused(page));
    }
    expect(stops).toEqual(["Refresh", "c", "a", "b"]);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "a", exact: true });
    await dialog.getByRole("table").first().waitFor();
    const inside = new Set<string>();
    for (let stop = 0; stop < 6; stop++) {
      inside.add(await focused(page));
      await page.keyboard.press("Tab");
    }
    expect([...inside]).toEqual(expect.arrayContaining(["Close", "Refresh"]));
    for (const name of ["a", "b", "c"]) expect(inside).not.toContain(name);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await expect.poll(() => focused(page)).toBe("a");
  });

  test("gives the focus back also when its pair has moved on the page meanwhile", async () => {
    const { url, clock, told } = await three();
    const page = await view(url, { clock: true });
    await page.getByRole("link", { name: "b", exact: true }).click();
    told.b = aStatus("b", kinds["split brain"]);
    await clock.advance(60);
    await until(page, async () => (await page.locator(".pair h3").first().innerText()) === "b");
    await page.getByRole("dialog").getByText("Split brain", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => focused(page)).toBe("b");
  });

  test("shows the last known status until the first refresh, which it asks for itself", async () => {
    const { url, clock, told, reads } = await startPage({ a: aStatus("a") });
    const page = await view(url, { clock: true });
    await clock.advance(30);
    told.a = undefined;
    await page.getByRole("link", { name: "a" }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.getByRole("row", { name: "Failover Status Online" }).innerText()).toContain("Online");
    await expect
      .poll(() => dialog.getByRole("img").evaluateAll((leds) => leds.map((led) => led.getAttribute("data-led"))))
      .toEqual(["transparent", "transparent"]);
    expect(reads).toEqual(["a", "a"]);
  });

  test("is brought up to date while it is open, by the clock and on demand", async () => {
    const { url, clock, told } = await startPage({ a: aStatus("a") });
    const page = await view(url, { clock: true });
    await page.getByRole("link", { name: "a" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Healthy", { exact: true }).waitFor();
    told.a = aStatus("a", kinds.red);
    await clock.advance(60);
    await until(page, () => dialog.getByRole("row", { name: "Database bad: Failing" }).isVisible());
    told.a = aStatus("a");
    await clock.advance(10);
    await dialog.getByRole("button", { name: "Refresh" }).click();
    await until(page, () => dialog.getByText("Healthy", { exact: true }).isVisible());
  });

  test("shows reasons, failed checks and times, in the viewer's own time", async () => {
    const heartbeat = aRow("Heartbeat to 10.10.10.2", "Failing", {
      bad: true,
      failureReason: "No heartbeat message.",
      failCount: 3,
      lastSuccess: "2025-12-31T23:59:10Z",
    });
    const problems: Problem[] = [noPair, { kind: "twoConfigurations" }];
    const status = aStatus("a", { main: aMember("main", "Online", { rows: [heartbeat] }), state: "invalid", problems });
    const page = await view((await startPage({ a: status })).url, { clock: true, timezoneId: "Europe/Brussels" });
    await page.getByRole("link", { name: "a" }).click();
    const dialog = page.getByRole("dialog");
    const row = dialog.getByRole("row", { name: "Heartbeat to 10.10.10.2" });
    await row.waitFor();
    expect(await row.locator(".details span").allInnerTexts()).toEqual([
      "No heartbeat message.",
      "3 failed checks",
      "last success 00:59:10",
    ]);
    expect(await dialog.locator(".facts span").allInnerTexts()).toEqual([
      "DataMiner ID 111",
      "pair invalid",
      "main is online",
      "read just now",
    ]);
    expect(await dialog.locator(".problems li").allInnerTexts(), "what the rows do not say").toEqual(
      problems.map((problem) => problemText(problem)),
    );
  });

  test("says it when the server of the page is gone", async () => {
    const { url, close } = await startPage({ a: aStatus("a") });
    const page = await view(url, { expected: /Failed to load resource/ });
    await close();
    await page.getByRole("link", { name: "a" }).click();
    await page.getByRole("dialog", { name: "a" }).getByText("No answer from the server of this page").waitFor();
  });
});

describe("without JavaScript", () => {
  test("a pair has a page of its own, and everything can be refreshed", async () => {
    const { url, clock, told } = await three();
    const page = await view(url, { javaScriptEnabled: false });
    await page.getByRole("link", { name: "c" }).click();
    expect(new URL(page.url()).pathname).toBe("/pairs/3");
    expect(await page.getByRole("row", { name: "Database" }).innerText()).toContain("Failing");
    await clock.advance(10);
    told.c = aStatus("c");
    const answered = page.waitForEvent("load");
    await page.getByRole("button", { name: "Refresh" }).click();
    await answered;
    const rows = () => page.reload().then(() => page.getByRole("row", { name: "Database" }).count());
    await expect.poll(rows).toBe(0);
    await page.getByRole("link", { name: "Failover status" }).click();
    expect(await page.locator("#verdict").innerText()).toBe("All 3 pairs are healthy");
  });
});

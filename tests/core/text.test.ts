import { describe, expect, test } from "vitest";
import { keepSecret } from "../../provider/core/redaction.js";
import { foreignText, isPresentable, listed } from "../../provider/core/text.js";

const secret = keepSecret("a-bearer-token-that-nobody-sees-0123456789");

describe("a text from outside", () => {
  test.each([
    ["stays as it is", "Acquiring Virtual IP Address 10.10.10.5", "Acquiring Virtual IP Address 10.10.10.5"],
    ["in any language stays as it is", "Datenbank läuft, 数据库 正常, قاعدة البيانات", "Datenbank läuft, 数据库 正常, قاعدة البيانات"],
    ["is one line", " one\r\ntwo\u2028three\u0085four ", "one two three four"],
    ["orders no terminal about", "red \u001b[31m and \u009b2J", "red [31m and 2J"],
    ["turns no reading direction", "a\u202egnp.exe\u2066b\u200f", "agnp.exeb"],
    ["hides nothing", "On\u200bli\u00adne\u{e0041}\u3164\u034f", "Online"],
    ["is well-formed", "a\ud800b", "a\ufffdb"],
    ["shows no secret", `Bearer ${secret} is unknown`, "Bearer [secret] is unknown"],
    ["shows no secret that hidden characters split", `${secret.slice(0, 5)}\u200b\u2060${secret.slice(5)}`, "[secret]"],
  ])("%s", (_what, text, shown) => {
    expect(foreignText(text, 120)).toBe(shown);
  });

  test("has an end, and nothing of a secret or half a character at it", () => {
    expect(foreignText("x".repeat(100), 100)).toBe("x".repeat(100));
    expect(foreignText("x".repeat(101), 100)).toBe(`${"x".repeat(99)}…`);
    expect(foreignText(`${"x".repeat(98)}😀😀`, 100)).toBe(`${"x".repeat(98)}…`);
    expect(foreignText(`${"x".repeat(90)}${secret}`, 100)).toBe(`${"x".repeat(90)}[secret]`);
  });
});

describe("a text that is sent back as it came", () => {
  test.each(["shop/production/pair#3", "an  owner with blanks ", "商店/生产/对", "shop/dev/👩‍💻", "shop/dev/می‌خواهم", "7", "fe80::1%12"])(
    "may be %s",
    (text) => expect(isPresentable(text)).toBe(true),
  );

  test.each([
    ["a line break", "a\nb"],
    ["an escape", "a\u001bb"],
    ["an override", "a\u202eb"],
    ["what nobody sees", "a\u200bb"],
    ["half a character", "a\ud800"],
    ["a secret", `shop/${secret}/pair`],
  ])("may not have %s", (_what, text) => expect(isPresentable(text)).toBe(false));
});

test("a list of names says how many it leaves out", () => {
  expect(listed([])).toBe("");
  expect(listed(["a", "b"])).toBe("a, b");
  expect(listed(["a", "b", "c", "d"], 2)).toBe("a, b and 2 more");
});

import { describe, expect, it } from "vitest";
import { createSlots } from "../../src/poller/slots.ts";

/** Work that ends when told to. */
function works() {
  const ends: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running--;
  };
  return { ends, work, most: () => most };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("slots", () => {
  it("let so many pieces of work of one key run at once, in order", async () => {
    const withSlot = createSlots(2);
    const { ends, work, most } = works();
    const all = Array.from({ length: 5 }, () => withSlot("host", work));
    for (let ended = 0; ended < 5; ended++) {
      await settled();
      expect(ends.length).toBe(Math.min(5, ended + 2));
      ends[ended]?.();
    }
    await Promise.all(all);

    expect(most()).toBe(2);
  });

  it("keep keys apart", async () => {
    const withSlot = createSlots(1);
    const { ends, work } = works();
    const all = [withSlot("one", work), withSlot("two", work)];
    await settled();

    expect(ends.length).toBe(2);
    for (const end of ends) end();
    await Promise.all(all);
  });

  it("are free again after work that failed", async () => {
    const withSlot = createSlots(1);
    const failing = withSlot("host", () => Promise.reject(new Error("failed")));
    const following = withSlot("host", () => Promise.resolve("done"));

    await expect(failing).rejects.toThrow("failed");
    await expect(following).resolves.toBe("done");
  });
});

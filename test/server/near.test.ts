import { describe, expect, it } from "vitest";
import { unknown } from "../../src/server/choice.ts";
import { nearTo } from "../../src/server/near.ts";

const many = Array.from({ length: 1000 }, (_, index) => `team-${String(index).padStart(4, "0")}`);

describe("names that are near", () => {
  it("are found among a thousand, also the last of them", () => {
    expect(nearTo("taem-0999", many)[0]).toBe("team-0999");
  });

  it("are told three at most, and each once", () => {
    expect(nearTo("team-001", [...many, ...many])).toHaveLength(3);
  });

  it("are none for what is far longer or shorter than every name", () => {
    expect(nearTo("x".repeat(10_000), ["x"])).toEqual([]);
    expect(nearTo("", ["abc"])).toEqual([]);
  });

  it("are not looked for letter by letter in a name of another length", () => {
    let looks = 0;
    const watched = new Proxy(Object("a-name-of-an-account"), {
      get(target, key) {
        if (key !== "length") looks++;
        return Reflect.get(target, key, target);
      },
    }) as string;

    expect(nearTo("x".repeat(200), [watched])).toEqual([]);
    expect(looks).toBe(0);
  });
});

describe("what is told of a name that does not exist", () => {
  it("is the near ones, and all others where there are none, as far as a person reads", () => {
    expect(unknown("account", "teem-0001", many).error).toContain('did you mean "team-0001"');
    expect(unknown("account", "zzz", ["b", "a-long-name"]).error).toBe(
      "no account has this name, known here: a-long-name, b",
    );
    expect(unknown("account", "nothing like it", many)).toEqual({
      error: `no account has this name, known here: ${many.slice(0, 20).join(", ")} and 980 more`,
      near: [],
    });
  });
});

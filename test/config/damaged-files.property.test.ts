import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ConfigError } from "../../src/config/config-error.ts";
import { parseDocument } from "../../src/config/document.ts";

const example = await readFile(new URL("../../config.example.yaml", import.meta.url), "utf8");

function problemIn(source: string): unknown {
  try {
    parseDocument("config.yaml", source);
    return undefined;
  } catch (error) {
    return error;
  }
}

it("a file that was damaged anywhere is parsed or refused at a place in it, and nothing else happens", () => {
  const place = fc.nat({ max: example.length });
  const debris = fc.string({ maxLength: 5, unit: fc.constantFrom(..."{}[]:-?*&!|>'\"%@`#, \n\tax1~<") });
  fc.assert(
    fc.property(place, fc.nat({ max: 40 }), debris, (start, lost, put) => {
      const source = example.slice(0, start) + put + example.slice(start + lost);
      const error = problemIn(source);

      if (error === undefined) return;
      expect(error).toBeInstanceOf(ConfigError);
      const lines = source.split("\n").length;
      for (const { line = 0, column = 0 } of (error as ConfigError).problems) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThanOrEqual(1);
      }
    }),
    { numRuns: 500 },
  );
});

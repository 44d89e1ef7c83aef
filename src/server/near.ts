import { nearest } from "../quota/near-names.ts";

const MOST_NEAR = 3;
/** So many names are compared letter by letter at most: whoever mistypes must not keep the scrapes waiting. */
const MOST_COMPARED = 1000;

/** The few names that somebody may have meant, the nearest first. */
export function nearTo(asked: string, names: readonly string[]): readonly string[] {
  const comparable = [...new Set(names)].filter((name) => isComparable(asked, name));
  return nearest(asked, comparable.toSorted().slice(0, MOST_COMPARED)).slice(0, MOST_NEAR);
}

/** A name whose length differs by more than a third is never near. */
const isComparable = (asked: string, { length }: string) =>
  Math.abs(length - asked.length) <= Math.max(1, Math.floor(length / 3));

/** `did you mean "a" or "b"?`; undefined where nothing is near. */
export function hintOf(near: readonly string[]): string | undefined {
  if (near.length === 0) return undefined;
  return `did you mean ${near.map((name) => JSON.stringify(name)).join(" or ")}?`;
}

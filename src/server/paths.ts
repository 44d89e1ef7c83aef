import type { Express } from "express";
import { nearest } from "../quota/near-names.ts";
import type { NotFound } from "./schemas/problem.ts";

/** Every path that the server answers, as people write it: `/api/v1/accounts/{name}`. */
export function pathsOf({ router }: Pick<Express, "router">): readonly string[] {
  return router.stack.flatMap(({ route }) => (route === undefined ? [] : [route.path.replaceAll(/:(\w+)/g, "{$1}")]));
}

/** No path of ours is longer, whatever the name in it: to compare more would only cost time. */
const LONGEST_PATH = 200;
const MOST_NEAR = 3;

/** Why a path leads nowhere. It is not repeated: somebody may have pasted a secret into it. */
export function unknownPath(asked: string, paths: readonly string[]): NotFound {
  const path = asked.slice(0, LONGEST_PATH).replace(/(?<=.)\/$/, "");
  // A name in it makes a path neither nearer nor farther.
  const filled = new Map(paths.map((known) => [fill(known, path.split("/")), known]));
  const near = nearest(path, [...filled.keys()]).flatMap((known) => filled.get(known) ?? []);
  return { error: "not found; see / for what there is", near: near.slice(0, MOST_NEAR) };
}

function fill(known: string, asked: readonly string[]): string {
  return known
    .split("/")
    .map((part, index) => (part.startsWith("{") ? (asked[index] ?? part) : part))
    .join("/");
}

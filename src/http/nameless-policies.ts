const LONGEST = 2000;

/**
 * Over how many seconds a limit counts, from the policies of drafts 04 to 07 of the IETF, which have no names:
 * `40;w=60, 900;w=3600`. The one of the same limit is meant; of two such nobody can say which.
 */
export function windowOfLimit(policies: string, limit: number | undefined): number | undefined {
  if (limit === undefined || policies.length > LONGEST) return undefined;
  const windows = policies.split(",").flatMap((policy) => {
    const [told = "", ...parameters] = policy.split(";").map((part) => part.trim());
    const window = parameters.find((parameter) => /^w=\d{1,10}$/.test(parameter));
    return window !== undefined && /^\d{1,15}$/.test(told) && Number(told) === limit ? [Number(window.slice(2))] : [];
  });
  const [only, ...others] = new Set(windows);
  return only !== undefined && only > 0 && others.length === 0 ? only : undefined;
}

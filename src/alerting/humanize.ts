// Numbers as Prometheus's templates print them (Go's verbs %.4g and %.2f, checked against Prometheus 2.42), so that an
// alert reads the same whether Prometheus or the daemon itself sends it.

/** More than a double of any amount or time that we show can have. */
const EXACT_DIGITS = 60;

/** Go rounds an exact half to the even neighbour, where JavaScript goes up. */
function isEvenHalf(exact: string, cut: number): boolean {
  return /[02468]\.?$/.test(exact.slice(0, cut)) && /^\.?50*$/.test(exact.slice(cut));
}

/** Go's `%.<digits>f`. */
export function fixed(value: number, digits: number): string {
  const size = Math.abs(value);
  const exact = size.toFixed(EXACT_DIGITS);
  const cut = exact.length - EXACT_DIGITS + digits;
  return `${value < 0 ? "-" : ""}${isEvenHalf(exact, cut) ? exact.slice(0, cut) : size.toFixed(digits)}`;
}

/** Go's `%.4g`: four significant digits, no zeros at the end. */
function significant(value: number): string {
  const size = Math.abs(value);
  const [exact = "", power] = size.toExponential(EXACT_DIGITS).split("e");
  const [digits = "", exponent] = isEvenHalf(exact, 5) ? [exact.slice(0, 5), power] : size.toExponential(3).split("e");
  const tens = Number(exponent);
  const sign = value < 0 ? "-" : "";
  if (tens >= -4 && tens < 4) return sign + withoutZeros(Number(`${digits}e${tens}`).toFixed(3 - tens));
  return `${sign}${withoutZeros(digits)}e${tens < 0 ? "-" : "+"}${String(Math.abs(tens)).padStart(2, "0")}`;
}

const withoutZeros = (digits: string): string => (digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits);

const LARGE = ["", "k", "M", "G", "T", "P", "E", "Z", "Y"] as const;
const SMALL = ["", "m", "u", "n", "p", "f", "a", "z", "y"] as const;

/** The value brought to at least 1, with the letter that says by how much. */
function enlarged(value: number): string {
  let scaled = value;
  let steps = 0;
  while (Math.abs(scaled) < 1 && steps < SMALL.length - 1) {
    scaled *= 1000;
    steps++;
  }
  return `${significant(scaled)}${SMALL[steps]}`;
}

export function humanize(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) < 1) return enlarged(value);
  let scaled = value;
  let steps = 0;
  while (Math.abs(scaled) >= 1000 && steps < LARGE.length - 1) {
    scaled /= 1000;
    steps++;
  }
  return `${significant(scaled)}${LARGE[steps]}`;
}

export function humanizePercentage(share: number): string {
  return `${significant(share * 100)}%`;
}

export function humanizeDuration(seconds: number): string {
  if (seconds === 0) return "0s";
  if (Math.abs(seconds) < 1) return `${enlarged(seconds)}s`;
  const sign = seconds < 0 ? "-" : "";
  const whole = Math.trunc(Math.abs(seconds));
  if (whole < 60) return `${significant(seconds)}s`;
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "m"],
    [whole % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count !== 0);
  return (
    sign +
    parts
      .slice(first)
      .map(([count, letter]) => `${count}${letter}`)
      .join(" ")
  );
}

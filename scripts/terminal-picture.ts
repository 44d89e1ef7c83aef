/** What a terminal shows, as an SVG whose text can be selected. */
const CELL = { width: 7.8, height: 19 };
const EDGE = 14;
const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace";
/** Foregrounds by the codes of the terminal, on the dark ground below. */
const COLORS: Readonly<Record<string, string>> = { "31": "#ff9a91", "32": "#8fd694", "33": "#f2c866", "36": "#7fd5e8" };

/** Lines as a program prints them with colours; the title says in words what they show. */
export function terminalPicture(printed: string, title: string): string {
  const lines = printed.trimEnd().split("\n");
  const columns = Math.max(...lines.map((line) => [...plain(line)].length));
  const width = Math.ceil(columns * CELL.width + 2 * EDGE);
  const height = lines.length * CELL.height + 2 * EDGE;
  const rows = lines.map((line, index) => {
    const y = EDGE + (index + 0.75) * CELL.height;
    // The length keeps columns aligned in whatever font the reader has.
    const length = ([...plain(line)].length * CELL.width).toFixed(1);
    return `<text x="${EDGE}" y="${y}" textLength="${length}" xml:space="preserve">${spans(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}" font-family="${FONT}" font-size="13" fill="#d5dde6">`,
    `<rect width="${width}" height="${height}" rx="6" fill="#12181f"/>`,
    ...rows,
    "</svg>\n",
  ].join("\n");
}

const PAINT = new RegExp(`${String.fromCharCode(27)}\\[([\\d;]*)m`);
const plain = (line: string): string => line.replaceAll(new RegExp(PAINT, "g"), "");

function spans(line: string): string {
  const [first = "", ...painted] = line.split(PAINT);
  let text = escaped(first);
  for (let index = 0; index < painted.length; index += 2) {
    const style = styleOf(painted[index] ?? "");
    const inner = escaped(painted[index + 1] ?? "");
    text += style === "" || inner === "" ? inner : `<tspan ${style}>${inner}</tspan>`;
  }
  return text;
}

function styleOf(codes: string): string {
  const all = codes.split(";");
  const color = all.map((code) => COLORS[code]).find((found) => found !== undefined);
  return [
    ...(color === undefined ? [] : [`fill="${color}"`]),
    ...(all.includes("1") ? ['font-weight="bold"'] : []),
    ...(all.includes("2") ? ['opacity="0.65"'] : []),
  ].join(" ");
}

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Text on a terminal: how many columns it takes, tables, numbers as people write them. */

const tabWidth = 4;

/** Replaces tabs by spaces and control characters by a visible stand-in, so that columns can be counted. */
export function printable(line: string): string {
  let out = '';
  let column = 0;
  for (const char of line) {
    if (char === '\t') {
      const pad = tabWidth - (column % tabWidth);
      out += ' '.repeat(pad);
      column += pad;
    } else {
      const shown = isControl(char.codePointAt(0) as number) ? '\u{fffd}' : char;
      out += shown;
      column += displayWidth(shown);
    }
  }
  return out;
}

/** Columns that `text` takes on a terminal: wide characters two, combining marks none. Tabs must have been replaced. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) width += charWidth(char.codePointAt(0) as number);
  return width;
}

/** Text filled with spaces to `width` columns. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'right'): string {
  const fill = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return side === 'right' ? text + fill : fill + text;
}

/** Rows under a header with columns aligned; numeric columns to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], indent = ''): string {
  const widths = header.map((name, k) => Math.max(displayWidth(name), ...rows.map(row => displayWidth(row[k] ?? ''))));
  const numeric = header.map((_, k) => rows.length > 0 && rows.every(row => /^(<= )?[-+]?[\d.]|^$/.test(row[k] ?? '')));
  const line = (cells: readonly string[]): string =>
    indent +
    cells
      .map((cell, k) => pad(cell, widths[k] as number, numeric[k] ? 'left' : 'right'))
      .join('  ')
      .trimEnd();
  return [line(header), ...rows.map(line)].join('\n');
}

/** `1,234,567` */
export function grouped(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** A word of a command as a shell takes it: in single quotes where it must be. */
export function quoted(word: string): string {
  return /^[\w./:@=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** `12 states`, `1 state` */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A number as people write it: at most six significant digits, no trailing zeros. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'infinity' : value < 0 ? '-infinity' : 'undefined';
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return `${value === 0 ? 0 : value}`;
  const text = value.toPrecision(6);
  return text.includes('e') ? text.replace(/\.?0+e/, 'e') : text.replace(/\.?0+$/, '');
}

function charWidth(code: number): number {
  if (isCombining(code)) return 0;
  return isWide(code) ? 2 : 1;
}

function isControl(code: number): boolean {
  // Also the marks that reverse the direction of text: a source line must look like what it is.
  return (
    code < 32 || (code >= 127 && code < 160) || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)
  );
}

function isCombining(code: number): boolean {
  return (
    (code >= 0x300 && code <= 0x36f) ||
    (code >= 0x1ab0 && code <= 0x1aff) ||
    (code >= 0x20d0 && code <= 0x20ff) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    (code >= 0xfe20 && code <= 0xfe2f) ||
    (code >= 0x200b && code <= 0x200d)
  );
}

/** East Asian wide and fullwidth characters and pictographs. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0x303e) ||
    (code >= 0x3041 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1f64f) ||
    (code >= 0x1f900 && code <= 0x1f9ff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}

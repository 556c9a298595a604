/** HTML put together without ever pasting text of a user into it: whatever is not markup already is escaped. */

/** Text that is markup: made by `html` or `trusted` alone. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Part[] | undefined;

/** `` html`<td>${value}</td>` ``: values are escaped, markup and lists of it are put in as they are, undefined is nothing. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(texts.reduce((all, text, k) => all + markupOf(parts[k - 1]) + text));
}

/** Markup of our own that no user had a hand in: style sheets and scripts, in which nothing may be escaped. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

/**
 * Text as it may stand between tags and in quoted attributes. Control characters, and the marks that reverse the direction of text, are
 * replaced: what is read must be what is there.
 */
export function escaped(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu, char =>
      char === '\n' || char === '\t' ? char : '\ufffd',
    )
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function markupOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(markupOf).join('');
  return escaped(`${part}`);
}

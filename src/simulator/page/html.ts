/**
 * HTML as a value: text is escaped wherever it is put in, only other HTML is not. Whoever builds the page has no other way.
 */

export class Html {
  readonly text: string;

  /** For `html` alone, and for texts that are constants of this program. */
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | readonly Part[];

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that HTML or a terminal must not see: controls, and marks that turn the direction of writing. */
const invisible = /[\p{Cc}\p{Cf}]/gu;

const layout = new Set(['\n', '\r', '\t']);

export const escaped = (text: string): string =>
  text
    .replaceAll(invisible, sign => (layout.has(sign) ? sign : '\ufffd'))
    .replaceAll(/[&<>"']/g, sign => escapes[sign] ?? '');

function written(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'number') return String(part);
  return typeof part === 'string' ? escaped(part) : part.map(written).join('');
}

/** A template of HTML or SVG. Values stand between tags or in quoted attributes, nowhere else. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, at) => text + written(parts[at])).join(''));
}

/** At most so many characters; what is cut is shown by its first and last part. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const tail = Math.floor((most - 1) / 3);
  return `${text.slice(0, most - 1 - tail)}…${text.slice(text.length - tail)}`;
}

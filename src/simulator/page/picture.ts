/**
 * The resources as a picture: networks with their private endpoints on the left, private link scopes in the middle, what
 * they hold on the right. Data in, SVG out; where the data comes from is in view.ts.
 */
import { type Html, html, shortened } from './html.ts';

/** How a thing stands: settled, under way, refused or broken, or without meaning here. */
export type Tone = 'good' | 'wait' | 'bad' | 'idle';

export interface Node {
  readonly key: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly tone: Tone;
  /** A frame around all nodes of the same name that follow each other. */
  readonly frame?: string;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly tone: Tone;
  readonly label: string;
}

export interface Picture {
  /** Left to right, each with a heading. */
  readonly columns: readonly { readonly heading: string; readonly nodes: readonly Node[]; readonly more: number }[];
  readonly edges: readonly Edge[];
}

const width = 1_120;
const boxWidth = 268;
const top = 34;
const gap = 16;
const frameTop = 26;
const framePad = 12;
const titleCharacters = 31;
const lineCharacters = 42;

interface Placed {
  readonly node: Node;
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

interface Frame {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

const heightOf = (node: Node): number => 32 + node.lines.length * 17;

interface Column {
  readonly placed: readonly Placed[];
  readonly frames: readonly Frame[];
  /** Where the next thing below would be. */
  readonly end: number;
}

/** Nodes that follow each other in one frame, or without any. */
function runsOf(nodes: readonly Node[]): readonly (readonly Node[])[] {
  const runs: Node[][] = [];
  for (const node of nodes) {
    const last = runs.at(-1);
    if (last !== undefined && last[0]?.frame === node.frame) last.push(node);
    else runs.push([node]);
  }
  return runs;
}

function stack(nodes: readonly Node[], x: number, from: number): Column {
  const placed: Placed[] = [];
  let y = from;
  for (const node of nodes) {
    placed.push({ node, x, y, height: heightOf(node) });
    y += heightOf(node) + gap;
  }
  return { placed, frames: [], end: y };
}

function place(nodes: readonly Node[], x: number): Column {
  let all: Column = { placed: [], frames: [], end: top };
  for (const run of runsOf(nodes)) {
    const name = run[0]?.frame;
    const y = all.placed.length === 0 ? all.end : all.end + framePad;
    const inner = stack(run, x, name === undefined ? y : y + frameTop);
    const bottom = inner.end - gap + framePad;
    const frames = name === undefined ? [] : [{ name, x: x - framePad, y, height: bottom - y }];
    all = { placed: [...all.placed, ...inner.placed], frames: [...all.frames, ...frames], end: inner.end };
  }
  return all;
}

const box = ({ node, x, y, height }: Placed): Html => html`<g class="node">
<title>${node.title}</title>
<rect class="box" x="${x}" y="${y}" width="${boxWidth}" height="${height}" rx="8"/>
<circle class="dot ${node.tone}" cx="${x + 16}" cy="${y + 19}" r="4"/>
<text x="${x + 28}" y="${y + 23.5}">${shortened(node.title, titleCharacters)}</text>
${node.lines.map((line, at) => html`<text class="soft" x="${x + 28}" y="${y + 41 + at * 17}">${shortened(line, lineCharacters)}</text>`)}
</g>`;

const frameBox = ({ name, x, y, height }: Frame): Html => html`<g>
<rect class="frame" x="${x}" y="${y}" width="${boxWidth + 2 * framePad}" height="${height}" rx="10"/>
<text class="soft" x="${x + framePad}" y="${y + 18}">${shortened(name, lineCharacters)}</text>
</g>`;

function curve(from: Placed, to: Placed, edge: Edge): Html {
  const [x1, y1] = [from.x + boxWidth, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const bend = (x2 - x1) / 2;
  const path = `M ${x1} ${y1} C ${x1 + bend} ${y1}, ${x2 - bend} ${y2}, ${x2} ${y2}`;
  return html`<path class="edge ${edge.tone}" d="${path}"><title>${edge.label}</title></path>`;
}

/** The picture; it grows downwards with what there is. */
export function drawing({ columns, edges }: Picture): Html {
  const space = (width - 2 * framePad - boxWidth) / Math.max(1, columns.length - 1);
  const laid = columns.map((column, at) => ({
    column,
    x: framePad + at * space,
    ...place(column.nodes, framePad + at * space),
  }));
  const byKey = new Map(laid.flatMap(({ placed }) => placed.map(each => [each.node.key, each] as const)));
  const height = Math.max(...laid.map(({ end }) => end), top + 30) + 8;
  const lines = edges.flatMap(edge => {
    const [from, to] = [byKey.get(edge.from), byKey.get(edge.to)];
    return from === undefined || to === undefined ? [] : [curve(from, to, edge)];
  });
  const more = laid.flatMap(({ column, x, end }) =>
    column.more === 0 ? [] : [html`<text class="soft" x="${x}" y="${end + 2}">and ${column.more} more</text>`],
  );
  return html`<svg viewBox="0 0 ${width} ${height + 6}" role="img" aria-label="Resources and their connections">
${laid.map(({ column, x }) => html`<text class="head" x="${x}" y="16">${column.heading}</text>`)}
${laid.map(({ frames }) => frames.map(frameBox))}
${lines}
${laid.map(({ placed }) => placed.map(box))}
${more}
</svg>`;
}

/**
 * The tree of topology.ts as text for a terminal and as a Mermaid flow chart. Pure.
 */
import type { NodeState, TopologyNode } from './topology.ts';

const SIGNS: Readonly<Record<NodeState, string>> = { good: '✔', bad: '✖', unknown: '?', absent: '·' };
/** Longer ones would break the drawing; conditions have them whole. */
const DETAIL_MAX = 160;

const LABELS: Readonly<Record<string, string>> = {
  PrivateMonitoringScope: 'pms',
  privateEndpoint: 'private endpoint',
  privateLinkScope: 'private link scope',
  component: 'Application Insights',
  dataCollectionEndpoint: 'data collection endpoint',
};

const shortened = (text: string): string => (text.length > DETAIL_MAX ? `${text.slice(0, DETAIL_MAX - 3)}...` : text);
const labelOf = ({ kind, name }: TopologyNode): string => `${LABELS[kind] ?? kind} ${name}`;

/** One line a node, indented by box-drawing characters; ends with a newline. */
export function treeText(root: TopologyNode): string {
  const lines: string[] = [];
  const draw = (node: TopologyNode, first: string, others: string): void => {
    const detail = node.detail === '' ? '' : `  ${shortened(node.detail)}`;
    lines.push(`${first}${SIGNS[node.state]} ${labelOf(node)}${detail}`);
    node.children.forEach((child, at) => {
      const isLast = at === node.children.length - 1;
      draw(child, `${others}${isLast ? '└─ ' : '├─ '}`, `${others}${isLast ? '   ' : '│  '}`);
    });
  };
  draw(root, '', '');
  return `${lines.join('\n')}\n`;
}

const COLOURS: Readonly<Record<NodeState, string>> = {
  good: 'stroke:#1a7f37',
  bad: 'stroke:#cf222e,stroke-width:3px',
  unknown: 'stroke:#9a6700,stroke-dasharray:4',
  absent: 'stroke:#8c959f,stroke-dasharray:2',
};

/** Quotes end a Mermaid label, and angle brackets would be taken for HTML. */
const quoted = (text: string): string =>
  `"${text.replaceAll('&', '&amp;').replaceAll('"', '#quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}"`;

/** A flow chart from left to right that GitHub and most wikis draw; ends with a newline. */
export function treeMermaid(root: TopologyNode): string {
  const lines = ['flowchart LR'];
  let count = 0;
  const draw = (node: TopologyNode): string => {
    const id = `n${count++}`;
    lines.push(`  ${id}[${quoted(`${SIGNS[node.state]} ${labelOf(node)}`)}]:::${node.state}`);
    for (const child of node.children) lines.push(`  ${id} --> ${draw(child)}`);
    return id;
  };
  draw(root);
  for (const [state, style] of Object.entries(COLOURS)) lines.push(`  classDef ${state} ${style}`);
  return `${lines.join('\n')}\n`;
}

/**
 * Draws a chart: a Vega-Lite specification becomes SVG text, without a browser and without the network. All text in it
 * is escaped by Vega; nothing of it is an expression.
 */
import { Error as errorsOnly, parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

export const ink = { plain: '#5b6b7a', good: '#1f7a5c', bad: '#c0392b', calm: '#2a6f97' } as const;

const font = 'system-ui, sans-serif';
const config: NonNullable<TopLevelSpec['config']> = {
  // One label for the whole picture stands beside it; one for each mark would be noise.
  aria: false,
  font,
  background: 'transparent',
  view: { stroke: '#d7dde3' },
  axis: {
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    labelColor: '#2b3640',
    titleColor: '#5b6b7a',
    gridColor: '#e6eaee',
    domainColor: '#aab4be',
    tickColor: '#aab4be',
  },
  legend: { labelFontSize: 11, titleFontSize: 11, labelColor: '#2b3640', orient: 'bottom' },
};

/** The chart as an `<svg>` element that scales with the page. Throws when the specification is none. */
export async function drawn(chart: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile({ ...chart, config }).spec), {
    renderer: 'none',
    logLevel: errorsOnly,
  });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

import {
  BigValueGraphMode,
  type DataSourceRef,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type DynamicConfigValue,
  type GridPos,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatPanel } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as StateTimelinePanel } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TablePanel } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesPanel } from "@grafana/grafana-foundation-sdk/timeseries";
import { DATASOURCE } from "./variables.ts";

interface Frame {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly at: readonly [x: number, y: number, width: number, height: number];
}

interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** A column of a table: the value of one query, joined with the others by the labels that they share. */
interface Column {
  readonly name: string;
  readonly expr: string;
  readonly unit: string;
  readonly properties?: readonly DynamicConfigValue[];
}

interface TableSpec extends Frame {
  readonly labels: readonly string[];
  /** Of a column that shows a label. */
  readonly labelProperties?: Readonly<Record<string, readonly DynamicConfigValue[]>>;
  readonly columns: readonly Column[];
  /** Columns that decide the order; a leading `-` puts the largest first. */
  readonly order: readonly string[];
}

interface SeriesSpec extends Frame {
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly min?: number;
  readonly max?: number;
  /** A line across the panel. */
  readonly threshold?: number;
}

export function tablePanel({ columns, labels, labelProperties = {}, order, ...frame }: TableSpec): TablePanel {
  const names = columns.map((column, index) => [`Value #${refId(index)}`, column.name] as const);
  const panel = framed(new TablePanel(), frame)
    .unit("none")
    .noValue("–")
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: { Time: true },
        // With a single query Grafana calls its value "Value" without the letter.
        renameByName: { ...Object.fromEntries(names), ...(columns.length === 1 ? { Value: columns[0]?.name } : {}) },
        indexByName: Object.fromEntries(
          [...labels, ...names.map(([field]) => field)].map((field, index) => [field, index]),
        ),
      },
    })
    .sortBy(
      order.map((column) =>
        new TableSortByFieldStateBuilder().displayName(column.replace(/^-/, "")).desc(column.startsWith("-")),
      ),
    );
  for (const [index, { name, expr, unit, properties = [] }] of columns.entries()) {
    panel.withTarget(query(index, expr).format(PromQueryFormat.Table).instant());
    panel.overrideByName(name, [{ id: "unit", value: unit }, ...properties]);
  }
  for (const [label, properties] of Object.entries(labelProperties)) panel.overrideByName(label, [...properties]);
  return panel;
}

export function timeSeriesPanel({ queries, unit, min, max, threshold, ...frame }: SeriesSpec): TimeSeriesPanel {
  const panel = framed(new TimeSeriesPanel(), frame)
    .unit(unit)
    .fillOpacity(0)
    .lineWidth(2)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Ascending));
  if (min !== undefined) panel.min(min);
  if (max !== undefined) panel.max(max);
  if (threshold !== undefined) {
    panel
      .thresholds(steps([{ value: threshold, color: "red" }]))
      .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  }
  for (const [index, { expr, legend }] of queries.entries()) {
    panel.withTarget(query(index, expr).legendFormat(legend).range());
  }
  return panel;
}

interface StatesSpec extends Frame {
  readonly queries: readonly Query[];
  /** Every value has a text. */
  readonly mappings: readonly ValueMapping[];
}

/** One row per series, coloured by what it was when. */
export function stateTimelinePanel({ queries, mappings, ...frame }: StatesSpec): StateTimelinePanel {
  const panel = framed(new StateTimelinePanel(), frame)
    .unit("none")
    .mappings([...mappings])
    .showValue(VisibilityMode.Never)
    .mergeValues(true)
    .lineWidth(0)
    .fillOpacity(80);
  for (const [index, { expr, legend }] of queries.entries()) {
    panel.withTarget(query(index, expr).legendFormat(legend).range());
  }
  return panel;
}

export function statPanel({ queries, ...frame }: Frame & { readonly queries: readonly Query[] }): StatPanel {
  const panel = framed(new StatPanel(), frame)
    .unit("short")
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]));
  for (const [index, { expr, legend }] of queries.entries()) {
    panel.withTarget(query(index, expr).legendFormat(legend).instant());
  }
  return panel;
}

/** Everything below the first step is green. */
function steps(above: readonly Threshold[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([{ value: null, color: "green" }, ...above]);
}

interface Framed {
  id(id: number): this;
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: DataSourceRef): this;
  gridPos(gridPos: GridPos): this;
}

function framed<Panel extends Framed>(panel: Panel, { id, title, description, at: [x, y, w, h] }: Frame): Panel {
  return panel.id(id).title(title).description(description).datasource(DATASOURCE).gridPos({ x, y, w, h });
}

function query(index: number, expr: string): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId(index)).datasource(DATASOURCE).expr(expr);
}

function refId(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}

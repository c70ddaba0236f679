/**
 * A line of the log for people: time, level, message and the rest as JSON, with tabs between, which is what
 * `--log-encoding console` means to those who know controller-runtime (zap). Pure; src/telemetry/log.ts uses it.
 */

/** What pino wrote -> `2026-11-25T10:00:00.000Z	INFO	operator started	{"version":"0.1.0"}`, line feed included. */
export function consoleLine(json: string): string {
  const { time, level, msg, ...fields } = JSON.parse(json);
  const rest = Object.keys(fields).length === 0 ? [] : [JSON.stringify(fields)];
  return `${[time, String(level).toUpperCase(), msg, ...rest].join('\t')}\n`;
}

/** Findings of the policy checker for code review, as SARIF 2.1.0 (OASIS, errata 01). */
import type { Diagnostic } from '@remit/policy';

/** The members that are used here; section numbers are those of the standard. */
interface SarifLog {
  $schema: string;
  version: '2.1.0';
  runs: [SarifRun];
}

/** 3.14 */
interface SarifRun {
  tool: { driver: { name: string; version: string; rules: { id: string }[] } };
  columnKind: 'utf16CodeUnits';
  results: SarifResult[];
}

/** 3.27 */
interface SarifResult {
  ruleId: string;
  ruleIndex: number;
  level: Diagnostic['severity'];
  message: { text: string };
  locations?: {
    physicalLocation: {
      artifactLocation: { uri: string };
      region?: { startLine: number; startColumn?: number };
    };
  }[];
}

/** @param pathOf where a file of the workspace lies for whoever reads the report, with forward slashes. */
export function sarifOf(
  diagnostics: readonly Diagnostic[],
  version: string,
  pathOf: (file: string) => string,
): SarifLog {
  const ids = [...new Set(diagnostics.map(({ code }) => code))].toSorted();
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'remit', version, rules: ids.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((diagnostic) => resultOf(diagnostic, ids, pathOf)),
      },
    ],
  };
}

function resultOf(
  { severity, code, message, place, remedy }: Diagnostic,
  ids: readonly string[],
  pathOf: (file: string) => string,
): SarifResult {
  const text = remedy === undefined ? message : `${message}\n${remedy}`;
  const result = { ruleId: code, ruleIndex: ids.indexOf(code), level: severity, message: { text } };
  if (place.file === undefined) return result;
  const artifactLocation = { uri: encodeURI(pathOf(place.file)) };
  const { line, column } = place;
  const region =
    line === undefined
      ? {}
      : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } };
  return { ...result, locations: [{ physicalLocation: { artifactLocation, ...region } }] };
}

/** Findings of the policy checker for code review, as SARIF 2.1.0 (OASIS, errata 01). */
import { findingCodes, isFindingCode, type Diagnostic, type SourceFile } from '@remit/policy';
import { spanOf } from './span.ts';

/** The members that are used here; section numbers are those of the standard. */
interface SarifLog {
  $schema: string;
  version: '2.1.0';
  runs: [SarifRun];
}

/** 3.14 */
interface SarifRun {
  tool: { driver: { name: string; version: string; rules: SarifRule[] } };
  columnKind: 'utf16CodeUnits';
  results: SarifResult[];
}

/** 3.49 */
interface SarifRule {
  id: string;
  shortDescription?: { text: string };
}

/** 3.27 */
interface SarifResult {
  ruleId: string;
  ruleIndex: number;
  level: Diagnostic['severity'];
  message: { text: string };
  locations?: { physicalLocation: { artifactLocation: Artifact; region?: Region } }[];
  fixes?: SarifFix[];
}

interface Artifact {
  uri: string;
}

/** 3.30; the end column is the one behind the last character. */
interface Region {
  startLine: number;
  startColumn?: number;
  endColumn?: number;
}

/** 3.55 */
interface SarifFix {
  description: { text: string };
  artifactChanges: {
    artifactLocation: Artifact;
    replacements: { deletedRegion: Region; insertedContent: { text: string } }[];
  }[];
}

export interface SarifSource {
  version: string;
  files: readonly SourceFile[];
  /** Where a file of the workspace lies for whoever reads the report, with forward slashes. */
  pathOf: (file: string) => string;
}

export function sarifOf(diagnostics: readonly Diagnostic[], source: SarifSource): SarifLog {
  const ids = [...new Set(diagnostics.map(({ code }) => code))].toSorted();
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'remit', version: source.version, rules: ids.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((diagnostic) => resultOf(diagnostic, ids, source)),
      },
    ],
  };
}

function ruleOf(id: string): SarifRule {
  return { id, ...(isFindingCode(id) && { shortDescription: { text: findingCodes[id] } }) };
}

function resultOf(diagnostic: Diagnostic, ids: readonly string[], source: SarifSource): SarifResult {
  const { severity, code, message, place, remedy } = diagnostic;
  const text = remedy === undefined ? message : `${message}\n${remedy}`;
  const result = { ruleId: code, ruleIndex: ids.indexOf(code), level: severity, message: { text } };
  if (place.file === undefined) return result;
  const artifactLocation = { uri: encodeURI(source.pathOf(place.file)) };
  const region = regionOf(diagnostic, source.files);
  const fixes = fixesOf(diagnostic, artifactLocation, source.files);
  return {
    ...result,
    locations: [{ physicalLocation: { artifactLocation, ...(region && { region }) } }],
    ...(fixes.length > 0 && { fixes }),
  };
}

function regionOf({ place }: Diagnostic, files: readonly SourceFile[]): Region | undefined {
  const { line, column } = place;
  if (line === undefined) return undefined;
  const span = spanOf(place, files);
  return {
    startLine: line,
    ...(column !== undefined && { startColumn: column }),
    ...(column !== undefined && span && { endColumn: column + span.text.length }),
  };
}

/** None where the text is not found where the finding says, as within a folded condition. */
function fixesOf(
  { place, instead, remedy = '' }: Diagnostic,
  artifactLocation: Artifact,
  files: readonly SourceFile[],
): SarifFix[] {
  const span = spanOf(place, files);
  if (instead === undefined || span === undefined) return [];
  const { line: startLine, column } = span;
  const at = [0, 1].find((quote) => span.rest.startsWith(instead.of, quote));
  if (at === undefined) return [];
  const deletedRegion = {
    startLine,
    startColumn: column + at,
    endColumn: column + at + instead.of.length,
  };
  const replacements = [{ deletedRegion, insertedContent: { text: instead.put } }];
  return [{ description: { text: remedy }, artifactChanges: [{ artifactLocation, replacements }] }];
}

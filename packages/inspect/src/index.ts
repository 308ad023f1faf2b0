export { foldFieldName } from '@remit/contracts';
export { argumentCheck, type ArgumentCheck, type ArgumentProblem } from './argument-check.ts';
export { fingerprint } from './fingerprint.ts';
export { redactData, type Redacted, redactResult, type Removed } from './redaction.ts';
export { type DeniedArgument, refuseArguments } from './refusal.ts';
export { publishedOutputSchema, type PublishedSchemaOptions, wrapsResult } from './output-schema.ts';
export { choose, type Chosen, usualDetectors } from './detect/chosen.ts';
export { detect, type DetectOptions } from './detect/detect.ts';
export type { Disguise, Finding } from './detect/finding.ts';

export { retentionRules } from './compile/retention.ts';
export { longestWindow } from './compile/longest-window.ts';
export { decide } from './decide/decide.ts';
export {
  agentControls,
  dataRules,
  groupsInPolicy,
  lockedTool,
  mayUse,
  visibleServers,
} from './decide/may-use.ts';
export { diffPolicies, diffPoliciesInSteps } from './diff/diff.ts';
export type { PolicyDiff } from './diff/diff.ts';
export { formatDiff } from './diff/text.ts';
export { policySchema } from './document/schema.ts';
export { mismatches } from './examples/compare.ts';
export { readExamples } from './examples/document.ts';
export type { Example, ExampleCall } from './examples/document.ts';
export { workspaceSettings } from './document/settings.ts';
export { findingCodes, isFindingCode } from './finding-codes.ts';
export { explain } from './explain/explain.ts';
export { formatExplanation } from './explain/text.ts';
export { labelsFrom, unknownLabel } from './flow/given.ts';
export { answerLabels, classOfField, leavesSomething } from './flow/sources.ts';
export { formatPolicy } from './format/format.ts';
export { loadWorkspace, loadWorkspaceInSteps } from './load.ts';
export { acceptLock } from './lock/accept.ts';
export { diffLock } from './lock/diff.ts';
export { formatLock } from './lock/format.ts';
export { parseLock } from './lock/parse.ts';
export { guess as guessTool } from './names/classify.ts';
export { locateTool } from './names/locate.ts';
export type { LocatedTool } from './names/locate.ts';
export type { LockedTool } from './names/tool.ts';
export * from './port.ts';
export { suggest } from './suggest/suggest.ts';
export type { Suggestion } from './suggest/suggest.ts';
export { readVersion, versionParts } from './version.ts';
export type { VersionContent } from './version.ts';

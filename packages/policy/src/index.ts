export { decide } from './decide.ts';
export { loadWorkspace } from './load.ts';
export { formatLock } from './lock/format.ts';
export { lockedTool, mayUse, visibleServers } from './may-use.ts';
export type { LockedTool } from './names/tool.ts';
export * from './port.ts';

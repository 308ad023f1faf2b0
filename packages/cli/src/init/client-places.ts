/**
 * Where MCP clients document that their server settings lie, on Linux, macOS and Windows. `map` is
 * the path of the object that maps server names to settings.
 */
import { join } from 'node:path';
import type { Machine } from '../machine.ts';

export interface ClientPlace {
  client: string;
  file: string;
  map: readonly string[];
}

export function clientPlaces(machine: Machine): ClientPlace[] {
  const settings = applicationSettings(machine);
  const home = (...parts: string[]): string => join(machine.home, ...parts);
  const here = (...parts: string[]): string => join(machine.folder, ...parts);
  const cline = ['globalStorage', 'saoudrizwan.claude-dev', 'settings', 'cline_mcp_settings.json'];
  const places: [string, string, string][] = [
    ['Claude Desktop', join(settings, 'Claude', 'claude_desktop_config.json'), 'mcpServers'],
    ['Claude Code', home('.claude.json'), 'mcpServers'],
    ['Claude Code (this folder)', here('.mcp.json'), 'mcpServers'],
    ['Cursor', home('.cursor', 'mcp.json'), 'mcpServers'],
    ['Cursor (this folder)', here('.cursor', 'mcp.json'), 'mcpServers'],
    ['VS Code', join(settings, 'Code', 'User', 'mcp.json'), 'servers'],
    ['VS Code (this folder)', here('.vscode', 'mcp.json'), 'servers'],
    ['Cline', join(settings, 'Code', 'User', ...cline), 'mcpServers'],
    ['Windsurf', home('.codeium', 'windsurf', 'mcp_config.json'), 'mcpServers'],
    ['Gemini CLI', home('.gemini', 'settings.json'), 'mcpServers'],
    ['LM Studio', home('.lmstudio', 'mcp.json'), 'mcpServers'],
    ['Amazon Q', home('.aws', 'amazonq', 'mcp.json'), 'mcpServers'],
    ['Zed', zedSettings(machine, settings), 'context_servers'],
  ];
  // In the home folder "this folder" is a place that the list has already.
  const known = new Set<string>();
  return places
    .filter(([, file]) => !known.has(file) && known.add(file))
    .map(([client, file, map]) => ({ client, file, map: [map] }));
}

/** The platform's folder for applications' settings. */
function applicationSettings(machine: Machine): string {
  if (machine.platform === 'darwin') return join(machine.home, 'Library', 'Application Support');
  if (machine.platform === 'win32') return machine.env['APPDATA'] ?? join(machine.home, 'AppData', 'Roaming');
  return machine.env['XDG_CONFIG_HOME'] ?? join(machine.home, '.config');
}

function zedSettings(machine: Machine, settings: string): string {
  const folder = machine.platform === 'darwin' ? join(machine.home, '.config', 'zed') : join(settings, 'Zed');
  return join(machine.platform === 'linux' ? join(settings, 'zed') : folder, 'settings.json');
}

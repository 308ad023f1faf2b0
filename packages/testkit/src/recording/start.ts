/** The recording server: the judge of crash and limit tests (was it executed, how often). */
import { fileURLToPath } from 'node:url';
import { serveBareHttp } from '../bare/http.ts';
import { bareServer } from '../bare/server.ts';
import { openRecordingStore } from './store.ts';
import { recordingTools } from './tools.ts';

export interface RecordingServer {
  url: string;
  close(): Promise<void>;
}

/** In this process, on HTTP. Read `file` with `recordedCalls` or `executions`, at any time. */
export async function startRecordingServer(file: string, port = 0): Promise<RecordingServer> {
  const store = openRecordingStore(file);
  const http = await serveBareHttp(bareServer('recording', recordingTools(store)), port);
  return {
    url: http.url,
    close: async () => {
      await http.close();
      store.close();
    },
  };
}

/** Program and arguments of the same server on stdio. */
export function recordingCommand(file: string): [string, ...string[]] {
  const script = fileURLToPath(new URL('./stdio.ts', import.meta.url));
  return [process.execPath, '--conditions=remit-source', script, file];
}

/** The recording server on stdio: `node --conditions=remit-source stdio.ts DATABASE`. */
import { serveBareStdio } from '../bare/stdio.ts';
import { bareServer } from '../bare/server.ts';
import { openRecordingStore } from './store.ts';
import { recordingTools } from './tools.ts';

const file = process.argv[2];
if (file === undefined) throw new Error('name the database file');
serveBareStdio(bareServer('recording', recordingTools(openRecordingStore(file))));

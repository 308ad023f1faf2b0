/** A witness of other logs; its own entry, because it shares no state with a ledger. */
export { decodeVerifierKey, signatureTypes, type VerifierKey } from '../note/signed-note.ts';
export { Witness } from './witness.ts';
export { openWitnessFolder } from './witness-folder.ts';
export { witnessServer } from './witness-server.ts';

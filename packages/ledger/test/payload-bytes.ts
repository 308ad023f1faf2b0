/** Whether a name stands in any payload that the folder's own keys still open, or in any byte of its files. */
import fs from 'node:fs';
import path from 'node:path';
import { readKeyFile } from '../src/keys/key-file.ts';
import { openBlock } from '../src/keys/payload-seal.ts';
import { decodeGroup } from '../src/segment/group.ts';
import { readHeader } from '../src/segment/header.ts';
import { framesOf } from '../src/segment/segment-reader.ts';
import { optionsIn } from './support.ts';

export function isNamed(folder: string, name: string): boolean {
  const { folder: data, checkpoint_folder } = optionsIn(folder);
  const files = [data, checkpoint_folder].flatMap((place) =>
    fs.readdirSync(place, { recursive: true, encoding: 'utf8' }).map((file) => path.join(place, file)),
  );
  const keys = readKeyFile(path.join(data, 'keys.json'));
  return files
    .filter((file) => fs.statSync(file).isFile())
    .some(
      (file) =>
        fs.readFileSync(file).includes(name) ||
        (file.includes('.segment') && openedBlocks(file, keys).some((block) => block.includes(name))),
    );
}

function openedBlocks(file: string, keys: ReturnType<typeof readKeyFile>): Buffer[] {
  const length = fs.statSync(file).size;
  const { header, end } = readHeader(file, length);
  return [...framesOf(file, end, length)].flatMap((frame) => {
    const { blocks, nonce_counter } = decodeGroup(frame.body)!;
    return blocks.map((sealed, block) => {
      const plain = openBlock(sealed, keys.payloadKey(header), { counter: nonce_counter, block });
      if (plain === undefined) throw new Error(`block ${block} of ${file} cannot be opened`);
      return plain;
    });
  });
}

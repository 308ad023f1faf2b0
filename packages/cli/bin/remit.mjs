#!/usr/bin/env node
// Says what is missing before anything is loaded that an older Node could not even parse.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `error[node_too_old]: Remit needs Node 24 or later, and this is ${process.version}.\n` +
      '  remedy: install Node 24, or from a checkout run `npx remit`, which brings its own.\n',
  );
  process.exitCode = 3;
} else {
  await import('../dist/main.js');
}

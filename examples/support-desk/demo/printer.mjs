// How the demo's day reads on a terminal.
const marks = { success: '✓', approval_pending: '…' };

export function printer(write) {
  return {
    scene(title, ...lines) {
      write(`\n${title}`);
      write('─'.repeat(title.length));
      for (const line of lines) write(line);
    },
    line: write,
    step({ agent, tool, args, outcome, asTold, expected }) {
      const call = `${tool} ${shown(args)}`;
      const sign = marks[outcome.code] ?? '✗';
      write(`${sign} ${agent.padEnd(17)} ${call.padEnd(69)} ${outcome.code}`);
      if (outcome.refusal) write(`    ${shortened(outcome.refusal.reason)}`);
      if (!asTold) write(`    !! expected ${expected}`);
    },
    table(rows) {
      const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
      for (const row of rows)
        write(
          row
            .map((cell, column) => String(cell).padEnd(widths[column]))
            .join('  ')
            .trimEnd(),
        );
    },
  };
}

function shown(args) {
  const text = JSON.stringify(args);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function shortened(reason) {
  return reason.length > 160 ? `${reason.slice(0, 159)}…` : reason;
}

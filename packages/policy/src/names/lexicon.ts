/**
 * Verbs by what they do to the world: how tools are named and how their descriptions begin. A verb
 * that says nothing by itself (`query`, `process`, `manage`) is in no list, on purpose.
 */

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** Gives information, and leaves everything as it was. */
export const readingVerbs = words(`
  aggregate analyze analyse audit blame browse calculate capture check compare compute connect count describe detect diff
  discover display download echo estimate evaluate examine explain export extract fetch find gather get
  help identify inspect introspect list locate log look lookup measure observe parse peek ping poll preview
  print profile read recall receive recommend render report research resolve retrieve return review scan screenshot
  search see show snapshot sort stat stats status suggest sum summarise summarize tail test think trace track
  translate validate verify view wait watch whoami lint tree history info details`);

/** Changes something that can be changed back. */
export const changingVerbs = words(`
  accept activate add adjust allocate annotate append apply approve archive assign attach authorize block
  book bookmark change checkin checkout click clone close commit complete configure convert copy
  cordon crawl create customize define deploy disable disconnect drag edit emulate enable enqueue escalate
  exchange favorite fill fork generate grant handle hide hold hover import include increase
  init initialize insert install interact invite join label launch leave link load lock login logout mark
  merge migrate modify mount move mute navigate open pause pin populate press promote provision pull push
  put rate rebase reboot recompile record reconnect redo register reject release reload rename reorder
  replace rerun reschedule reserve resize restart restore resume retry rollout rotate run save scale schedule
  select set share sign simulate snooze split stage start stash stop store stream submit subscribe
  switch sync tag toggle transition trigger type unarchive undo unlock unpin unset unsubscribe update
  upgrade upload upsert write zip gzip compress patch post cherry pick fast forward handover modify`);

/** Takes something away for good, or runs whatever it is given. */
export const destructiveVerbs = words(`
  abort ban cancel clean cleanup clear deactivate decommission deindex delete demote destroy detach discard
  drain drop empty erase eval evict exec execute expire flush format force kill overwrite prune purge reimage
  remove reset revoke rm rmdir rollback shutdown terminate trash truncate unassign uninstall uncordon unlink
  unpublish unregister wipe withdraw`);

/** Say little without their object: a tool that runs a search reads, one that runs a command does not. */
export const lightVerbs = words('conduct do execute make perform run take');

/** Objects of such verbs that only give information. */
export const readingObjects = words(`
  aggregation analysis audit calculation check comparison count diff inspection lookup measurement query
  report scan screenshot search snapshot test`);

/** Begin what a verb acts on; after a noun there is none: "by author, date, or commit message". */
export const determiners = words(`
  a an all another any each every existing its multiple new one several some that the their these this
  those untracked your`);

/** Reaches people or systems outside. */
export const outwardVerbs = words(`
  announce broadcast call dial dm email fax forward invoice mail message notify page publish reply send sms
  tell tweet whatsapp`);

/** Moves money: a change that is seldom taken back. */
export const moneyVerbs = words(`buy charge donate order pay payout purchase refund remit wire`);

/** Nouns by which a tool's name or its arguments tell that it reaches beyond the company. */
export const outsideNouns = words(`
  browser email http https internet mail online rss site sites sms social tweet url urls uri web webhook
  webpage website websites`);

/** Arguments that hold something to be run: what the tool does is up to them. */
export const programArguments = words(`
  bash cmd code command commands expression function javascript js program python script shell snippet sql
  statement`);

/** Arguments that only what changes something has. */
export const changeArguments = words(`dry_run dryrun force overwrite confirm if_exists upsert`);

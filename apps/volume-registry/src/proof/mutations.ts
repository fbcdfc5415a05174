/** A guard of the ledger, broken on purpose: a text in one of its scripts, which stands there exactly once, and what to put in its place. */
export interface Mutation {
  /** What the broken ledger does. */
  readonly does: string;
  /** Without `.lua`. */
  readonly script: string;
  readonly find: string;
  readonly replace: string;
}

const broken = (does: string, script: string, find: string, replace: string): Mutation => ({ does, script, find, replace });

const NEVER = 'if false then';

/** Fence and safe start: promise 5, architecture section 6. */
const FENCE: readonly Mutation[] = [
  broken('has no fence', 'pass-fence', 'if epoch < ledger.epoch then', NEVER),
  broken('takes the epoch before the highest', 'pass-fence', 'epoch < ledger.epoch then', 'epoch < ledger.epoch - 1 then'),
  broken('does not raise the fence', 'pass-fence', '  ledger.epoch = epoch\n', ''),
  broken('asks reports of older epochs no questions', 'reconcile', 'if stale then return stale end\n', ''),
  broken('stays verified in a new epoch', 'ledger', 'ledger.verified_epoch == ledger.epoch and', 'ledger.verified_epoch ~= nil and'),
  broken('does not notice lost writes', 'pass-fence', 'if seen_revision > ledger.revision then', NEVER),
  broken('stays verified though writes were lost', 'pass-fence', '    ledger.verified_epoch = nil\n', ''),
  broken('repeats revisions after lost writes', 'pass-fence', '    ledger.revision = seen_revision\n', ''),
  broken('carries out what is too late', 'too-late', 'return time[1]', 'return false and time[1]'),
  broken('is not verified by a report', 'reconcile', 'ledger.verify()\n', ''),
];

/** Holding: promises 2 and 6. */
const HOLDING: readonly Mutation[] = [
  broken('counts a repeated acquire', 'ledger', '  if holder_book.get(name, id) then return end\n', ''),
  broken('admits holders to what waits to be destroyed', 'acquire-volumes', 'ready = true }', 'ready = true, draining = true }'),
  broken('admits holders to what is being destroyed', 'acquire-volumes', 'ready = true }', 'ready = true, destroying = true }'),
  broken('admits holders to a tombstone', 'acquire-volumes', 'ready = true }', 'ready = true, gone = true }'),
  broken('admits writers where readers are admitted', 'acquire-volumes', " and mode == 'RO'", ''),
  broken('admits readers that were not to be', 'acquire-volumes', ' and drain.read(it.drain).admits_readers', ''),
  broken('shares what is not shared', 'acquire-volumes', 'not it.shared and holder.list', 'false and holder.list'),
  broken(
    'acquires some volumes of a task though another is refused',
    'acquire-volumes',
    "      if others and #others > 0 then return refusal('volume_in_use', name, others) end\n",
    `      if others and #others > 0 then return refusal('volume_in_use', name, others) end
      ledger.hold(name, unit.holder, holder.write(unit.facts, wanted.mode, 'pending', arg.now_ms))\n`,
  ),
  broken('starts to count anew when a holder runs', 'holder-running', "'running', known.since_ms", "'running', arg.now_ms"),
  broken('takes for running who holds nothing', 'holder-running', 'if not ledger.holder(name, unit.holder) then', NEVER),
  broken('ends a holder twice', 'holder-ending', "known and known.state ~= 'ending'", 'known'),
  broken('takes an ending holder for running again', 'holder-running', "known.state == 'pending'", "known.state ~= 'running'"),
  broken('does not take a released holder out', 'ledger', '  holder_book.set(name, id, false)\n', ''),
  broken('releases without a cause', 'ledger', "record('volume_released', name, text, cause)", "record('volume_released', name, text)"),
  broken('releases without an entry', 'ledger', "  record('volume_released', name, text, cause)\n", ''),
  broken('does not tell who forced a release', 'ledger', 'if entry.by then', NEVER),
];

/** Destroying: promise 1. */
const DESTROYING: readonly Mutation[] = [
  broken('destroys in an unverified store', 'destroy-volume', 'if not ledger.is_verified() then', NEVER),
  broken('destroys what is held', 'destroy-volume', 'if #holders > 0 then', NEVER),
  broken(
    'destroys what is held by those who do not run',
    'destroy-volume',
    'local holders = holder.list(ledger.holders(unit.volume))\n',
    `local holders = {}
  for _, text in pairs(ledger.holders(unit.volume)) do
    if holder.read(text).state == 'running' then holders[#holders + 1] = text end
  end\n`,
  ),
  broken(
    'names one holder only',
    'destroy-volume',
    "return refusal('volume_in_use', unit.volume, holders)",
    "return refusal('volume_in_use', unit.volume, { holders[1] })",
  ),
  broken('destroys a tombstone', 'destroy-volume', " or it.state == 'gone'", ''),
  broken('buries what is held', 'volume-gone', 'if #holders > 0 then', NEVER),
  broken('buries what was not to be destroyed', 'volume-gone', "if it.state ~= 'destroying' then", NEVER),
  broken('waits for nobody in an unverified store', 'drain-volume', 'if not ledger.is_verified() then', NEVER),
  broken('does not wait for the last holder', 'drain-volume', 'if #holders == 0 then', 'if true then'),
  broken(
    'lets a second destroy wait on other terms',
    'drain-volume',
    "if it.state == 'draining' and drain.read(it.drain).terms ~= unit.terms then",
    NEVER,
  ),
  broken('does not notice the last release', 'release-volumes', 'and destroy_unused(name) then', 'and false then'),
  broken(
    'destroys after the last release in an unverified store',
    'release-volumes',
    'ledger.is_verified() and destroy_unused',
    'destroy_unused',
  ),
  broken('destroys after the last release but one', 'destroy-unused', 'ledger.count_holders(name) > 0', 'ledger.count_holders(name) > 1'),
  broken('counts holders as they were before the call', 'holder-book', ' + book.grown\n', '\n'),
  broken(
    'takes a destroy back after the last release',
    'cancel-destroy',
    "if it.state ~= 'draining' then",
    "if it.state ~= 'draining' and it.state ~= 'destroying' then",
  ),
  broken(
    'has ready what was never made when a destroy is taken back',
    'cancel-destroy',
    "still_creating(it) and 'creating' or 'ready'",
    "'ready'",
  ),
  broken('forgets a destroy that waits when the volume is made', 'made', "if it.state == 'creating' then", 'if true then'),
  broken('resizes what waits to be destroyed', 'resize-volume', 'ready = true }', 'ready = true, draining = true }'),
];

/** Which volume of a name is meant: promise 10. */
const GENERATIONS: readonly Mutation[] = [
  broken('creates what exists', 'create-volume', "if before and before.state ~= 'gone' then", NEVER),
  broken('begins generations anew', 'ledger', '(before and before.generation or 0) + 1', '1'),
  broken(
    'keeps no tombstones',
    'ledger',
    "    if volumes[name] then redis.call('HSET', key.volumes, name, volume.write(volumes[name])) end\n",
    `    if volumes[name] and volumes[name].state ~= 'gone' then
      redis.call('HSET', key.volumes, name, volume.write(volumes[name]))
    else
      redis.call('HDEL', key.volumes, name)
    end\n`,
  ),
  broken('confirms a tombstone', 'confirm-created', " or it.state == 'gone'", ''),
  broken('confirms a later volume', 'confirm-created', ' or it.generation ~= unit.generation', ''),
  broken('takes the failure of an earlier volume for that of a later', 'create-failed', ' or unit.generation < it.generation', ''),
  broken('takes a volume for failed that is ready', 'create-failed', "if it.state ~= 'destroying' and not still_creating(it) then", NEVER),
  broken('takes a volume for failed that somebody runs on', 'create-failed', "== 'running' then", "== 'nothing' then"),
  broken('takes the end of an earlier volume for that of a later', 'volume-gone', ' or unit.generation < it.generation', ''),
  broken('takes the end of a volume that it does not know', 'volume-gone', 'if unit.generation > (it and it.generation or 0) then', NEVER),
  broken('takes back the destroy of a later volume', 'cancel-destroy', 'if it.generation ~= unit.generation then', NEVER),
];

/** Units of one transaction. */
const TRANSACTIONS: readonly Mutation[] = [
  broken('ignores what a unit requires', 'answer', 'if missing then return', 'if false then return'),
  broken(
    'takes for done what has not come yet',
    'answer',
    "if not earlier or earlier[1] ~= 'done' then",
    "if earlier and earlier[1] ~= 'done' then",
  ),
  broken('does not let units stand or fall together', 'answer', 'if last > first then', NEVER),
  broken('undoes all but the first change', 'journal', 'for i = #changes, 1, -1 do', 'for i = #changes, 2, -1 do'),
  broken('undoes in the wrong order', 'journal', 'for i = #changes, 1, -1 do', 'for i = 1, #changes do'),
  broken('leaves the revision of what is undone', 'ledger', '  ledger.revision = beginning.revision\n', ''),
  broken(
    'leaves the entries of what is undone',
    'ledger',
    '  for i = #ledger.entries, beginning.entries + 1, -1 do ledger.entries[i] = nil end\n',
    '',
  ),
];

/** Reconciliation: architecture section 6. */
const RECONCILIATION: readonly Mutation[] = [
  broken('does not add who is reported', 'reconcile', "ledger.hold(name, id, text, 'agent_reported')", 'local _ = nil'),
  broken(
    'does not add what is reported',
    'reconcile',
    "ledger.add_volume(name, 'ready', report.origin, report.body, 'volume_added', 'agent_reported')",
    'local _ = nil',
  ),
  broken('keeps who is not reported', 'reconcile', "ledger.release(name, id, unreported[name][id], 'not_reported')", 'local _ = nil'),
  broken('releases who is reported', 'reconcile', 'if not (is_held[name] and is_held[name][id]) then', 'if true then'),
  broken('buries what somebody is said to hold', 'reconcile', ' and ledger.count_holders(name) == 0 then unreported', ' then unreported'),
  broken('keeps what is not reported', 'reconcile', 'if not is_reported[name] and', 'if false and'),
  broken('has deleted what somebody turns out to hold', 'reconcile', 'elseif ledger.count_holders(name) == 0 then', 'else'),
  broken('does not notice that nobody is left', 'reconcile', '    destroy_unused(name)\n', ''),
  broken('keeps another mode than is reported', 'reconcile', ' or known.mode ~= held.mode', ''),
  broken('forgets a destroy that waits when the size is corrected', 'reconcile', 'report.body, it.drain)', 'report.body)'),
  broken('calls lost what was never made', 'reconcile', "if still_creating(it) then return 'never_made' end", ''),
  broken('does not tell who asked for a repair', 'reconcile', 'ledger.by = arg.by\n', ''),
  broken('gives a known holder another beginning', 'reconcile', 'report.state, known.since_ms)', 'report.state, arg.now_ms)'),
];

export const MUTATIONS: readonly Mutation[] = [...FENCE, ...HOLDING, ...DESTROYING, ...GENERATIONS, ...TRANSACTIONS, ...RECONCILIATION];

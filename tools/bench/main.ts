import { Command } from 'commander';
import { agentSuite } from './agent/agent-suite';
import { startBareDoor, type BareDoorOptions } from './doors/bare-door';
import { doorsSuite } from './doors/doors-suite';
import { e2eSuite } from './e2e-suite';
import { ledgerSuite } from './ledger/ledger-suite';
import { startNode, type NodeOptions } from './floor/nodes';
import { missedMarks, printTable, writeJson } from './report';
import type { Suite } from './result';

const SUITES: readonly Suite[] = [e2eSuite, doorsSuite, ledgerSuite, agentSuite];

const program = new Command('bench')
  .description('Measures Holdfast beside its floor: the same messages through bare gRPC and Redis, in the same run.')
  .argument('[suite]', `one of: ${SUITES.map(({ name }) => name).join(', ')}`, 'e2e')
  .option('--quick', 'a short run, for a first impression', false)
  .option('--json <file>', 'write the results to a file, too')
  .addHelpText('after', `\nSuites:\n${SUITES.map(({ name, about }) => `  ${name}  ${about}`).join('\n')}`)
  .action(async (name: string, options: { quick: boolean; json?: string }) => {
    const suite = SUITES.find((known) => known.name === name);
    if (!suite)
      return program.error(`there is no suite '${name}'; there are: ${SUITES.map((known) => known.name).join(', ')}`, { exitCode: 2 });
    const results = await suite.run({ isQuick: options.quick, say: (line) => console.error(line) });
    printTable(results);
    if (options.json) writeJson(options.json, suite.name, results);
    for (const { name: what, ratio, mark } of missedMarks(results)) {
      console.log(`Missed: ${what}: ${((ratio ?? 0) * 100).toFixed(0)} % of at least ${((mark ?? 0) * 100).toFixed(0)} %.`);
    }
  });

program
  .command('floor-node', { hidden: true })
  .argument('<options>')
  .action(async (options: string) => {
    const node = JSON.parse(options) as NodeOptions | BareDoorOptions;
    process.send?.(node.role === 'door' ? await startBareDoor(node) : await startNode(node));
    process.on('disconnect', () => process.exit(0));
  });

void program.parseAsync().then(() => {
  if (process.argv[2] !== 'floor-node') process.exit(process.exitCode ?? 0);
});

import { getCompletionScript, getShellFromEnv, log, logFiles } from '@pnpm/tabtab';
import { Argument, type Command } from 'commander';
import { cursorOn, fishScript, knownToMaster, wantedOn, type Suggestion } from '../completion';
import type { CliContext } from '../context';
import { CommandFailed, EXIT } from '../exit-code';
import type { Terminal } from '../output';
import { parseAddress } from './ask-master';
import { readOwnCredentials } from './own-credentials';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** `holdfast completion <shell>`, and the hidden command that its script calls at each Tab; the package fixes the name of that one. */
export function addCompletionCommands(program: Command, context: CliContext): void {
  program
    .command('completion')
    .description('print a script that completes commands, options, volumes, tasks and agents at Tab')
    .addArgument(new Argument('<shell>', 'the shell that reads it').choices(SHELLS))
    .addHelpText(
      'after',
      '\nFor this session:\n' +
        '  bash, zsh:  source <(holdfast completion bash)\n' +
        '  fish:       holdfast completion fish | source\n' +
        'For every session, put that line into ~/.bashrc, ~/.zshrc (after compinit) or ~/.config/fish/config.fish. Names of volumes,\n' +
        'tasks and agents come from the master in HOLDFAST_MASTER, or in --master on the line, if it answers within a second.',
    )
    .action(async (shell: Shell) => {
      const completer = context.startedWith.map(quoted).join(' ');
      const script = shell === 'fish' ? fishScript(completer) : await getCompletionScript({ name: 'holdfast', completer, shell });
      context.terminal.say(script.trimEnd());
    });

  program
    .command('completion-server', { hidden: true })
    .argument('[words...]')
    .action((words: readonly string[]) => complete(program, context, words));
}

async function complete(program: Command, context: CliContext, words: readonly string[]): Promise<void> {
  const { env, terminal } = context;
  const shell = shellOf(env);
  const { before, current } = cursorOn(words, env);
  const { wanted, given } = wantedOn(program, before, current);
  // bash turns to file names by itself where nothing is suggested.
  if (wanted.kind === 'files') return shell === 'bash' ? undefined : logFiles();
  const suggestions = wanted.kind === 'words' ? wanted.words : await askQuietly(context, given, (master) => knownToMaster(master, wanted));
  const fitting = suggestions.filter(({ name }) => name.startsWith(current));
  log(
    fitting.map(({ name, description }) => ({ name, description: firstSentence(description) })),
    shell,
    (line) => terminal.say(line),
  );
}

function shellOf(env: NodeJS.ProcessEnv): ReturnType<typeof getShellFromEnv> {
  try {
    return getShellFromEnv(env);
  } catch (error) {
    throw new CommandFailed(EXIT.usage, `Only a completion script calls this (${String(error)}); see "holdfast completion --help".`);
  }
}

/** The master of the line, else of the environment. A fault in either suggests nothing; the command itself will tell it. */
async function askQuietly(
  { settings }: CliContext,
  given: ReadonlyMap<string, string>,
  question: (master: Parameters<typeof knownToMaster>[0]) => Promise<readonly Suggestion[]>,
): Promise<readonly Suggestion[]> {
  try {
    const address = parseAddress(given.get('--master') ?? settings.master);
    const principal = given.get('--principal') ?? settings.principal;
    const secretFile = given.get('--secret-file') ?? settings.secretFile;
    const options = { ...(principal !== undefined && { principal }), ...(secretFile !== undefined && { secretFile }) };
    const credentials = await readOwnCredentials(options, NOBODY_LISTENS);
    return await question({ address, ...(credentials && { credentials }) });
  } catch {
    return [];
  }
}

const NOBODY_LISTENS: Pick<Terminal, 'complain'> = { complain: () => undefined };

/** Menus show one short line for each. */
const firstSentence = (text = ''): string => text.split(/[;:(]/)[0]?.trim() ?? '';

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/**
 * The package's own script for fish evaluates the line while it is being typed, so that a substitution on it runs at Tab. This one hands
 * the words over as they are. `completer`: a command, quoted where it must be.
 */
export const fishScript = (completer: string): string =>
  `function _holdfast_completion
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  set -l answer (env SHELL=fish COMP_CWORD=(count $before) ${completer} completion-server -- $before "$current" 2>/dev/null)
  if test "$answer" = ${FILES}
    __fish_complete_path "$current"
  else if set -q answer[1]
    printf '%s\\n' $answer
  end
end
complete -c holdfast -f -a '(_holdfast_completion)'`;

/** What the package prints where file names are wanted (\`logFiles\`). */
const FILES = '__tabtab_complete_files__';

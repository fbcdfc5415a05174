/** Exit status of a container that never got to its command. */
export const SETUP_FAILED = 125;

/** Prefix of what the script says of itself in the container's log; other lines are complaints of the programs it uses. */
export const SAYS = 'holdfast:';

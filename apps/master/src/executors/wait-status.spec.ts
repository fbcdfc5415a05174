import { waitStatus } from './wait-status';

it.each([
  [0, 0],
  [1, 256],
  [127, 127 * 256],
  [137, 9],
  [143, 15],
])('the exit status %d of a shell is %d to wait(2) (wire document 6.2)', (shell, wait) => {
  expect(waitStatus(shell)).toBe(wait);
});

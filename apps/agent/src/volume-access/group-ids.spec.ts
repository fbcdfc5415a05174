import { agentSettings } from '../config';
import { groupIdsProblem, parseGroupIds } from './index';
import { groupIdCount, lowestFree } from './group-ids';

it('reads ranges as Mesos writes them, or without the brackets (A-160)', () => {
  expect(parseGroupIds('10000-20000')).toEqual([{ begin: 10_000, end: 20_000 }]);
  expect(parseGroupIds(' [ 5-6, 1-3 ] ')).toEqual([
    { begin: 1, end: 3 },
    { begin: 5, end: 6 },
  ]);
});

it.each([
  ['', "'' is not a range of group ids such as 10000-20000"],
  ['abc', "'abc' is not a range"],
  ['10000', "'10000' is not a range"],
  ['[10000-20000', "'[10000-20000' is not a range"],
  ['-1-5', "'-1-5' is not a range"],
  ['20-10', 'the range 20-10 ends before it begins'],
  ['0-10', 'group id 0 is that of root'],
  ['1-4294967295', 'group ids end at 4294967294'],
  ['1-5,5-9', 'group id 5 is in two of its ranges'],
])('refuses %j, and the agent does not start with it (A-164)', (text, problem) => {
  expect(groupIdsProblem(text)).toContain(problem);
  if (text !== '') expect(() => agentSettings.read({ HOLDFAST_AGENT_VOLUME_GIDS: text })).toThrow(problem);
});

it('finds the lowest that is free, and none where all are taken (A-160, A-163)', () => {
  const ranges = parseGroupIds('5-6,1-2');
  expect(groupIdCount(ranges)).toBe(4);
  expect(lowestFree(ranges, new Set([1]))).toBe(2);
  expect(lowestFree(ranges, new Set([1, 2, 6]))).toBe(5);
  expect(lowestFree(ranges, new Set([1, 2, 5, 6]))).toBeUndefined();
});

import { jest } from '@jest/globals';
import { watchPace, type PaceWatch } from './pace.js';

let slow: number[];
let isWaiting: boolean;
let watch: PaceWatch;

beforeEach(() => {
  jest.useFakeTimers();
  slow = [];
  isWaiting = true;
  watch = watchPace(
    { bytes: 100, inMs: 12_000 },
    { onSlow: (bytes) => slow.push(bytes), isWaiting: () => isWaiting },
  );
});

afterEach(() => {
  watch.stop();
  jest.useRealTimers();
});

const wait = (seconds: number): void => {
  jest.advanceTimersByTime(seconds * 1000);
};

it('nothing in a period is too slow, and is told once', () => {
  wait(11);
  expect(slow).toEqual([]);
  wait(100);
  expect(slow).toEqual([0]);
});

it('too few bytes are too slow, however often they come', () => {
  for (let second = 0; second < 12; second++) {
    watch.moved(8);
    wait(1);
  }
  expect(slow).toEqual([96]);
});

it('enough bytes begin another period', () => {
  for (let second = 0; second < 120; second++) {
    watch.moved(10);
    wait(1);
  }
  expect(slow).toEqual([]);
});

it('time in which this side does not wait is not counted', () => {
  wait(11);
  isWaiting = false;
  wait(1000);
  expect(slow).toEqual([]);
  isWaiting = true;
  wait(1);
  expect(slow).toEqual([0]);
});

it('a period may be longer than the first', () => {
  watch.restart({ bytes: Infinity, inMs: 24_000 });
  watch.moved(1000);
  wait(23);
  expect(slow).toEqual([]);
  wait(1);
  expect(slow).toEqual([1000]);
});

it('nothing is told once it is stopped', () => {
  watch.stop();
  wait(100);
  expect(slow).toEqual([]);
});

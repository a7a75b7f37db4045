// How numbers are put into words, the same on every page. The words are those of Parts/Wording.cs; change both together.

export const percent = value => value === null ? '—' : value.toFixed(1) + '%';
export const count = value => value.toLocaleString('en');
export const votes = value => value === 0 ? 'no votes yet' : value === 1 ? '1 vote' : count(value) + ' votes';
export const range = tally => tally.total === 0 ? 'Yours would be the first vote.'
  : `Likely between ${percent(tally.interval.low)} and ${percent(tally.interval.high)}`;
export const caption = tally => tally.total === 0 ? 'No votes yet. Yours would be the first.'
  : `${percent(tally.shipPercent)} ship, ${votes(tally.total)}, likely between ${percent(tally.interval.low)} and ${percent(tally.interval.high)}`;

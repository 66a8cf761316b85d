import { QuestionFault } from './question.ts';

/** How much of the past a question is about, where it is not all since the start. */
export const SPANS = ['minute', 'hour'] as const;
export type Span = (typeof SPANS)[number];

/**
 * The `span` of a question; undefined when it has none.
 *
 * @throws QuestionFault
 */
export function spanIn(parameters: URLSearchParams): Span | undefined {
  const given = parameters.get('span');
  const span = SPANS.find((name) => name === given);
  if (given !== null && span === undefined) {
    throw new QuestionFault('span', JSON.stringify(given), SPANS.join(', '));
  }
  return span;
}

import { json, text } from '../status/answers.ts';
import type { Finding } from '../status/finding.ts';
import type { Routes } from '../status/http-server.ts';
import { DOCTOR_PATH } from '../status/paths.ts';
import { readQuestion } from '../status/question.ts';

/**
 * The doctor's question, for the control socket alone: an examination leaves an entry in the kernel. One at a time.
 *
 * @param examine gives the findings
 */
export function doctorRoutes(examine: () => Promise<Finding[]>): Routes {
  let isBusy = false;
  return {
    [DOCTOR_PATH]: async (parameters) => {
      readQuestion(parameters, [], () => undefined);
      if (isBusy) {
        return text(503, 'another examination is under way');
      }
      isBusy = true;
      try {
        return json(await examine());
      } finally {
        isBusy = false;
      }
    },
  };
}

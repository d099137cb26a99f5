// A queue of jobs, kept in the order of their priority.
export interface Job {
  name: string;
  priority: number;
}

const queue: Job[] = [];

/** The sum of the priorities of all jobs that wait. */
export function totalPriority(): number {
  let total = 0;
  for (
  return total;
}

/** Adds a job behind those of the same or a higher priority. */
export function push(job: Job): void {
  let place = queue.length;
  while (place > 0 && queue[place - 1].priority < job.priority) {
    place--;
  }
  queue.splice(place, 0, job);
}

/** Takes the job at the front, or undefined when none waits. */
export function pop(): Job | undefined {
  return queue.shift();
}

/** The service's HTTP face as the demo uses it: JSON in and out, a refusal becomes an error with its faults. */
import { z } from "zod";
import { AppError, type Fault } from "../errors.ts";

const ProblemSchema = z.looseObject({
  title: z.string().optional(),
  detail: z.string().optional(),
  faults: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

export interface ServiceClient {
  call<T>(method: "GET" | "POST" | "PUT", path: string, answer: z.ZodType<T>, body?: unknown): Promise<T>;
}

export function createServiceClient(address: string, token: string): ServiceClient {
  return {
    async call(method, path, answer, body) {
      const response = await fetch(`${address}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const json: unknown = response.status === 204 ? null : await response.json();
      if (response.ok) return answer.parse(json);
      const problem = ProblemSchema.parse(json);
      const faults: readonly Fault[] = problem.faults ?? [];
      throw new AppError(
        "unavailable",
        `${method} ${path}: ${problem.detail ?? problem.title ?? response.status}`,
        {
          faults,
        },
      );
    },
  };
}

/** The decision to change a corridor's plan, as it is kept: all that is needed to carry it out after a restart. */
import { z } from "zod";
import { PreparePlanParamsSchema } from "./protocol.schema.ts";

export const PrepareOrderSchema = PreparePlanParamsSchema.omit({ epoch: true, signature: true });

export const CommitRecordSchema = z.strictObject({
  txId: PrepareOrderSchema.shape.txId,
  planId: PrepareOrderSchema.shape.planId,
  decidedAtMs: z.int().min(0).meta({ description: "Epoch ms" }),
  orders: z.array(PrepareOrderSchema).min(1).max(5000).meta({ description: "One per controller" }),
});

export type PrepareOrder = Readonly<z.infer<typeof PrepareOrderSchema>>;
export type CommitRecord = Readonly<Omit<z.infer<typeof CommitRecordSchema>, "orders">> & {
  readonly orders: readonly PrepareOrder[];
};

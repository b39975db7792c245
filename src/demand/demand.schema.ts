/** Demand as data: what each movement of a network is asked to carry in one period. */
import { z } from "zod";

const DEMAND_VERSION = 1;

export const MovementFlowSchema = z
  .strictObject({
    intersectionId: z.string().min(1).max(64),
    movementId: z.string().min(1).max(64),
    flowVph: z.number().min(0).max(20_000).meta({ description: "veh/h" }),
    initialQueueVeh: z
      .number()
      .min(0)
      .max(10_000)
      .exactOptional()
      .meta({ description: "Queue at the start of the period, vehicles; absent: none" }),
    confidence: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .meta({ description: "1 measured here, near 0 where only the prior speaks" }),
  })
  .meta({ id: "MovementFlow" });

export const DemandSchema = z
  .strictObject({
    version: z.literal(DEMAND_VERSION),
    networkId: z.string().min(1).max(64),
    name: z.string().min(1).max(200).meta({ description: "For example AM peak" }),
    flows: z.array(MovementFlowSchema).max(200_000),
  })
  .meta({ id: "Demand", description: "Flow per movement for one period" });

export type MovementFlow = Readonly<z.infer<typeof MovementFlowSchema>>;
export type Demand = Readonly<Omit<z.infer<typeof DemandSchema>, "flows">> & {
  readonly flows: readonly MovementFlow[];
};

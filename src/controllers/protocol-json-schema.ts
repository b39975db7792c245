/** The device protocol's JSON Schema, for docs/device-protocol.schema.json: every message, every result, every code. */
import { z } from "zod";
import {
  CENTRE_RESULTS,
  CentreRequestSchema,
  CONTROLLER_RESULTS,
  ControllerRequestSchema,
  ResponseSchema,
} from "./protocol.schema.ts";
import { CLOSE_CODES, ERROR_CODES, MAX_FRAME_BYTES, SUBPROTOCOL } from "./protocol-codes.ts";

/** A frame is a request or a response; `result` is further described by the method, in `results`. */
export function buildProtocolJsonSchema(): unknown {
  return z.toJSONSchema(
    z
      .strictObject({
        controllerRequest: ControllerRequestSchema,
        centreRequest: CentreRequestSchema,
        response: ResponseSchema,
        results: z.strictObject({ ...CONTROLLER_RESULTS, ...CENTRE_RESULTS }),
      })
      .meta({
        title: `${SUBPROTOCOL} device protocol`,
        description: "Each property describes one kind of frame, or the result of one method",
        maxFrameBytes: MAX_FRAME_BYTES,
        errorCodes: ERROR_CODES,
        closeCodes: CLOSE_CODES,
      }),
    { io: "input" },
  );
}

/** Tells Redocly what `x-ims-partial` holds, so that it is checked, and what it refers to counts as used. */
export default function variants() {
  return {
    id: "ims",
    typeExtension: {
      oas3: (types) => ({
        ...types,
        Operation: {
          ...types.Operation,
          properties: { ...types.Operation.properties, "x-ims-partial": "Variant" },
        },
        Variant: {
          properties: { operationId: { type: "string" }, parameter: "Parameter", schema: "Schema" },
          required: ["operationId", "parameter", "schema"],
        },
      }),
    },
  };
}

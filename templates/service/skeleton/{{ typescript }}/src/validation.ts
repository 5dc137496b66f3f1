import AjvCompiler, { type BuildCompilerFromPool } from "@fastify/ajv-compiler";
import type { FastifyError } from "fastify";
import type { Mistake } from "./problem.js";

const compile = AjvCompiler();

/**
 * How Fastify validates requests. Text of a path or a query becomes a number where the schema has
 * one. A value of a JSON body has its type already, and a wrong one breaks a rule.
 */
export const buildValidator: BuildCompilerFromPool = (schemas, options) => {
  const others = compile(schemas, options);
  const strict = { ...options, customOptions: { ...options?.customOptions, coerceTypes: false } };
  const bodies = compile(schemas, strict as typeof options);
  return (part) => (isBody(part) ? bodies(part) : others(part));
};

function isBody(part: unknown): boolean {
  return part instanceof Object && "httpPart" in part && part.httpPart === "body";
}

/** The rules that a request breaks, without its values. */
export function mistakesIn({ validation = [], validationContext }: FastifyError): Mistake[] {
  return validation.map(({ instancePath, message = "", params }) => {
    const parts = instancePath.split("/").slice(1);
    const path = validationContext === "body" ? parts : [validationContext, ...parts];
    return "missingProperty" in params
      ? { field: [...path, params.missingProperty].join("."), rule: "is required" }
      : { field: path.join("."), rule: message };
  });
}

import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Problem } from "../problem.js";

const GreetingRequest = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100 }),
  language: Type.Optional(Type.String({ default: "en" })),
});

const Greeting = Type.Object({ greeting: Type.String() });

const TEXTS = new Map([
  ["en", (name: string) => `Hello, ${name}!`],
  ["fr", (name: string) => `Bonjour, ${name} !`],
  ["es", (name: string) => `¡Hola, ${name}!`],
]);

const schema = {
  operationId: "greet",
  description: "Greets a person in a language.",
  body: GreetingRequest,
  response: { 200: Greeting },
};

/** An example: a route with its types, its rules and its own error. Edit it into your first route. */
export const greetings: FastifyPluginAsyncTypebox = async (app) => {
  app.post("/greetings", { schema }, async ({ body: { name, language = "en" } }) => {
    const text = TEXTS.get(language);
    if (text === undefined) {
      throw new Problem(422, "no greeting in this language");
    }
    return { greeting: text(name) };
  });
};

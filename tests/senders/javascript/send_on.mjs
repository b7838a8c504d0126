// node send_on.mjs PROTOCOL ENDPOINT COMPRESSION
// Sends the span of an LLM call, feedback on it and the span of something else, over and over until stdin ends.
import { ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { providers } from "./providers.mjs";

const PAUSE_MS = 25;
const [protocol, endpoint, compression] = process.argv.slice(2);
const { tracerProvider, loggerProvider } = providers(protocol, endpoint, compression, {
  "service.name": "training-builder",
});
const tracer = tracerProvider.getTracer("senders");
const logger = loggerProvider.getLogger("senders");
const CALL = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-4o-mini",
  "gen_ai.usage.input_tokens": 12,
  "gen_ai.usage.output_tokens": 5,
};
const FEEDBACK = {
  "gen_ai.evaluation.name": "user_feedback",
  "gen_ai.evaluation.score.label": "accepted",
};

function sendOne() {
  const call = tracer.startSpan("chat gpt-4o-mini", { kind: SpanKind.CLIENT, attributes: CALL });
  call.end();
  tracer.startSpan("GET /workshops", { kind: SpanKind.SERVER, attributes: { "url.path": "/" } }).end();
  logger.emit({
    eventName: "gen_ai.evaluation.result",
    attributes: FEEDBACK,
    context: trace.setSpan(ROOT_CONTEXT, call),
  });
}

const sending = setInterval(sendOne, PAUSE_MS);
process.stdin.resume();
process.stdin.on("end", async () => {
  clearInterval(sending);
  // A batch that is given up now makes shutdown fail; it has been told.
  await Promise.allSettled([tracerProvider.shutdown(), loggerProvider.shutdown()]);
});

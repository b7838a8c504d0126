// node send_once.mjs PROTOCOL ENDPOINT COMPRESSION < telemetry.json
// Makes the spans and log records that the input describes. The last line of stdout is {"spans": [ids]}.
import { readFileSync } from "node:fs";
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { idOfSpan, providers } from "./providers.mjs";

const NANOSECONDS = 1_000_000_000n;
const [protocol, endpoint, compression] = process.argv.slice(2);
const { scope, resource, spans, logs } = JSON.parse(readFileSync(0, "utf8"));
const { tracerProvider, loggerProvider } = providers(protocol, endpoint, compression, resource);
const tracer = tracerProvider.getTracer(scope.name, scope.version);
const logger = loggerProvider.getLogger(scope.name, scope.version);
const made = [];

function time(nanoseconds) {
  const whole = BigInt(nanoseconds);
  return [Number(whole / NANOSECONDS), Number(whole % NANOSECONDS)];
}

function within(number) {
  return number === null ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, made[number]);
}

for (const { name, kind, parent, start, end, attributes, events, links, status } of spans) {
  const options = {
    kind: SpanKind[kind],
    startTime: time(start),
    attributes,
    links: links.map((link) => ({ context: made[link.to].spanContext(), attributes: link.attributes })),
  };
  const span = tracer.startSpan(name, options, within(parent));
  for (const event of events) span.addEvent(event.name, event.attributes, time(event.time));
  if (status) span.setStatus({ code: SpanStatusCode[status.code], message: status.message });
  span.end(time(end));
  made.push(span);
}

for (const { name, severity, time: at, body, attributes, span } of logs) {
  logger.emit({
    eventName: name,
    timestamp: time(at),
    severityNumber: SeverityNumber[severity],
    body,
    attributes,
    context: within(span),
  });
}

await Promise.all([tracerProvider.shutdown(), loggerProvider.shutdown()]);
console.log(JSON.stringify({ spans: made.map(idOfSpan) }));

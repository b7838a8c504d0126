// Providers of the SDK for one protocol, with batch processors. Each batch that an exporter is done with is
// one line of JSON on stdout: {"signal", "ids", "given_up"}, where given_up says why, and is null for a batch
// that was acknowledged.
import { OTLPLogExporter as GrpcLogs } from "@opentelemetry/exporter-logs-otlp-grpc";
import { OTLPLogExporter as JsonLogs } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufLogs } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPTraceExporter as GrpcTraces } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonTraces } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufTraces } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const EXPORTERS = {
  json: [JsonTraces, JsonLogs],
  protobuf: [ProtobufTraces, ProtobufLogs],
  grpc: [GrpcTraces, GrpcLogs],
};
// The HTTP exporters try a batch six times within this time, the gRPC exporter once.
const TIMEOUT_MS = 300_000;

class Reporting {
  constructor(exporter, signal, idOf) {
    Object.assign(this, { exporter, signal, idOf });
  }

  export(batch, done) {
    this.exporter.export(batch, (result) => {
      const given_up = result.code === 0 ? null : `${result.error?.code ?? ""} ${result.error?.message}`;
      console.log(JSON.stringify({ signal: this.signal, ids: batch.map(this.idOf), given_up }));
      done(result);
    });
  }

  forceFlush() {
    return this.exporter.forceFlush();
  }

  shutdown() {
    return this.exporter.shutdown();
  }
}

function idOf(context) {
  return context ? `${context.traceId}-${context.spanId}` : null;
}

export function idOfSpan(span) {
  return idOf(span.spanContext());
}

export function providers(protocol, endpoint, compression, attributes) {
  const [Traces, Logs] = EXPORTERS[protocol];
  const options = (path) => ({
    url: protocol === "grpc" ? endpoint : endpoint + path,
    compression,
    timeoutMillis: TIMEOUT_MS,
  });
  const batches = {
    scheduledDelayMillis: 50,
    exportTimeoutMillis: TIMEOUT_MS,
    maxQueueSize: 100_000,
  };
  const traces = new Reporting(new Traces(options("/v1/traces")), "spans", idOfSpan);
  const logs = new Reporting(new Logs(options("/v1/logs")), "log_events", (log) => idOf(log.spanContext));
  const resource = resourceFromAttributes(attributes);
  const tracerProvider = new NodeTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(traces, batches)],
  });
  const loggerProvider = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: logs, ...batches })],
  });
  return { tracerProvider, loggerProvider };
}

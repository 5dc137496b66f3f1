// nginx does not count outcomes, so this module does: one counter for each `$labels` and `$outcome`, for Prometheus.
const counts = ngx.shared.outcome_counts;

// nginx calls this when it logs a request. It counts the request and returns the level of the log line.
function count(request) {
    const variables = request.variables;
    counts.incr(`${variables.labels},outcome="${variables.outcome}"`, 1, 0);
    return variables.outcome === "passed" ? "info" : "warn";
}

function show(request) {
    const lines = counts.items().map((item) => `limiter_requests_total{${item[0]}} ${item[1]}`);
    lines.sort();
    lines.unshift("# HELP limiter_requests_total Requests to the service by outcome.", "# TYPE limiter_requests_total counter");
    request.headersOut["Content-Type"] = "text/plain; version=0.0.4";
    request.return(200, lines.join("\n") + "\n");
}

export default { count, show };

// Plain nginx counts no outcomes, so this does: one count for each of `$labels` and `$outcome`, shown to Prometheus.
const counts = ngx.shared.outcome_counts;

// Called when a request's log line is due: counts the request and tells the line's level.
function count(request) {
    const variables = request.variables;
    counts.incr(`${variables.labels},outcome="${variables.outcome}"`, 1, 0);
    return variables.outcome === "passed" ? "info" : "warn";
}

function show(request) {
    const lines = counts.items().map((item) => `limiter_requests_total{${item[0]}} ${item[1]}`);
    lines.sort();
    lines.unshift("# HELP limiter_requests_total Requests to the service by what became of them.", "# TYPE limiter_requests_total counter");
    request.headersOut["Content-Type"] = "text/plain; version=0.0.4";
    request.return(200, lines.join("\n") + "\n");
}

export default { count, show };

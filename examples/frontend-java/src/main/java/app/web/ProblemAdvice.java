package app.web;

import app.dependency.DependencyException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.filter.ServerHttpObservationFilter;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;

/** Turns each kind of error that a route can raise into a problem. */
@RestControllerAdvice
class ProblemAdvice extends ResponseEntityExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);

    @ExceptionHandler
    ResponseEntity<Object> dependency(DependencyException error) {
        HttpStatus status = error.timedOut() ? HttpStatus.GATEWAY_TIMEOUT : HttpStatus.BAD_GATEWAY;
        return problem(status, new HttpHeaders(), error.getMessage());
    }

    @ExceptionHandler
    ResponseEntity<Object> unexpected(Exception error, HttpServletRequest request) {
        ServerHttpObservationFilter.findObservationContext(request).ifPresent(context -> context.setError(error));
        if (DisconnectedClientHelper.isClientDisconnectedException(error)) {
            return null; // nobody waits for a response
        }
        LOG.error("request failed", error);
        return problem(HttpStatus.INTERNAL_SERVER_ERROR, new HttpHeaders(), Problems.UNEXPECTED);
    }

    /** A body that breaks the rules of its type. */
    @Override
    protected ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException error, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return problem(InvalidBody.of(error.getBindingResult()));
    }

    /** A body that is not JSON, or has a value of another type. */
    @Override
    protected ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException error, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return problem(InvalidBody.of(error));
    }

    /** Errors of Spring, which have a status, headers and a text that is safe to show to clients. */
    @Override
    protected ResponseEntity<Object> createResponseEntity(
            Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String detail = body instanceof ProblemDetail problem ? problem.getDetail() : null;
        if (headers.getAllow().contains(HttpMethod.GET)) {
            headers = new HttpHeaders(headers);
            headers.set(HttpHeaders.ALLOW, headers.getFirst(HttpHeaders.ALLOW) + ", HEAD"); // Spring serves it, too
        }
        return problem(status, headers, detail);
    }

    private static ResponseEntity<Object> problem(InvalidBody body) {
        int status = body.status().value();
        Map<String, Object> problem = Problems.of(
                status, body.errors().isEmpty() ? "The body can't be read." : "The body breaks the rules of its type.");
        if (!body.errors().isEmpty()) {
            problem.put("errors", body.errors());
        }
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }

    private static ResponseEntity<Object> problem(HttpStatusCode status, HttpHeaders headers, String detail) {
        return ResponseEntity.status(status)
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(Problems.of(status.value(), detail));
    }
}

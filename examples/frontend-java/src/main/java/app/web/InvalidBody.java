package app.web;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.validation.BindingResult;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;
import tools.jackson.core.JacksonException.Reference;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.MismatchedInputException;

/** What is wrong with a body: its fields and their rules, but never a value, because it can be a secret. */
record InvalidBody(HttpStatus status, List<Mistake> errors) {
    /** The path of a field, such as {@code lines.0.name}, and the rule that it breaks. */
    record Mistake(String field, String rule) {}

    /** JSON that breaks the rules of its type, in the words of the validator. */
    static InvalidBody of(BindingResult result) {
        List<Mistake> errors = result.getAllErrors().stream()
                .map(error -> new Mistake(field(error), error.getDefaultMessage()))
                .sorted(Comparator.comparing(Mistake::field).thenComparing(Mistake::rule))
                .toList();
        return new InvalidBody(HttpStatus.UNPROCESSABLE_CONTENT, errors);
    }

    /** JSON with a value of another type, or a body that is not JSON. */
    static InvalidBody of(HttpMessageNotReadableException error) {
        DatabindException mismatch = null;
        for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
            boolean tooLarge = cause instanceof InputCoercionException; // a number that does not fit into its type
            if (!tooLarge && (cause instanceof StreamReadException || cause instanceof IOException)) {
                return new InvalidBody(HttpStatus.BAD_REQUEST, List.of());
            }
            if (mismatch == null && cause instanceof DatabindException found) {
                mismatch = found;
            }
        }
        return mismatch == null
                ? new InvalidBody(HttpStatus.BAD_REQUEST, List.of())
                : new InvalidBody(
                        HttpStatus.UNPROCESSABLE_CONTENT, List.of(new Mistake(field(mismatch), rule(mismatch))));
    }

    private static String field(ObjectError error) {
        return error instanceof FieldError field ? field.getField().replaceAll("\\[(\\w+)]", ".$1") : "";
    }

    private static String field(DatabindException error) {
        return error.getPath().stream().map(InvalidBody::name).collect(Collectors.joining("."));
    }

    private static String name(Reference step) {
        return step.getPropertyName() == null ? String.valueOf(step.getIndex()) : step.getPropertyName();
    }

    private static String rule(DatabindException error) {
        return error instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null
                ? "must be of type " + mismatch.getTargetType().getSimpleName()
                : "must be of its type";
    }
}

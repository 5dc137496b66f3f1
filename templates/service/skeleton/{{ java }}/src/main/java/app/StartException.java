package app;

import java.util.List;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ExitCodeGenerator;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.context.ConfigurableApplicationContext;

/** The program can't start as it is called; it logs one line and exits with the code of the mistake. */
public final class StartException extends RuntimeException implements ExitCodeGenerator {
    private static final long serialVersionUID = 1;

    private final int exitCode;
    private final String field;
    private final transient List<String> values;

    public StartException(String message, int exitCode, String field, List<String> values) {
        super(message);
        this.exitCode = exitCode;
        this.field = field;
        this.values = List.copyOf(values);
    }

    public List<String> values() {
        return values;
    }

    @Override
    public int getExitCode() {
        return exitCode;
    }

    /** Logs the line, without a stack. META-INF/spring.factories names it. */
    static final class Reporter implements SpringBootExceptionReporter {
        Reporter(ConfigurableApplicationContext context) {}

        @Override
        public boolean reportException(Throwable failure) {
            if (failure instanceof StartException error) {
                LoggerFactory.getLogger(StartException.class)
                        .atError()
                        .addKeyValue(error.field, error.values)
                        .log(error.getMessage());
                return true;
            }
            return false;
        }
    }
}

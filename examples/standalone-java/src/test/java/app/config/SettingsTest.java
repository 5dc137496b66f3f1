package app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import app.Environments;
import app.StartException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    @Test
    void theDefaultsAreRight() throws IOException {
        Settings settings = Environments.settings(Map.of());

        assertThat(settings.logLevel()).isEqualTo("info");
        assertThat(settings.ports()).isNotEmpty();
        assertThat(settings.drain()).isLessThan(settings.shutdown());
    }

    @Test
    void theEnvironmentIsHeard() throws IOException {
        Settings settings =
                Environments.settings(Map.of("ADMIN_PORT", "9999", "DRAIN_SECONDS", "0.25", "LOG_LEVEL", "warn"));

        assertThat(settings.adminPort()).isEqualTo(9999);
        assertThat(settings.drain()).isEqualTo(Duration.ofMillis(250));
        assertThat(settings.logLevel()).isEqualTo("warn");
    }

    @Test
    void everyMistakeIsReported() {
        var error = refusal(Map.of("LOG_LEVEL", "loud", "ADMIN_PORT", "http", "MAX_BODY_BYTES", "-1"));

        assertThat(error.values())
                .containsExactly(
                        "LOG_LEVEL must be one of debug, info, warn, error",
                        "ADMIN_PORT must be a port from 1 to 65535",
                        "MAX_BODY_BYTES must be a whole number of bytes from 0 to 2147483647");
    }

    @ParameterizedTest
    @CsvSource({
        "ADMIN_PORT, 0",
        "ADMIN_PORT, 65536",
        "ADMIN_PORT, 80.5",
        "ADMIN_PORT, ''",
        "SHUTDOWN_SECONDS, 0",
        "SHUTDOWN_SECONDS, 3601",
        "DRAIN_SECONDS, -1",
        "DRAIN_SECONDS, 61",
        "DRAIN_SECONDS, 1e1",
        "DRAIN_SECONDS, NaN",
        "REQUEST_SECONDS, 0",
        "STARTUP_DELAY_SECONDS, soon",
    })
    void wrongNumbersAreRefused(String variable, String value) {
        assertThat(refusal(Map.of(variable, value)).values())
                .singleElement()
                .asString()
                .startsWith(variable + " must be ");
    }

    @Test
    void theDrainFitsIntoTheShutdown() {
        var error = refusal(Map.of("DRAIN_SECONDS", "5", "SHUTDOWN_SECONDS", "5"));

        assertThat(error.values()).containsExactly("DRAIN_SECONDS must be below SHUTDOWN_SECONDS");
    }

    @Test
    void aPlaceholderIsNotAValue() {
        Environment environment = new Environment(name -> {
            throw new IllegalArgumentException("Could not resolve placeholder in ${SECRET}");
        });
        environment.port("X");

        assertThat(catchThrowableOfType(StartException.class, environment::check)
                        .values())
                .containsExactly("X must be a port from 1 to 65535");
    }

    @ParameterizedTest
    @CsvSource({"ftp://mail", "mail", "http://", "http://mail:0", "http://mail:70000", "http://my mail", "''"})
    void onlyHttpUrlsAreUrls(String value) {
        Environment environment = new Environment(Map.of("X_URL", value, "X_TIMEOUT_SECONDS", "1")::get);
        environment.http("X");

        assertThat(catchThrowableOfType(StartException.class, environment::check)
                        .values())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"database", "database:", "database:0", "database:70000", "tcp://database:1", "a@b:1", "b:1/c", "''"})
    void onlyHostAndPortAreAnAddress(String value) {
        Environment environment = new Environment(Map.of("X_URL", value, "X_TIMEOUT_SECONDS", "1")::get);
        environment.tcp("X");

        assertThat(catchThrowableOfType(StartException.class, environment::check)
                        .values())
                .hasSize(1);
    }

    private static StartException refusal(Map<String, String> environment) {
        return catchThrowableOfType(StartException.class, () -> Environments.settings(environment));
    }
}

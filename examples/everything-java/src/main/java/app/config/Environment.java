package app.config;

import app.ExitCode;
import app.StartException;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The variables of the environment, with their defaults. It collects every mistake. */
final class Environment {
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,12}([.][0-9]{1,9})?");

    private final Function<String, String> values;
    private final Function<String, String> secrets;
    private final List<String> errors = new ArrayList<>();

    Environment(Function<String, String> values) {
        this(values, values);
    }

    /** The values of secrets are as they are given, even if they look like a ${placeholder}. */
    Environment(Function<String, String> values, Function<String, String> secrets) {
        this.values = values;
        this.secrets = secrets;
    }

    void check() {
        if (!errors.isEmpty()) {
            throw new StartException("configuration refused", ExitCode.CONFIGURATION, "errors", errors);
        }
    }

    /** Names the variable and its rule. The value is left out, because it can be a secret. */
    void refuse(String name, String rule) {
        errors.add(name + " must be " + rule);
    }

    String text(String name) {
        try {
            return Objects.requireNonNullElse(values.apply(name), "");
        } catch (IllegalArgumentException e) {
            return ""; // a ${placeholder} that Spring can't resolve; its message has the value
        }
    }

    String choice(String name, List<String> choices) {
        if (!choices.contains(text(name))) {
            refuse(name, "one of " + String.join(", ", choices));
        }
        return text(name);
    }

    int port(String name) {
        return whole(name, 1, 65_535, "a port");
    }

    int whole(String name, int least, int most, String what) {
        BigDecimal number = number(name);
        if (number == null || number.scale() > 0 || !within(number, least, most)) {
            refuse(name, "%s from %d to %d".formatted(what, least, most));
            return most;
        }
        return number.intValueExact();
    }

    Duration seconds(String name, int least, int most) {
        BigDecimal number = number(name);
        if (number == null || !within(number, least, most)) {
            refuse(name, "a number of seconds from %d to %d".formatted(least, most));
            return Duration.ofSeconds(least);
        }
        return duration(number);
    }

    Duration timeout(String name) {
        BigDecimal number = number(name);
        if (number == null || number.signum() <= 0 || !within(number, 0, 3600)) {
            refuse(name, "a number of seconds above 0, at most 3600");
            return Duration.ofSeconds(1);
        }
        return duration(number);
    }

    /** The variables NAME_URL, http:// or https://, and NAME_TIMEOUT_SECONDS. */
    Target http(String name) {
        URI uri = uri(text(name + "_URL"));
        boolean http = uri != null && List.of("http", "https").contains(String.valueOf(uri.getScheme()));
        if (!http || uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > 65_535) {
            refuse(name + "_URL", "an http:// or https:// URL");
        }
        return new Target(uri, timeout(name + "_TIMEOUT_SECONDS"));
    }

    /** The variables NAME_URL, host:port, and NAME_TIMEOUT_SECONDS. */
    Target tcp(String name) {
        String address = text(name + "_URL");
        URI uri = uri("tcp://" + address);
        boolean whole = uri != null && address.equals(uri.getRawAuthority()) && uri.getUserInfo() == null;
        if (!whole || uri.getHost() == null || uri.getPort() < 1 || uri.getPort() > 65_535) {
            refuse(name + "_URL", "an address host:port");
        }
        return new Target(uri, timeout(name + "_TIMEOUT_SECONDS"));
    }

    Secret secret(String name) {
        String text = Objects.requireNonNullElse(secrets.apply(name), "");
        if (text.isEmpty()) {
            refuse(name, "set, and not empty");
        }
        return new Secret(text);
    }

    SecretFile secretFile(String name) {
        try {
            return new SecretFile(Objects.requireNonNullElse(secrets.apply(name), ""));
        } catch (IOException e) {
            refuse(name, "the path of a UTF-8 file that is not empty");
            return null;
        }
    }

    private BigDecimal number(String name) {
        return NUMBER.matcher(text(name)).matches() ? new BigDecimal(text(name)) : null;
    }

    private static boolean within(BigDecimal number, int least, int most) {
        return number.compareTo(BigDecimal.valueOf(least)) >= 0 && number.compareTo(BigDecimal.valueOf(most)) <= 0;
    }

    private static Duration duration(BigDecimal seconds) {
        return Duration.ofNanos(seconds.movePointRight(9).longValueExact());
    }

    private static URI uri(String value) {
        try {
            return new URI(value);
        } catch (URISyntaxException e) {
            return null;
        }
    }
}

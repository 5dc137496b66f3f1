package app.serve;

import java.io.IOException;

/** Another process uses the port, or the system does not allow it. */
final class PortException extends Exception {
    private static final long serialVersionUID = 1;

    PortException(int port, IOException cause) {
        super("port %d: %s".formatted(port, cause.getMessage()), cause);
    }
}

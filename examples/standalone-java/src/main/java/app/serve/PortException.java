package app.serve;

import java.io.IOException;

/** Another process has the port, or the system does not give it to us. */
final class PortException extends Exception {
    private static final long serialVersionUID = 1;

    PortException(int port, IOException cause) {
        super("port %d: %s".formatted(port, cause.getMessage()), cause);
    }
}

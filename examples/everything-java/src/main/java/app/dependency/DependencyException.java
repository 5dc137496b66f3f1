package app.dependency;

/** A dependency failed. The text is safe to show to clients, the cause is not. */
public final class DependencyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean timedOut;

    DependencyException(String message, boolean timedOut, Throwable cause) {
        super(message, cause);
        this.timedOut = timedOut;
    }

    public boolean timedOut() {
        return timedOut;
    }
}

package app.dependency;

/** A dependency gave no good answer; the text is fit for clients, the cause is not. */
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

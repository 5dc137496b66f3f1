package app.config;

/** A secret text. Only {@code reveal} returns it; nothing prints it. */
public final class Secret {
    private final String text;

    Secret(String text) {
        this.text = text;
    }

    /** The text. Do not keep or format it. */
    public String reveal() {
        return text;
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}

package app;

/** What is known of this service when it is built. */
public final class Service {
    public static final String NAME = "standalone-java";

    private Service() {}
}

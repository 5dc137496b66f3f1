package app;

/** Facts about this service that are known at build time. */
public final class Service {
    public static final String NAME = "everything-java";

    private Service() {}
}

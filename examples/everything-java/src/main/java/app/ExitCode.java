package app;

/** The exit codes of the program. */
public final class ExitCode {
    public static final int OK = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    public static final int CONFIGURATION = 78; // EX_CONFIG of sysexits.h
    public static final int TERMINATED = 128 + 15; // SIGTERM

    private ExitCode() {}
}

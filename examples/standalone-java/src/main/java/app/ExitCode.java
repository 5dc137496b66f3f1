package app;

/** The exit codes of the program. The JVM exits with 143 after a signal during a job. */
public final class ExitCode {
    public static final int OK = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    public static final int CONFIGURATION = 78; // EX_CONFIG of sysexits.h

    private ExitCode() {}
}

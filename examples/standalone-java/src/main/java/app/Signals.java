package app;

import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;

/**
 * SIGTERM and SIGINT: the first asks for an end, the second one forces it.
 *
 * <p>The JVM's own answer to a signal is shutdown hooks and exit code 143, and hooks can't change that.
 */
public final class Signals {
    private Signals() {}

    public static void onStop(Runnable stop) {
        AtomicBoolean stopping = new AtomicBoolean();
        for (String name : new String[] {"TERM", "INT"}) {
            Signal.handle(new Signal(name), signal -> {
                if (stopping.getAndSet(true)) {
                    Runtime.getRuntime().halt(ExitCode.TERMINATED);
                }
                stop.run();
            });
        }
    }
}

package app;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * SIGTERM and SIGINT: the first signal starts the stop, the second one forces it.
 *
 * <p>By default, the JVM runs shutdown hooks and exits with code 143, and hooks can't change the code. Java's only
 * interface to signals is sun.misc.Signal. Compilers newer than 17 always warn about it, so it is used through
 * reflection.
 */
public final class Signals {
    private Signals() {}

    public static void onStop(Runnable stop) {
        AtomicBoolean stopping = new AtomicBoolean();
        InvocationHandler end = (proxy, method, arguments) -> {
            if (stopping.getAndSet(true)) {
                Runtime.getRuntime().halt(ExitCode.TERMINATED);
            }
            stop.run();
            return null;
        };
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, end);
            for (String name : new String[] {"TERM", "INT"}) {
                Object its = signal.getConstructor(String.class).newInstance(name);
                signal.getMethod("handle", signal, handler).invoke(null, its, ours);
            }
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException("this JVM has no sun.misc.Signal", error);
        }
    }
}

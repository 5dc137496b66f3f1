package app;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * SIGTERM and SIGINT: the first asks for an end, the second one forces it.
 *
 * <p>The JVM's own answer to a signal is shutdown hooks and exit code 143, and hooks can't change that. Java has no other
 * interface to signals than sun.misc.Signal, of which a compiler newer than 17 warns whatever it is told: so it is
 * reached by reflection.
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

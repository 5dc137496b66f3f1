package app.jobs;

import app.job.Job;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The sub-commands of the program in addition to {@code serve}, one class each.
 *
 * <p>A class has the name of its sub-command with {@code Job} at the end, so that it is never a reserved word. A hyphen
 * before a digit becomes an underscore, so that {@code a1} and {@code a-1} are different.
 */
public final class Jobs {
    public static final Map<String, Class<? extends Job>> BY_COMMAND = new LinkedHashMap<>();

    static {
        BY_COMMAND.put("digest", DigestJob.class);
        BY_COMMAND.put("warm-up", WarmUpJob.class);
    }

    private Jobs() {}
}

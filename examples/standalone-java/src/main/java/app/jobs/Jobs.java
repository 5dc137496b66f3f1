package app.jobs;

import app.job.Job;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The program's sub-commands beside {@code serve}, one class each.
 *
 * <p>A class is named for its sub-command with {@code Job} at the end, so that none is a reserved word; a hyphen before
 * a digit becomes an underscore, so that {@code a1} and {@code a-1} stay two.
 */
public final class Jobs {
    public static final Map<String, Class<? extends Job>> BY_COMMAND = new LinkedHashMap<>();

    private Jobs() {}
}
